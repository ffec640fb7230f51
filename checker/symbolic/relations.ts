/** Relations between vectors, and what they make of sets. A relation concerns a list of levels; it is itself a set,
 *  of vectors that hold for each of these levels the value before and the value after. All other levels keep their
 *  values, whatever they are. */
import { type Levels, operation } from './levels.ts';
import { EMPTY } from './nodes.ts';
import { Sets } from './sets.ts';

const NEXT = 5;
const PREVIOUS = 6;
const WITHOUT = 7;

/** The diagrams of a run: sets, and relations. */
export class Diagrams extends Sets {
  /** What `relation` leads to from the vectors of `set`, which begin at `level`. */
  next(set: number, level: number, levels: Levels | null, relation: number): number {
    if (set === EMPTY || relation === EMPTY) return EMPTY;
    if (levels === null) return set;
    const name = operation(NEXT, level, levels);
    const known = this.recall(name, set, relation);
    if (known >= 0) return known;
    const base = this.begin();
    if (level < levels.level) {
      for (let x = set; x !== EMPTY; x = this.right[x]!) {
        this.push(this.value[x]!, this.next(this.down[x]!, level + 1, levels, relation));
      }
      return this.remember(name, set, relation, this.build(base, EMPTY));
    }
    let x = set;
    for (let from = relation; from !== EMPTY && x !== EMPTY; from = this.right[from]!) {
      const value = this.value[from]!;
      while (x !== EMPTY && this.value[x]! < value) x = this.right[x]!;
      if (x === EMPTY || this.value[x] !== value) continue;
      for (let to = this.down[from]!; to !== EMPTY; to = this.right[to]!) {
        this.push(this.value[to]!, this.next(this.down[x]!, level + 1, levels.rest, this.down[to]!));
      }
    }
    return this.remember(name, set, relation, this.gather(base));
  }

  /** The vectors from which `relation` leads into `set`, whether they can be reached or not. */
  previous(set: number, level: number, levels: Levels | null, relation: number): number {
    if (set === EMPTY || relation === EMPTY) return EMPTY;
    if (levels === null) return set;
    const name = operation(PREVIOUS, level, levels);
    const known = this.recall(name, set, relation);
    if (known >= 0) return known;
    const base = this.begin();
    if (level < levels.level) {
      for (let x = set; x !== EMPTY; x = this.right[x]!) {
        this.push(this.value[x]!, this.previous(this.down[x]!, level + 1, levels, relation));
      }
      return this.remember(name, set, relation, this.build(base, EMPTY));
    }
    for (let from = relation; from !== EMPTY; from = this.right[from]!) {
      const before = this.joined(set, level, levels, this.down[from]!);
      this.push(this.value[from]!, before);
    }
    return this.remember(name, set, relation, this.build(base, EMPTY));
  }

  /** What can stand below one value before, of which `to` lists the values after. */
  private joined(set: number, level: number, levels: Levels, to: number): number {
    let before = EMPTY;
    let x = set;
    for (let y = to; y !== EMPTY && x !== EMPTY; y = this.right[y]!) {
      const value = this.value[y]!;
      while (x !== EMPTY && this.value[x]! < value) x = this.right[x]!;
      if (x === EMPTY || this.value[x] !== value) continue;
      before = this.union(before, this.previous(this.down[x]!, level + 1, levels.rest, this.down[y]!));
    }
    return before;
  }

  /** The vectors of `set` that do not have at `levels` what a vector of `matched` has. */
  without(set: number, level: number, levels: Levels | null, matched: number): number {
    if (set === EMPTY || matched === EMPTY) return set;
    if (levels === null) return EMPTY;
    const name = operation(WITHOUT, level, levels);
    const known = this.recall(name, set, matched);
    if (known >= 0) return known;
    const base = this.begin();
    let y = matched;
    for (let x = set; x !== EMPTY; x = this.right[x]!) {
      const value = this.value[x]!;
      const below = this.down[x]!;
      if (level < levels.level) {
        this.push(value, this.without(below, level + 1, levels, matched));
        continue;
      }
      while (y !== EMPTY && this.value[y]! < value) y = this.right[y]!;
      const isMatched = y !== EMPTY && this.value[y] === value;
      this.push(value, isMatched ? this.without(below, level + 1, levels.rest, this.down[y]!) : below);
    }
    return this.remember(name, set, matched, this.build(base, EMPTY));
  }
}
