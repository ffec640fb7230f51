/** What heddle says would have forbidden a reordering, put into the program: each by itself has to be enough. */
import { describe, expect, test } from 'vitest';
import { checkNow } from '../../checker/explore/check.ts';
import type { Trace } from '../../checker/outcome.ts';
import type { Invariant } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { binary, constant, not } from '../../model/program/expression.ts';
import {
  assign,
  atomic_void,
  dma_wmb,
  type Local,
  place,
  READ_ONCE,
  smp_cond_load_acquire,
  smp_cond_load_relaxed,
  smp_load_acquire,
  smp_mb,
  smp_rmb,
  smp_store_release,
  smp_wmb,
  WRITE_ONCE,
  xchg,
} from '../../model/program/kernel.ts';
import { compile, type Stmt, when } from '../../model/program/statement.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { r0, r1, r2, struct } from './programs.ts';

/** A device reads `d`. */
const objects = [...['x', 'y', 'z'].map((n) => struct(n, 0)), struct('d', 0, { device: true })];
const [x, y, z, d] = ['x', 'y', 'z', 'd'].map((n) => place(`&${n}`, 'v')) as [Place, Place, Place, Place];
type Place = ReturnType<typeof place>;

/** Registers of the threads at the end: `0:r0=1 1:r0=0`. */
type Outcome = string;

/** The shortest run to the outcome, if there is one. */
function runTo(outcome: Outcome, threads: readonly (readonly Stmt[])[], model: MemoryModel): Trace | null {
  const wanted = outcome.split(' ').map((w) => /^(\d):(\w+)=(\d)$/.exec(w)!.slice(1, 4));
  const observed = (n: number): readonly string[] =>
    wanted.filter(([thread]) => Number(thread) === n).map(([, name]) => `test.${name}`);
  const programs = threads.map((body, n) => compile(`P${n}`, body, [...observed(n)]));
  const machine = buildMachine({ model, objects, programs, smmus: [] });
  const reached: Invariant = {
    name: 'outcome',
    broken: (read) => {
      const found = wanted.every(([thread, name, value]) => {
        const t = read(machine.cpus[Number(thread)]!.thread);
        const held = t.regs[`test.${name}`]?.value;
        return (
          t.pc >= programs[Number(thread)]!.code.length &&
          held?.kind === 'const' &&
          held.value === Number(value)
        );
      });
      return found ? outcome : null;
    },
  };
  const { verdict } = checkNow(systemOf('test', machine, [[reached]], []), { search: 'bfs' });
  if (verdict.kind === 'violated') return verdict.trace;
  expect(['holds', 'vacuous', 'deadlock']).toContain(verdict.kind);
  return null;
}

const reorderingsOf = (trace: Trace) =>
  trace.steps.flatMap(({ agent, lines }) =>
    lines.flatMap((l) => (l.reorderings ?? []).map((r) => ({ agent, ...r }))),
  );

/** A thread whose two accesses are reordered, and how a remedy changes it. */
interface Pair {
  readonly first: Stmt;
  readonly second: Stmt;
  /** With an acquire or release, where there is such a form. */
  readonly acquiring?: Stmt;
  readonly releasing?: Stmt;
  /** The second access with a dependency on what the first one read. */
  readonly dependent?: readonly (readonly Stmt[])[];
}

/** Every text that heddle may give, and what it means for the program. */
function withRemedy(text: string, p: Pair): readonly (readonly Stmt[])[] {
  const between = (barrier: Stmt): readonly (readonly Stmt[])[] => [[p.first, barrier, p.second]];
  if (text === 'smp_mb() between them') return between(smp_mb());
  if (text === 'smp_wmb() between them') return between(smp_wmb());
  if (text === 'smp_rmb() between them') return between(smp_rmb());
  if (text === 'dma_wmb() between them') return between(dma_wmb());
  if (/acquire\(\) in place of the one passed$/.test(text)) return [[p.acquiring!, p.second]];
  if (/release\(\) in place of the one that passed$/.test(text)) return [[p.first, p.releasing!]];
  if (/dependency on the one passed$/.test(text)) return p.dependent!.map((s) => [p.first, ...s]);
  throw new Error(`no program for '${text}'`);
}

