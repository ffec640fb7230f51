import { expect, test } from 'vitest';
import type { Trace } from '../outcome.ts';
import { toldTrace } from './sample-trace.ts';
import { traceLong } from './trace-long.ts';

const text = (...lines: string[]): string => `${lines.join('\n')}\n`;

test('each step has a line, below it its values and remarks, and what it changed elsewhere', () => {
  expect(traceLong(toldTrace, ['publish, "no barrier", armv8:'])).toBe(
    text(
      'publish, "no barrier", armv8:',
      '',
      '  CPU1  init(): kzalloc() == &a',
      '1 CPU1  publish(): WRITE_ONCE(ready, 1)',
      '          writes ready = 1',
      '          early (1)',
      '        => SMMU: SMMU0 may cache it',
      '2 CPU0  READ_ONCE(ready) == 1',
      '          reads ready == 1 (acquire)',
      '3 CPU0  READ_ONCE(data) == 0',
      '          stale: memory has 7 (2)',
      '',
      'I broke: because.',
      '',
      'How it came about:',
      '- CPU0 saw ready before data.',
      '',
      'Out of program order:',
      '(1) CPU1: WRITE_ONCE(ready, 1) passed WRITE_ONCE(data, 7) in publish():',
      '    smp_wmb() between them, or smp_store_release() in place of the one that',
      '    passed, forbids it',
      '(2) CPU0: READ_ONCE(data) == 0, an old value, passed READ_ONCE(ready): smp_rmb()',
      '    between them forbids it',
    ),
  );
});

test('no line is wider than 80, whatever the words', () => {
  const long =
    'arm_smmu_install_new_domain_invs_with_a_very_long_name_that_is_wider_than_a_line_of_a_mail(x)';
  const line = { text: `${long} = ${long}`, fn: long.slice(0, -3), notes: [`${long} ${long}`] };
  const trace: Trace = {
    ...toldTrace,
    steps: [{ agent: 'AN_AGENT_WITH_A_NAME', choice: 0, lines: [line, line], effects: [] }],
    story: [long],
  };
  for (const l of traceLong(trace, [long]).split('\n')) expect(l.length, l).toBeLessThanOrEqual(80);
});

test('of a run that never ends, a line says from where on it repeats', () => {
  expect(traceLong({ ...toldTrace, repeats: 1 }, [])).toContain('\nrepeats for ever:\n2 CPU0');
});
