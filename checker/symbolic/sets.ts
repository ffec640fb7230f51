/** Sets of vectors: the operations that know nothing of steps. Lists are walked in loops and levels by recursion,
 *  because a system has tens of components, and a component may have tens of thousands of values. */
import { type Levels, operation } from './levels.ts';
import { Lists } from './lists.ts';
import { EMPTY, UNIT } from './nodes.ts';

const UNION = 1;
const MINUS = 2;
const MEET = 3;
const PROJECT = 4;

/** The sets of a run. */
export class Sets extends Lists {
  /** As `build`, of what was pushed in any order and with values more than once. */
  gather(base: number): number {
    let isSorted = true;
    for (let at = base + 2; at < this.top; at += 2) {
      if (this.pairs[at]! <= this.pairs[at - 2]!) isSorted = false;
    }
    if (isSorted) return this.build(base, EMPTY);
    const found: [value: number, down: number][] = [];
    for (let at = base; at < this.top; at += 2) found.push([this.pairs[at]!, this.pairs[at + 1]!]);
    this.top = base;
    found.sort((a, b) => a[0] - b[0]);
    for (let i = 0; i < found.length; ) {
      const value = found[i]![0];
      let down = EMPTY;
      for (; i < found.length && found[i]![0] === value; i++) down = this.union(down, found[i]![1]);
      this.push(value, down);
    }
    return this.build(base, EMPTY);
  }

  /** The set that holds `vector` alone. */
  single(vector: readonly number[]): number {
    let set = UNIT;
    for (let i = vector.length - 1; i >= 0; i--) set = this.make(vector[i]!, set, EMPTY);
    return set;
  }

  /** The union of many sets. */
  unionOf(sets: readonly number[]): number {
    if (sets.length <= 1) return sets[0] ?? EMPTY;
    const half = sets.length >> 1;
    return this.union(this.unionOf(sets.slice(0, half)), this.unionOf(sets.slice(half)));
  }

  union(a: number, b: number): number {
    if (a === b || b === EMPTY) return a;
    if (a === EMPTY) return b;
    if (a > b) return this.union(b, a);
    const known = this.recall(UNION, a, b);
    if (known >= 0) return known;
    const base = this.begin();
    let x = a;
    let y = b;
    while (x !== EMPTY && y !== EMPTY && x !== y) {
      const left = this.value[x]!;
      const right = this.value[y]!;
      if (left < right) {
        this.push(left, this.down[x]!);
        x = this.right[x]!;
      } else if (left > right) {
        this.push(right, this.down[y]!);
        y = this.right[y]!;
      } else {
        this.push(left, this.union(this.down[x]!, this.down[y]!));
        x = this.right[x]!;
        y = this.right[y]!;
      }
    }
    return this.remember(UNION, a, b, this.build(base, x === EMPTY ? y : x));
  }

  /** What is in `a` and not in `b`. */
  minus(a: number, b: number): number {
    if (a === b || a === EMPTY) return EMPTY;
    if (b === EMPTY) return a;
    const known = this.recall(MINUS, a, b);
    if (known >= 0) return known;
    const base = this.begin();
    let x = a;
    let y = b;
    while (x !== EMPTY && y !== EMPTY && x !== y) {
      const left = this.value[x]!;
      const right = this.value[y]!;
      if (left > right) {
        y = this.right[y]!;
        continue;
      }
      this.push(left, left < right ? this.down[x]! : this.minus(this.down[x]!, this.down[y]!));
      x = this.right[x]!;
      if (left === right) y = this.right[y]!;
    }
    return this.remember(MINUS, a, b, this.build(base, x === y ? EMPTY : x));
  }

  /** What is in both. */
  meet(a: number, b: number): number {
    if (a === b) return a;
    if (a === EMPTY || b === EMPTY) return EMPTY;
    if (a > b) return this.meet(b, a);
    const known = this.recall(MEET, a, b);
    if (known >= 0) return known;
    const base = this.begin();
    let x = a;
    let y = b;
    while (x !== EMPTY && y !== EMPTY && x !== y) {
      const left = this.value[x]!;
      const right = this.value[y]!;
      if (left === right) this.push(left, this.meet(this.down[x]!, this.down[y]!));
      if (left <= right) x = this.right[x]!;
      if (left >= right) y = this.right[y]!;
    }
    return this.remember(MEET, a, b, this.build(base, x === y ? x : EMPTY));
  }

  /** The vectors of `set`, which begin at `level`, cut down to `levels`. `filter` is UNIT, or a list of the values
   *  that the filtered level must have. */
  project(set: number, level: number, levels: Levels | null, filter: number): number {
    if (set === EMPTY) return EMPTY;
    if (levels === null) return UNIT;
    const name = operation(PROJECT, level, levels);
    const known = this.recall(name, set, filter);
    if (known >= 0) return known;
    const result =
      level < levels.level
        ? this.projectAway(set, level, levels, filter)
        : this.projectOnto(set, level, levels, levels.filtered ? filter : UNIT, filter);
    return this.remember(name, set, filter, result);
  }

  private projectAway(set: number, level: number, levels: Levels, filter: number): number {
    let result = EMPTY;
    for (let x = set; x !== EMPTY; x = this.right[x]!) {
      result = this.union(result, this.project(this.down[x]!, level + 1, levels, filter));
    }
    return result;
  }

  private projectOnto(set: number, level: number, levels: Levels, here: number, filter: number): number {
    const base = this.begin();
    const below = levels.filtered ? UNIT : filter;
    let wanted = here;
    for (let x = set; x !== EMPTY; x = this.right[x]!) {
      const value = this.value[x]!;
      if (here !== UNIT) {
        while (wanted !== EMPTY && this.value[wanted]! < value) wanted = this.right[wanted]!;
        if (wanted === EMPTY) break;
        if (this.value[wanted] !== value) continue;
      }
      this.push(value, this.project(this.down[x]!, level + 1, levels.rest, below));
    }
    return this.build(base, EMPTY);
  }

  /** Calls `visit` with every vector of `set`; the array is used again. */
  each(set: number, visit: (vector: readonly number[]) => void): void {
    const vector: number[] = [];
    const walk = (node: number): void => {
      if (node === UNIT) {
        visit(vector);
        return;
      }
      for (let x = node; x !== EMPTY; x = this.right[x]!) {
        vector.push(this.value[x]!);
        walk(this.down[x]!);
        vector.pop();
      }
    };
    walk(set);
  }
}
