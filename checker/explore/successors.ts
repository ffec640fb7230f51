/** The successors of a packed state: a look-up per agent, an XOR per successor. */
import { fieldOf } from '../intern/layout.ts';
import { intern, learn, type Tables } from '../intern/tables.ts';
import { type Coverage, coverageOf } from '../property/coverage.ts';
import type { Label, Read, Step } from '../system.ts';
import { Endings } from './endings.ts';
import { Leaves, type Move } from './leaves.ts';
import { type Queue, reserve } from './queue.ts';
import { reactionsOf } from './reactions.ts';

/** Which step leads to a successor. */
export interface Edge {
  readonly agent: string;
  readonly choice: number;
  readonly label: Label;
}

export interface Successors {
  /** Appends the successors of the packed state at `base` of `words` to the queue, by agent and then by choice. Their
   *  number, or -1 (and nothing appended) if a new value did not fit its field. */
  expand(words: Int32Array, base: number, queue: Queue): number;
  /** The steps that lead to the successors, in the same order. Only after `expand` of the same state. */
  edges(words: Int32Array, base: number): readonly Edge[];
  /** The components that a move of the queue may change. */
  changedBy(move: number): ReadonlySet<number>;
  /** Where successors are replaced by their representatives: those that they are by themselves. */
  readonly concrete?: Successors;
  /** To be called when the layout was replaced. */
  relaid(): void;
  /** What all learned steps have been through. */
  covered(): Coverage;
  bytes(): number;
}

export function successorsOf(tables: Tables): Successors {
  const { system, tries } = tables;
  const { agents } = system;
  const roots = agents.map(() => tries.root());
  const leaves = new Leaves();
  const endings = new Endings(tables.layout);
  /** The state that was expanded last, and where each agent's path ended there; -1: unknown. */
  let last = new Int32Array(tables.layout.words);
  let difference = new Int32Array(tables.layout.words);
  const lastEndings = new Int32Array(agents.length).fill(-1);
  const { absorb, listeners } = reactionsOf(tables);

  function learnSteps(a: number, state: Int32Array, base: number): number {
    const agent = agents[a]!;
    const steps = (read: Read) => {
      // Reading what a step writes makes the old number part of the path, so that the delta is determined.
      const idBefore = (c: number) => {
        read(system.components[c]!.ref);
        return fieldOf(tables.layout, state, base, c);
      };
      return leaves.add(agent.steps(read).map((step) => moveOf(tables, step, idBefore)));
    };
    const ending = learn(
      tables,
      roots[a]!,
      `the step function of ${agent.name}`,
      state,
      base,
      steps,
      (leaf, path) => endings.of(leaf, path),
    );
    const leaf = endings.leaves[ending]!;
    if (!tables.overflow && leaf > 0) leaves.lay(leaf, tables.layout);
    return ending;
  }

  function expand(state: Int32Array, base: number, queue: Queue): number {
    const width = tables.layout.words;
    const start = queue.size;
    for (let w = 0; w < width; w++) {
      difference[w] = state[base + w]! ^ last[w]!;
      last[w] = state[base + w]!;
    }
    for (let a = 0; a < roots.length; a++) {
      let ending = lastEndings[a]!;
      if (ending < 0 || isRead(ending, width)) {
        ending = tries.lookup(roots[a]!, state, base);
        if (ending < 0) ending = learnSteps(a, state, base);
        if (tables.overflow) return undo(queue, start);
        lastEndings[a] = ending;
      }
      const leaf = endings.leaves[ending]!;
      if (leaf === 0) continue;
      const flat = leaves.flat;
      let at = leaves.at[leaf]!;
      const count = flat[at++]!;
      reserve(queue, count, width);
      const { words, moves } = queue;
      for (let i = 0; i < count; i++) {
        const announcement = flat[at++]!;
        moves[queue.size] = flat[at++]!;
        const to = queue.size * width;
        for (let w = 0; w < width; w++) words[to + w] = state[base + w]! ^ flat[at + w]!;
        at += width;
        if (announcement !== 0 && !absorb(leaves.announcements.events(announcement), words, to)) {
          return undo(queue, start);
        }
        queue.size += 1;
      }
    }
    tables.lookups += roots.length;
    return queue.size - start;
  }

  /** Whether the components of the ending are among those in which the state differs from the last one. */
  function isRead(ending: number, width: number): boolean {
    const { masks } = endings;
    const from = ending * width;
    let bits = difference[0]! & masks[from]!;
    for (let w = 1; w < width; w++) bits |= difference[w]! & masks[from + w]!;
    return bits !== 0;
  }

  function edges(state: Int32Array, base: number): readonly Edge[] {
    return agents.flatMap(({ name }, a) => {
      const leaf = endings.leaves[tries.lookup(roots[a]!, state, base)];
      return (leaves.moves[leaf ?? 0] ?? []).map(({ label }, choice) => ({ agent: name, choice, label }));
    });
  }

  function changedBy(move: number): ReadonlySet<number> {
    const { writes, events } = leaves.move(move);
    return new Set([...writes.map(({ component }) => component), ...events.flatMap(listeners)]);
  }

  function relaid(): void {
    leaves.layAll(tables.layout);
    endings.relaid(tables.layout);
    last = new Int32Array(tables.layout.words);
    difference = new Int32Array(tables.layout.words);
    lastEndings.fill(-1);
  }

  function covered(): Coverage {
    return coverageOf(leaves.moves.flatMap((moves) => moves.map(({ label }) => label)));
  }

  return {
    expand,
    edges,
    changedBy,
    covered,
    relaid,
    bytes: () => leaves.bytes() + endings.bytes(),
  };
}

function undo(queue: Queue, start: number): -1 {
  queue.size = start;
  return -1;
}

/** A step in numbers. Of two writes to one component the later one counts. */
function moveOf(tables: Tables, step: Step, idBefore: (c: number) => number): Move {
  const last = new Map(step.writes.map(({ component, value }) => [component.index, value]));
  const writes = [...last].map(([component, value]) => ({
    component,
    from: idBefore(component),
    to: intern(tables, component, value),
  }));
  const events = (step.events ?? []).map((event) => tables.events.idOf(event));
  return { label: step.label, writes, events };
}