const at = (object: string, index: Local): Place =>
  place(`&${object}`, 'v', binary('and', index, constant(0)));
const waits = (r: Local, of: Place): Stmt => smp_cond_load_relaxed(r, of, r);

interface Case {
  readonly name: string;
  readonly models: readonly MemoryModel[];
  readonly pair: Pair;
  /** The other threads; `pair` is thread 0. */
  readonly others: readonly (readonly Stmt[])[];
  readonly outcome: Outcome;
  /** What heddle says, of every pair that it finds in the run. */
  readonly says: readonly string[];
}

const reader = [READ_ONCE(r0, y), smp_rmb(), READ_ONCE(r1, x)];
const writer = [WRITE_ONCE(x, 1), smp_wmb(), WRITE_ONCE(y, 1)];

const cases: readonly Case[] = [
  {
    name: 'a store passes a store',
    models: ['armv8'],
    pair: { first: WRITE_ONCE(x, 1), second: WRITE_ONCE(y, 1), releasing: smp_store_release(y, 1) },
    others: [reader],
    outcome: '1:r0=1 1:r1=0',
    says: ['smp_wmb() between them', 'smp_store_release() in place of the one that passed'],
  },
  {
    name: 'a store passes one that a device reads',
    models: ['armv8'],
    pair: { first: WRITE_ONCE(d, 1), second: WRITE_ONCE(y, 1), releasing: smp_store_release(y, 1) },
    others: [[READ_ONCE(r0, y), smp_rmb(), READ_ONCE(r1, d)]],
    outcome: '1:r0=1 1:r1=0',
    says: ['dma_wmb() between them', 'smp_store_release() in place of the one that passed'],
  },
  {
    name: 'a store passes an atomic that returns nothing',
    models: ['armv8'],
    pair: { first: atomic_void('or', x, 1), second: WRITE_ONCE(y, 1), releasing: smp_store_release(y, 1) },
    others: [reader],
    outcome: '1:r0=1 1:r1=0',
    says: ['smp_wmb() between them', 'smp_store_release() in place of the one that passed'],
  },
  {
    name: 'a relaxed exchange passes a store',
    models: ['armv8'],
    pair: { first: WRITE_ONCE(x, 1), second: xchg(r2, y, 1, 'relaxed') },
    others: [reader],
    outcome: '1:r0=1 1:r1=0',
    says: ['smp_wmb() between them'],
  },
  {
    name: 'a load passes a load',
    models: ['armv8'],
    pair: {
      first: READ_ONCE(r0, y),
      second: READ_ONCE(r1, x),
      acquiring: smp_load_acquire(r0, y),
      dependent: [[READ_ONCE(r1, at('x', r0))]],
    },
    others: [writer],
    outcome: '0:r0=1 0:r1=0',
    says: [
      'smp_rmb() between them',
      'smp_load_acquire() in place of the one passed',
      'an address dependency on the one passed',
    ],
  },
  {
    name: 'a load passes the end of a wait',
    models: ['armv8'],
    pair: { first: waits(r0, y), second: READ_ONCE(r1, x), acquiring: smp_cond_load_acquire(r0, y, r0) },
    others: [writer],
    outcome: '0:r1=0 0:r0=1',
    says: ['smp_rmb() between them', 'smp_cond_load_acquire() in place of the one passed'],
  },
  {
    name: 'a load passes a store',
    models: ['tso', 'armv8'],
    pair: { first: WRITE_ONCE(x, 1), second: READ_ONCE(r0, y) },
    others: [[WRITE_ONCE(y, 1), smp_mb(), READ_ONCE(r0, x)]],
    outcome: '0:r0=0 1:r0=0',
    says: ['smp_mb() between them'],
  },
  {
    name: 'a store passes a load',
    models: ['armv8'],
    pair: {
      first: READ_ONCE(r0, x),
      second: WRITE_ONCE(y, 1),
      acquiring: smp_load_acquire(r0, x),
      releasing: smp_store_release(y, 1),
      dependent: [
        [WRITE_ONCE(at('y', r0), 1)],
        [WRITE_ONCE(y, binary('add', binary('and', r0, constant(0)), constant(1)))],
        [when(r0, [WRITE_ONCE(y, 1)], [WRITE_ONCE(y, 1)])],
      ],
    },
    others: [[READ_ONCE(r0, y), smp_mb(), WRITE_ONCE(x, 1)]],
    outcome: '0:r0=1 1:r0=1',
    says: [
      'smp_mb() between them',
      'smp_load_acquire() in place of the one passed',
      'smp_store_release() in place of the one that passed',
      'an address, data or control dependency on the one passed',
    ],
  },
];

