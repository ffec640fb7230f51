/** Sequence diagrams, word for word. */
import { expect, test } from 'vitest';
import { traceMermaid } from './mermaid.ts';
import { endlessRun, sampleRun } from './sample-run.ts';

test('a trace is notes, and arrows where one agent has something from another', () => {
  expect(traceMermaid(sampleRun)).toBe(`%% sample, "no smp_wmb()", memory model armv8
sequenceDiagram
  participant p0 as CPU0
  participant p1 as CPU1
  participant p2 as SMMU
  Note over p1: consumer(): kzalloc() == &buf
  Note over p0: 1. producer(): WRITE_ONCE(flag, 1)<br/>early: passes data->word = 7<br/>(forbidden by smp_wmb() between them)
  p0->>p2: SMMU0 may cache data < 0>, "old" no. 1
  p0-->>p1: flag == 1
  Note over p1: 2. consumer(): smp_load_acquire(&flag) == 1
  Note over p1: 3. consumer(): smp_rmb()
  Note over p1: 4. consumer(): data->word == 0
  Note over p0: 5. producer(): data->word = 7
  Note over p2: 6. SMMU0 completes CMD_SYNC
  Note over p0,p2: freshData: CPU1 saw the flag and read old data
`);
});

test('the part that repeats for ever is a loop', () => {
  expect(traceMermaid(endlessRun).split('\n').slice(8)).toEqual([
    '  loop for ever',
    '  p0-->>p1: flag == 1',
    '  Note over p1: 2. consumer(): smp_load_acquire(&flag) == 1',
    '  end',
    '  Note over p0,p2: CPU1 goes round for ever.',
    '',
  ]);
});
