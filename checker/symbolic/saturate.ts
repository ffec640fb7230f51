/** All states that can be reached, by saturation (G. Ciardo, G. Luettgen, R. Siminiscu: "Saturation: an efficient
 *  iteration strategy for symbolic state-space generation", TACAS 2001).
 *
 *  A step that touches nothing above some level is taken on the parts of vectors that begin there, once for all
 *  beginnings that they share. A set that begins at a level is *saturated* if no such step leads out of it. From the
 *  bottom up, every set is saturated before the steps of the level above are taken, and so is what these lead to:
 *  the diagrams in between stay small. Steps are learned on the way, from sets whose parts are all reachable. */
import type { Space } from './domain.ts';
import { EMPTY, UNIT } from './nodes.ts';
import type { Steps } from './steps.ts';

/** When garbage is looked for. */
export interface Collecting {
  /** Not with fewer nodes than that. */
  readonly from: number;
  /** Nor before there are so many times the nodes that the last collection left. */
  readonly factor: number;
}

const USUALLY: Collecting = { from: 1 << 21, factor: 2 };

export interface Saturation {
  /** The states that `set` leads to, and `set` itself. Gives way at times. */
  run(set: number): Generator<void, number>;
  /** Frees what neither the steps nor `kept` needs, if there is much of it. Not while `run` is under way. */
  tidy(kept: readonly number[]): void;
}

export function saturation(space: Space, steps: Steps, { from, factor } = USUALLY): Saturation {
  const { diagrams } = space;
  /** Sets that are being worked on. */
  const roots: number[] = [];
  /** By node: its saturated set, at which level, and as of which version of the steps. */
  let results = new Int32Array(1 << 12);
  let levels = new Int32Array(1 << 12);
  let versions = new Int32Array(1 << 12);
  let threshold = from;
  let turns = 0;

  function known(set: number, level: number): number {
    if (set === UNIT) return UNIT;
    if (set >= results.length || levels[set] !== level + 1 || versions[set] !== steps.version(level))
      return -1;
    return results[set]!;
  }

  function note(set: number, level: number, result: number): void {
    if (set >= results.length) {
      results = longer(results, set);
      levels = longer(levels, set);
      versions = longer(versions, set);
    }
    results[set] = result;
    levels[set] = level + 1;
    versions[set] = steps.version(level);
  }

  /** `set` with everything below its first level saturated. */
  function* below(set: number, level: number): Generator<void, number> {
    const kept = roots.length;
    roots.push(set);
    const done: number[] = [];
    for (let x = set; x !== EMPTY; x = diagrams.right[x]!) {
      const down = diagrams.down[x]!;
      const before = known(down, level + 1);
      const result = before >= 0 ? before : yield* saturate(down, level + 1);
      done.push(diagrams.value[x]!, result);
      roots.push(result);
    }
    const base = diagrams.begin();
    for (let i = 0; i < done.length; i += 2) diagrams.push(done[i]!, done[i + 1]!);
    const result = diagrams.build(base, EMPTY);
    roots.length = kept;
    return result;
  }

  function* saturate(start: number, level: number): Generator<void, number> {
    if ((turns++ & 63) === 0) yield;
    const kept = roots.length;
    roots.push(start, EMPTY, EMPTY);
    collectIfDue();
    let version = -1;
    /** The set so far, and what of it is new: not all steps have been taken from there. */
    let set = start;
    let fresh = EMPTY;
    const hold = () => {
      roots[kept + 1] = set;
      roots[kept + 2] = fresh;
    };
    for (;;) {
      if (version !== steps.version(level)) {
        version = steps.version(level);
        set = yield* below(set, level);
        fresh = set;
      }
      if (fresh === EMPTY) break;
      hold();
      collectIfDue();
      const taken = fresh;
      fresh = EMPTY;
      learn(taken, level);
      // What one step leads to is offered to the next at once.
      let open = taken;
      for (const relation of steps.relationsAt(level)) {
        const image = steps.fire(relation, open, level);
        if (image === EMPTY) continue;
        hold();
        roots.push(open);
        const found = diagrams.minus(yield* below(image, level), set);
        roots.pop();
        set = diagrams.union(set, found);
        fresh = diagrams.union(fresh, found);
        open = diagrams.union(open, found);
      }
    }
    roots.length = kept;
    note(start, level, set);
    note(set, level, set);
    return set;
  }

  function learn(set: number, level: number): void {
    // Groups may be added while they are gone through.
    for (let again = true; again; ) {
      again = false;
      for (const [domain, group] of steps.groupsAt(level)) if (domain.learn(group, set, level)) again = true;
    }
  }

  function collectIfDue(): void {
    const isTight = diagrams.isTight();
    if (diagrams.count < threshold && !isTight) return;
    diagrams.collect(everything());
    if (isTight) diagrams.refuseFull();
    threshold = Math.max(from, factor * diagrams.count);
    for (let set = 0; set < results.length; set++) {
      if (levels[set] !== 0 && !(diagrams.isUsed(set) && diagrams.isUsed(results[set]!))) levels[set] = 0;
    }
  }

  function* everything(): Iterable<number> {
    yield* roots;
    yield* steps.roots();
  }

  return {
    run: (set) => saturate(set, 0),
    tidy: (kept) => {
      roots.push(...kept);
      collectIfDue();
      roots.length = 0;
    },
  };
}

function longer(array: Int32Array<ArrayBuffer>, index: number): Int32Array<ArrayBuffer> {
  const bigger = new Int32Array(Math.max(2 * array.length, index + 1));
  bigger.set(array);
  return bigger;
}