const each = cases.flatMap((c) => c.models.map((model) => ({ ...c, model })));

describe.each(each)('$name ($model)', ({ pair, others, outcome, says, model }) => {
  test('it happens, and heddle says by which reordering and what forbids that', () => {
    const trace = runTo(outcome, [[pair.first, pair.second], ...others], model);
    const found = reorderingsOf(trace!);
    expect(found.map(({ agent, forbiddenBy }) => ({ agent, forbiddenBy }))).toEqual([
      { agent: 'P0', forbiddenBy: says },
    ]);
  });

  test('it does not happen under sc', () => {
    expect(runTo(outcome, [[pair.first, pair.second], ...others], 'sc')).toBeNull();
  });

  test.each(says)('not with %s', (text) => {
    for (const changed of withRemedy(text, pair))
      expect(runTo(outcome, [changed, ...others], model), text).toBeNull();
  });
});

/** Shapes in which several threads reorder something. */
const shapes: readonly { name: string; threads: readonly (readonly Stmt[])[]; outcome: Outcome }[] = [
  {
    name: 'store buffering',
    threads: [
      [WRITE_ONCE(x, 1), READ_ONCE(r0, y)],
      [WRITE_ONCE(y, 1), READ_ONCE(r0, x)],
    ],
    outcome: '0:r0=0 1:r0=0',
  },
  {
    name: 'load buffering',
    threads: [
      [READ_ONCE(r0, x), WRITE_ONCE(y, 1)],
      [READ_ONCE(r0, y), WRITE_ONCE(x, 1)],
    ],
    outcome: '0:r0=1 1:r0=1',
  },
  {
    name: 'a message in three threads',
    threads: [
      [WRITE_ONCE(x, 1)],
      [READ_ONCE(r0, x), WRITE_ONCE(y, 1)],
      [READ_ONCE(r0, y), smp_rmb(), READ_ONCE(r1, x)],
    ],
    outcome: '1:r0=1 2:r0=1 2:r1=0',
  },
  {
    name: 'two readers that disagree',
    threads: [
      [WRITE_ONCE(x, 1)],
      [WRITE_ONCE(y, 1)],
      [READ_ONCE(r0, x), READ_ONCE(r1, y)],
      [READ_ONCE(r0, y), READ_ONCE(r1, x)],
    ],
    outcome: '2:r0=1 2:r1=0 3:r0=1 3:r1=0',
  },
  {
    name: 'a store buffered before a message',
    threads: [
      [WRITE_ONCE(x, 1), WRITE_ONCE(y, 1)],
      [READ_ONCE(r0, y), WRITE_ONCE(z, 1)],
      [READ_ONCE(r0, z), smp_mb(), READ_ONCE(r1, x)],
    ],
    outcome: '1:r0=1 2:r0=1 2:r1=0',
  },
];

test.each(shapes)('$name: a run that sc has not is told with a reordering', ({ threads, outcome }) => {
  expect(runTo(outcome, threads, 'sc')).toBeNull();
  expect(reorderingsOf(runTo(outcome, threads, 'armv8')!).length).toBeGreaterThan(0);
});

test('where nobody else can tell, nothing is said to be reordered', () => {
  const alone = [WRITE_ONCE(x, 1), WRITE_ONCE(y, 1), READ_ONCE(r0, x), assign(r1, not(r0))];
  const trace = runTo('0:r1=0', [alone, [READ_ONCE(r0, z)]], 'armv8');
  expect(reorderingsOf(trace!)).toEqual([]);
});
