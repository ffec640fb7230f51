/** Specs for the tests of this folder: counters that come to every kind of verdict. */
import type { Expectation, Spec, Variant } from '../spec.ts';
import { type Component, component, ModelBug, ref, type Statement, type System, write } from '../system.ts';

interface Toy {
  /** Each agent counts its own counter up to this. */
  readonly upTo: number;
  readonly agents?: number;
  /** The invariant says that no counter reaches this. */
  readonly below?: number;
  readonly stuck?: string;
  /** Counts from the top to 1 again, and the system must end. */
  readonly wraps?: boolean;
  readonly witness?: string;
}

const statement: Statement = { id: 'inc', fn: 'count_up', text: 'n++;' };

/** Agents P0, P1, … that each count up; the states are all combinations of their counters. */
export function counters({ upTo, agents = 1, below = upTo + 1, stuck, wraps, witness }: Toy): System {
  const refs = Array.from({ length: agents }, (_, i) => ref<number>(i, `n${i}`));
  const components = refs.map((counter): Component => component<number>({ ref: counter, initial: 0 }));
  return {
    name: 'counters',
    components,
    agents: refs.map((counter, i) => ({
      name: `P${i}`,
      steps: (read) => {
        const n = read(counter);
        if (n === upTo && wraps) {
          return [{ label: { agent: `P${i}`, lines: [{ text: 'n = 1;' }] }, writes: [write(counter, 1)] }];
        }
        if (n === upTo) return [];
        const line = { text: `n++; // ${n + 1}`, fn: statement.fn, statement: statement.id };
        return [{ label: { agent: `P${i}`, lines: [line] }, writes: [write(counter, n + 1)] }];
      },
    })),
    invariants: refs.map((counter) => ({
      name: 'stays small',
      broken: (read) => (read(counter) >= below ? `${counter.name} is ${read(counter)}` : null),
    })),
    witnesses: witness === undefined ? [] : [{ name: witness, reached: () => false }],
    statements: [statement],
    stuck: () => stuck ?? null,
    columns: refs.map((_, i) => `P${i}`),
    mustEnd: wraps === true,
  };
}

const holds: Expectation = { kind: 'holds' };

function variant(name: string, expected: Expectation, build: () => System): Variant {
  return { name, about: `about ${name}`, expect: { sc: expected, armv8: expected }, build };
}

/** Everything here is as expected: 3 states; 2 states until the invariant breaks. */
export const good: Spec = {
  name: 'good',
  title: 'Counters that do what they should',
  source: 'count_up(), Linux 7.1',
  variants: [
    variant('v7.1', holds, () => counters({ upTo: 2 })),
    variant('no smp_mb()', { kind: 'violated', by: 'stays small' }, () => counters({ upTo: 2, below: 1 })),
    variant('waits', { kind: 'deadlock' }, () => counters({ upTo: 1, stuck: 'P0 waits for nobody.' })),
  ],
};

/** Each variant is off in its own way. */
export const bad: Spec = {
  name: 'bad',
  title: 'Counters that do something else',
  source: 'count_up()',
  variants: [
    variant('breaks', holds, () => counters({ upTo: 2, below: 2 })),
    variant('breaks another', { kind: 'violated', by: 'grows' }, () => counters({ upTo: 2, below: 2 })),
    variant('never breaks', { kind: 'violated', by: 'stays small' }, () => counters({ upTo: 2 })),
    variant('vacuous', holds, () => counters({ upTo: 2, witness: 'counts to 9' })),
    variant('deadlocks', holds, () => counters({ upTo: 2, stuck: 'P0 waits for nobody.' })),
    variant('never ends', holds, () => counters({ upTo: 3, wraps: true })),
    variant('bug', holds, () => {
      throw new ModelBug('count_up(): n is read before it is written.');
    }),
  ],
};

/** Takes far longer than a test waits, and says on stderr when it has begun. */
export const endless: Spec = {
  name: 'endless',
  title: 'More states than anyone waits for',
  source: 'none',
  variants: [
    variant('quick', holds, () => counters({ upTo: 2 })),
    variant('slow', holds, () => {
      process.stderr.write('begun\n');
      return counters({ upTo: 2000, agents: 4 });
    }),
  ],
};

/** Takes long enough to be stopped on the way: 27^4 states. */
export const long: Spec = {
  name: 'long',
  title: 'Counters that take a while',
  source: 'none',
  variants: [variant('counts', holds, () => counters({ upTo: 26, agents: 4 }))],
};

/** Many small jobs, each with a trace. */
export const many: Spec = {
  name: 'many',
  title: 'Counters that count too far',
  source: 'none',
  variants: Array.from({ length: 40 }, (_, i) =>
    variant(`v${i}`, { kind: 'violated', by: 'stays small' }, () => counters({ upTo: 2, below: 1 })),
  ),
};

/** Never comes to an end, and each state holds more than the one before. */
export const hungry: Spec = {
  name: 'hungry',
  title: 'Values that fill the memory',
  source: 'none',
  variants: [variant('lists', holds, listsThatGrow)],
};

function listsThatGrow(): System {
  const list = ref<readonly number[]>(0, 'list');
  return {
    ...counters({ upTo: 1 }),
    components: [component<readonly number[]>({ ref: list, initial: [] })],
    agents: [
      {
        name: 'P0',
        steps: (read) => {
          const line = { text: 'list.push();', fn: statement.fn, statement: statement.id };
          const longer = [...read(list), read(list).length];
          return [{ label: { agent: 'P0', lines: [line] }, writes: [write(list, longer)] }];
        },
      },
    ],
    invariants: [],
  };
}

/** The spec with what one variant builds in place of what another one does. */
export function withBuild(spec: Spec, variant: string, of: string): Spec {
  const build = spec.variants.find(({ name }) => name === of)!.build;
  return { ...spec, variants: spec.variants.map((it) => (it.name === variant ? { ...it, build } : it)) };
}
