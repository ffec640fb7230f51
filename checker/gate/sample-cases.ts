/** Cases for the tests of this folder: one of each kind, made by hand. */
import type { Trace } from '../outcome.ts';
import { exitCode } from '../report/exit-code.ts';
import type { WrittenRun } from '../report/json.ts';
import type { Spec } from '../spec.ts';
import type { Case } from './case.ts';
import type { Changes } from './changes.ts';
import type { Locate } from './locate.ts';

/** Message passing without a barrier: the reader sees the flag and not the data. */
export const mpTrace: Trace = {
  columns: ['CPU0', 'CPU1', 'SMMU'],
  prelude: [{ agent: 'CPU0', lines: [{ text: 'kzalloc() == &data', fn: 'writer' }] }],
  steps: [
    {
      agent: 'CPU0',
      choice: 1,
      lines: [
        {
          text: 'WRITE_ONCE(flag, 1)',
          fn: 'writer',
          statement: 'CPU0: writer(): WRITE_ONCE(flag, 1)',
          notes: ['early: passes WRITE_ONCE(data, 1)'],
          reorderings: [
            {
              kind: 'early',
              other: 'WRITE_ONCE(data, 1)',
              fn: 'writer',
              forbiddenBy: ['smp_wmb() between them'],
            },
          ],
        },
      ],
      effects: [{ column: 'SMMU', component: 'smmu', text: 'SMMU0 may cache STE 1' }],
    },
    {
      agent: 'CPU1',
      choice: 0,
      lines: [{ text: 'READ_ONCE(flag) == 1', fn: 'reader', statement: 'CPU1: reader(): READ_ONCE(flag)' }],
      effects: [],
    },
    {
      agent: 'CPU1',
      choice: 0,
      lines: [{ text: 'READ_ONCE(data) == 0', fn: 'reader', statement: 'CPU1: reader(): READ_ONCE(data)' }],
      effects: [],
    },
  ],
  ending: 'seesData: CPU1 saw the flag at 100 % and not the data',
  story: ['CPU1 read data before it was written.'],
};

const effort: NonNullable<WrittenRun['effort']> = { states: 1234, transitions: 2345, depth: 7, values: {} };
const coverage: NonNullable<WrittenRun['coverage']> = { statements: 4, executed: 4, missed: [] };

/** A run that holds, as expected, unless `fields` say otherwise. */
export function sampleCase(
  spec: string,
  fields: Partial<WrittenRun> & Pick<WrittenRun, 'variant' | 'model'>,
  trace: Trace | null = null,
): Case {
  return {
    spec,
    title: `about ${spec}`,
    run: {
      about: 'as merged',
      search: 'bfs',
      maxStates: null,
      expected: { kind: 'holds' },
      verdict: { kind: 'holds' },
      exitCode: exitCode.asExpected,
      effort,
      coverage,
      witnesses: { reached: ['both run'], missed: [] },
      ...fields,
    },
    trace,
    cost: { seconds: 0.25, bytes: 4096, slowCalls: 5, lookups: 60 },
  };
}

const seesData = {
  kind: 'violated',
  invariant: 'seesData',
  why: 'CPU1 saw the flag at 100 % and not the data',
  trace: 'traces/mp--no-smp-wmb--armv8.json',
} as const;

export const holds = sampleCase('mp', { variant: 'v7.1', model: 'sc' });
export const violatedAsExpected = sampleCase(
  'mp',
  {
    variant: 'no smp_rmb()',
    model: 'armv8',
    expected: { kind: 'violated', by: 'seesData' },
    verdict: seesData,
  },
  mpTrace,
);
export const violated = sampleCase(
  'mp',
  { variant: 'no smp_wmb()', model: 'armv8', verdict: seesData, exitCode: exitCode.broken },
  mpTrace,
);
export const vacuous = sampleCase('mp', {
  variant: 'one, two: #3',
  model: 'tso',
  verdict: { kind: 'vacuous', reasons: ['The witness "both run" was never reached.'] },
  exitCode: exitCode.vacuous,
});
export const incomplete = sampleCase('large', {
  variant: 'v9',
  model: 'armv8',
  maxStates: 10,
  verdict: { kind: 'incomplete', bound: 'max-states', why: 'the limit of 10 states was reached' },
  exitCode: exitCode.incomplete,
});
const {
  effort: _,
  coverage: __,
  witnesses: ___,
  ...unknown
} = sampleCase('large', { variant: 'bug', model: 'sc' }).run;
export const fault: Case = {
  ...sampleCase('large', { variant: 'bug', model: 'sc' }),
  run: {
    ...unknown,
    verdict: { kind: 'fault', message: 'n is read\nbefore it is written' },
    exitCode: exitCode.fault,
  },
  cost: null,
};
export const notRun: Case = {
  ...fault,
  run: {
    ...unknown,
    variant: 'late',
    verdict: { kind: 'incomplete', bound: 'interrupted', why: 'not run' },
    exitCode: exitCode.interrupted,
  },
};

export const everyCase: readonly Case[] = [
  holds,
  violatedAsExpected,
  violated,
  vacuous,
  incomplete,
  fault,
  notRun,
];

/** A spec with these variants, under two memory models each, that nobody can build. */
export function sampleSpec(name: string, variants: readonly string[]): Spec {
  const build = () => {
    throw new Error('only named');
  };
  const expected = { kind: 'holds' } as const;
  return {
    name,
    title: `about ${name}`,
    source: 'none',
    variants: variants.map((it) => ({
      name: it,
      about: it,
      expect: { sc: expected, armv8: expected },
      build,
    })),
  };
}

/** Knows where `mp` and the functions of its trace are, and nothing of the other spec. */
export const sampleLocate: Locate = {
  variant: (spec, variant) =>
    spec === 'mp' ? { file: 'specs/mp/index.ts', line: variant === 'v7.1' ? 10 : 20 } : null,
  fn: (_, fn) => (fn === 'writer' ? { file: 'model/driver/mp.ts', line: 5 } : null),
};

/** What changed since a baseline. */
export const sampleChanges: Changes = {
  verdicts: [
    { name: 'mp/v7.1 (sc)', spec: 'mp', variant: 'v7.1', model: 'sc', before: 'deadlock', after: 'holds' },
  ],
  counts: [],
  added: [],
  gone: [],
  same: 6,
};
