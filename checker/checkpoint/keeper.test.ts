import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { abortedAfter } from '../explore/aborted-after.ts';
import { checkNow } from '../explore/check.ts';
import type { CheckOptions } from '../explore/options.ts';
import { toy } from '../explore/toy.ts';
import { tablesOf } from '../intern/tables.ts';
import type { Outcome } from '../outcome.ts';
import { type System, UsageError } from '../system.ts';
import { type Keeping, type Kept, openCheckpoint, preparePlace, refuseForeign } from './keeper.ts';
import { restoreTables } from './snapshot.ts';

const run = { spec: 'toy', variant: 'v1', model: 'sc' };
const program = { heddle: '1.2.3', sources: 'abc' };

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'heddle-checkpoint-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

const keeping = (file: string, every = 1e6): Keeping => ({ file, every, run, program });

type Search = 'bfs' | 'dfs';

/** Runs the system for so many slices of an exploration, of which each has at most twice the states of the one before,
 *  then interrupts it, so that it is kept in `file`. */
function interrupted(system: System, search: Search, slices: number, file: string, resume?: Kept): Outcome {
  const options: CheckOptions = { search, signal: abortedAfter(slices - 1), checkpoint: keeping(file) };
  return checkNow(system, resume === undefined ? options : { ...options, resume });
}

/** What must not depend on interruptions. */
const essence = ({ verdict, effort, witnessesReached, covered, reorderings }: Outcome) => {
  const { states, transitions, depth, values } = effort;
  return { verdict, states, transitions, depth, values, witnessesReached, covered, reorderings };
};

/** Counters of which one has many values, so that layouts change; statements and witnesses that come early and late. */
function counters(bad: boolean): System {
  return toy<{ a: number; b: number; c: number; list: readonly string[] }>({
    start: { a: 0, b: 0, c: 0, list: [] },
    agents: {
      A: ({ a }) => (a < 150 ? [{ statement: a === 0 ? 'first' : 'more', set: { a: a + 1 } }] : []),
      B: ({ b, c }) => (b < 9 ? [{ statement: 'b', set: { b: b + 1, c: (c + b) % 5 } }] : []),
      C: ({ a, list }) =>
        a > 140 && list.length < 3
          ? [{ statement: 'late', set: { list: [...list, 'näh\n"'] }, say: [{ kind: 'listed' }] }]
          : [],
    },
    statements: ['first', 'more', 'b', 'late'],
    reacts: { c: (_, own) => (own + 1) % 7 },
    never: {
      all: ({ a, b, list }) => (bad && a === 150 && b === 9 && list.length === 3 ? 'the end' : null),
    },
    when: { all: ({ b }) => b === 1 },
    reach: { early: ({ a }) => a === 1, late: ({ list }) => list.length === 2 },
    stuck: ({ c }) => (!bad && c === 6 ? 'never' : null),
  });
}

/** The system, whose first step shows a reordering, as it must. */
function reordering(system: System): System {
  const early = { kind: 'early', other: 'b', fn: 'f', forbiddenBy: [] } as const;
  return {
    ...system,
    mustReorder: [{ name: 'first before b', is: ({ kind }) => kind === 'early' }],
    agents: system.agents.map((agent) => ({
      ...agent,
      steps: (read) =>
        agent.steps(read).map((step) => {
          const lines = step.label.lines.map((line) =>
            line.statement === 'first' ? { ...line, reorderings: [early] } : line,
          );
          return { ...step, label: { ...step.label, lines } };
        }),
    })),
  };
}

describe.each(['bfs', 'dfs'] as const)('%s', (search) => {
  test.each([
    ['holds', reordering(counters(false))],
    ['is violated', counters(true)],
  ])('a run that is stopped and taken up again ends as if it had not been: one that %s', (_, system) => {
    const expected = essence(checkNow(system, { search }));
    expect(expected.verdict.kind).toBe(_ === 'holds' ? 'holds' : 'violated');
    let stops = 0;
    for (let slices = 1; slices <= 12; slices++) {
      const file = join(folder(), 'kept');
      const { verdict } = interrupted(system, search, slices, file);
      if (verdict.kind !== 'incomplete') continue;
      stops += 1;
      expect(verdict.why).toContain(
        ` kept: go on with heddle check${search === 'dfs' ? ' --search dfs' : ''} --resume ${file}`,
      );
      expect(essence(checkNow(system, { search, resume: openCheckpoint(file) }))).toEqual(expected);
    }
    expect(stops).toBeGreaterThan(5);
  });

  test('a run may be stopped many times', () => {
    const system = counters(false);
    const file = join(folder(), 'kept');
    let outcome = interrupted(system, search, 1, file);
    let times = 1;
    for (let kept = 0; outcome.verdict.kind === 'incomplete'; times++) {
      const resume = openCheckpoint(file);
      expect(resume.summary.states).toBeGreaterThan(kept);
      kept = resume.summary.states;
      outcome = interrupted(system, search, 7, file, resume);
    }
    expect(times).toBeGreaterThan(5);
    expect(essence(outcome)).toEqual(essence(checkNow(system, { search })));
    expect(existsSync(file)).toBe(false);
  });
});

