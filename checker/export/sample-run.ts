/** Short runs for the tests of this folder. */
import { toy } from '../explore/toy.ts';
import type { Trace, TraceStep } from '../outcome.ts';
import type { Access, Line } from '../system.ts';
import type { ExportedRun } from './run.ts';

/** Of straight code: its number in the program is its place there. */
const access = (kind: Access['kind'], place: string, value: string, pc: number, order?: string): Access => ({
  kind,
  place,
  value,
  pc,
  nth: pc,
  ...(order === undefined ? {} : { order }),
});

const step = (agent: string, line: Line, more: Partial<TraceStep> = {}): TraceStep => ({
  agent,
  choice: 0,
  lines: [{ notes: [], ...line }],
  effects: [],
  ...more,
});

/** CPU0 writes data and a flag, which overtakes the data; CPU1 sees the flag and reads old data, and so may an SMMU.
 *  The state says what has reached memory, and what the SMMU has cached. */
export const sampleTrace: Trace = {
  columns: ['CPU0', 'CPU1', 'SMMU'],
  prelude: [{ agent: 'CPU1', lines: [{ text: 'kzalloc() == &buf', fn: 'consumer' }] }],
  steps: [
    step(
      'CPU0',
      {
        fn: 'producer',
        text: 'WRITE_ONCE(flag, 1)',
        notes: ['early: passes data->word = 7'],
        accesses: [access('write', 'flag', '1', 1, 'once')],
        reorderings: [
          { kind: 'early', other: 'data->word = 7', fn: 'producer', forbiddenBy: ['smp_wmb() between them'] },
        ],
      },
      { effects: [{ column: 'SMMU', component: 'smmu0', text: 'SMMU0 may cache data <0>; "old" #1' }] },
    ),
    step('CPU1', {
      fn: 'consumer',
      text: 'smp_load_acquire(&flag) == 1',
      accesses: [access('read', 'flag', '1', 0, 'acquire')],
    }),
    step('CPU1', {
      fn: 'consumer',
      text: 'smp_rmb()',
      accesses: [access('fence', '', 'smp_rmb()', 1)],
    }),
    step('CPU1', {
      fn: 'consumer',
      text: 'data->word == 0',
      accesses: [access('read', 'data->word', '0', 2)],
    }),
    step('CPU0', {
      fn: 'producer',
      text: 'data->word = 7',
      accesses: [access('write', 'data->word', '7', 0)],
    }),
    step('SMMU0', { text: 'SMMU0 completes CMD_SYNC' }, { column: 'SMMU' }),
  ],
  ending: 'freshData: CPU1 saw the flag and read old data',
};

const system = toy<{ data: number | null; flag: number; cached: readonly string[] }>({
  start: { data: null, flag: 0, cached: [] },
  agents: { CPU0: () => [], CPU1: () => [], SMMU0: () => [] },
});

export const sampleRun: ExportedRun = {
  spec: 'sample',
  variant: 'no smp_wmb()',
  model: 'armv8',
  system,
  trace: sampleTrace,
  states: [
    [null, 0, []],
    [null, 1, ['data']],
    [null, 1, ['data']],
    [null, 1, ['data']],
    [null, 1, ['data']],
    [7, 1, ['data']],
    [7, 1, []],
  ],
};

/** Two steps, of which the last one leads back to where it was taken. */
export const endlessRun: ExportedRun = {
  ...sampleRun,
  trace: {
    ...sampleTrace,
    steps: sampleTrace.steps.slice(0, 2),
    repeats: 1,
    ending: 'CPU1 goes round for ever.',
  },
  states: sampleRun.states.slice(0, 3),
};