/** A file that keeps a part of a run. */
function kept(system = counters(false), search: Search = 'bfs'): string {
  const file = join(folder(), 'kept');
  interrupted(system, search, 9, file);
  return file;
}

const refusal = (what: () => unknown): string => {
  try {
    what();
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return 'not refused';
};

test('tables that are taken up lay out what comes next as the kept ones would have', () => {
  const file = join(folder(), 'kept');
  const controller = new AbortController();
  // Six fields share a word, so that `n` has outgrown its own by then.
  const system = toy({
    start: { n: 0, b: 0, c: 0, d: 0, e: 0, f: 0 },
    agents: {
      A({ n }) {
        if (n === 200) controller.abort();
        return [{ set: { n: n + 1 } }];
      },
    },
  });
  checkNow(system, { search: 'bfs', signal: controller.signal, checkpoint: keeping(file) });
  const { summary, container } = openCheckpoint(file);
  const tables = tablesOf(system);
  restoreTables(tables, summary, container);
  container.close();
  expect(tables.values.map((known) => known.count())).toEqual(summary.values);
  expect(tables.counts).toEqual(summary.growth.counts);
  expect(tables.heat).toEqual(summary.growth.heat);
  expect(Math.max(...tables.heat)).toBeGreaterThan(0);
  expect([...tables.layout.fieldOf]).toEqual(summary.layout.fieldOf);
  expect(tables.layout).not.toEqual(tablesOf(system).layout);
});

test('a checkpoint of which any byte was changed is refused', () => {
  const file = kept();
  const whole = readFileSync(file);
  expect(whole.length).toBeGreaterThan(1000);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const damaged = Buffer.from(whole);
      damaged[at]! ^= change;
      writeFileSync(file, damaged);
      expect(refusal(() => openCheckpoint(file))).toMatch(
        at < 18 ? /is not a checkpoint of heddle/ : /is damaged or cut short/,
      );
    }),
    { seed: 20260103, numRuns: 400 },
  );
});

test('a checkpoint that was cut short or added to is refused', () => {
  const file = kept();
  const whole = readFileSync(file);
  fc.assert(
    fc.property(fc.nat({ max: whole.length - 1 }), (length) => {
      writeFileSync(file, whole.subarray(0, length));
      expect(refusal(() => openCheckpoint(file))).toMatch(length < 18 ? /is not a checkpoint/ : /cut short/);
    }),
    { seed: 20260104, numRuns: 100 },
  );
  writeFileSync(file, Buffer.concat([whole, Buffer.from([0])]));
  expect(refusal(() => openCheckpoint(file))).toMatch(/is damaged/);
});

test('what is no checkpoint is refused', () => {
  const made = folder();
  expect(refusal(() => openCheckpoint(join(made, 'none')))).toMatch(/cannot read the checkpoint: ENOENT/);
  expect(refusal(() => openCheckpoint(made))).toMatch(/is not a file/);
  writeFileSync(join(made, 'text'), 'something else that is long enough to be one, or so it seems');
  expect(refusal(() => openCheckpoint(join(made, 'text')))).toMatch(/is not a checkpoint of heddle/);
  writeFileSync(join(made, 'empty'), '');
  expect(refusal(() => openCheckpoint(join(made, 'empty')))).toMatch(/is not a checkpoint of heddle/);
});

test('a checkpoint of another format is refused as such', () => {
  const file = kept();
  const bytes = readFileSync(file);
  bytes.writeUInt32LE(99, 18);
  const body = bytes.subarray(0, -32);
  writeFileSync(file, Buffer.concat([body, createHash('sha256').update(body).digest()]));
  expect(refusal(() => openCheckpoint(file))).toMatch(
    /has checkpoint format 99, and this heddle reads format 1/,
  );
});

test('a checkpoint of another run or program is refused, each for its own reason', () => {
  const checkpoint = openCheckpoint(kept());
  const foreign = (other: Partial<typeof run>, by: Partial<typeof program>) =>
    refusal(() => refuseForeign(checkpoint, { ...run, ...other }, { ...program, ...by }));
  expect(foreign({}, {})).toBe('not refused');
  expect(foreign({ spec: 'lathe' }, {})).toMatch(/is of toy\/v1 \(sc\), and not of lathe\/v1 \(sc\)/);
  expect(foreign({ model: 'tso' }, {})).toMatch(/and not of toy\/v1 \(tso\)/);
  expect(foreign({}, { heddle: '2.0.0' })).toMatch(/written by heddle 1.2.3, and this is heddle 2.0.0/);
  expect(foreign({}, { sources: 'def' })).toMatch(/something in model\/, specs\/ or checker\/ has changed/);
});

test('a checkpoint is not taken up in another manner, or for a system that declares something else', () => {
  const file = kept();
  const system = counters(false);
  const going = (other: System, options: Partial<CheckOptions>) =>
    refusal(() => checkNow(other, { search: 'bfs', resume: openCheckpoint(file), ...options }));
  expect(going(system, {})).toBe('not refused');
  expect(going(system, { search: 'dfs' })).toMatch(/written with --search bfs: go on with the same/);
  expect(going(system, { symmetry: false })).toMatch(/written without --no-symmetry: go on without it/);
  expect(going(system, { keepTraces: false })).toMatch(/written for other traces/);
  const declares = (change: Partial<System>) => going({ ...system, ...change }, {});
  expect(declares({ statements: system.statements.slice(1) })).toMatch(/declares something else/);
  expect(declares({ witnesses: [] })).toMatch(/declares something else/);
  expect(declares({ mustEnd: true })).toMatch(/declares something else/);
  const components = system.components.map((it, c) => (c === 0 ? { ...it, initial: 1 } : it));
  expect(declares({ components })).toMatch(/declares something else/);
});

test('a checkpoint for which there is no memory is refused', () => {
  const file = kept();
  const refused = refusal(() =>
    checkNow(counters(false), { search: 'bfs', resume: openCheckpoint(file), memoryLimit: 1 }),
  );
  expect(refused).toMatch(/^1 of the checkpoint's \d+ states were read, then the memory limit of 1 bytes/);
});

test('a place where nothing can be written, or something would be lost, is refused', () => {
  const made = folder();
  preparePlace(join(made, 'new'));
  expect(readdirSync(made)).toEqual([]);
  expect(refusal(() => preparePlace(join(made, 'none', 'new')))).toMatch(
    /cannot write the checkpoint: ENOENT/,
  );
  expect(refusal(() => preparePlace(kept()))).toMatch(
    /keeps [\d,]+ states? of toy\/v1 \(sc\) from an earlier run/,
  );
  writeFileSync(join(made, 'text'), 'mine');
  expect(refusal(() => preparePlace(join(made, 'text')))).toMatch(/is not a checkpoint/);
  mkdirSync(join(made, 'sub'));
  expect(refusal(() => preparePlace(join(made, 'sub')))).toMatch(/is not a file/);
});

test('checkpoints are written as the run goes, each whole and beside nothing else', () => {
  const made = folder();
  const file = join(made, 'kept');
  const counts: number[] = [];
  const onWritten: Keeping['onWritten'] = ({ states, bytes }) => {
    expect(readdirSync(made)).toEqual(['kept']);
    const { summary, container } = openCheckpoint(file);
    container.close();
    expect(summary.states).toBe(states);
    expect(readFileSync(file).length).toBe(bytes);
    counts.push(states);
  };
  const { verdict } = checkNow(counters(false), {
    search: 'bfs',
    checkpoint: { ...keeping(file, 1e-9), onWritten },
  });
  expect(verdict.kind).toBe('holds');
  expect(counts.length).toBeGreaterThan(0);
  expect(readdirSync(made)).toEqual([]);
});

test('a checkpoint that cannot be written is told, and the run goes on', () => {
  const made = folder();
  const failures: string[] = [];
  rmSync(made, { recursive: true });
  const { verdict } = checkNow(counters(false), {
    search: 'bfs',
    checkpoint: { ...keeping(join(made, 'kept'), 1e-9), onFailure: (why) => failures.push(why) },
  });
  expect(verdict.kind).toBe('holds');
  expect(failures[0]).toMatch(/could not write the checkpoint .*: ENOENT/);
});

test('a run that must end is looked through for endless runs after it was taken up', () => {
  const system = toy({
    start: { n: 0, m: 0 },
    agents: {
      A: ({ n }) => [{ text: `n = ${n + 1}`, set: { n: n < 200 ? n + 1 : 100 } }],
      B: ({ m }) => (m < 5 ? [{ text: 'm', set: { m: m + 1 } }] : []),
    },
    mustEnd: true,
  });
  const file = kept(system);
  const resumed = checkNow(system, { search: 'bfs', resume: openCheckpoint(file) });
  expect(resumed.verdict.kind).toBe('endless');
  expect(essence(resumed)).toEqual(essence(checkNow(system, { search: 'bfs' })));
});
