import { describe, expect, test } from 'vitest';
import type { Trace, TraceStep } from '../outcome.ts';
import type { Line } from '../system.ts';
import { sampleTrace, toldTrace } from './sample-trace.ts';
import { traceText } from './trace-text.ts';

/** Told above every trace. */
const LEGEND = ' * (Time flows down; == is what was read, => what changed elsewhere.)';

/** A step of one line, for traces of which only the shape matters. */
function step(agent: string, text: string, effects: TraceStep['effects'] = []): TraceStep {
  return { agent, choice: 0, lines: [{ text, fn: 'f' }], effects };
}

function trace(columns: readonly string[], steps: readonly TraceStep[]): Trace {
  return { columns, steps, ending: 'I broke: because.' };
}

function lines(...text: string[]): string {
  return `${text.join('\n')}\n`;
}

test('a race of two CPUs and an SMMU reads like the comments of arm-smmu-v3.c', () => {
  expect(traceText(sampleTrace, ['unmap-vs-attach, "no smp_mb() in inv_range", tso'])).toBe(
    lines(
      '/*',
      ' * unmap-vs-attach, "no smp_mb() in inv_range", tso',
      ' *',
      ' * no-stale-translation broke: page 0 was freed while SMMU0 may still translate',
      ' * IOVA 0 to it.',
      ' *',
      LEGEND,
      ' *',
      ' * [CPU0]                    | [CPU1]                  | [SMMU0]',
      ' * arm_smmu_domain_inv_range():                        |',
      ' *   invs = rcu_dereference( |                         |',
      ' *     smmu_domain->invs);   |                         |',
      ' *     // the store of the   |                         |',
      ' *     // PTE has not left   |                         |',
      ' *     // CPU0 yet           |                         |',
      ' *   for (i = 0; i <         |                         |',
      ' *     invs->num_invs; i++)  |                         |',
      ' *                           | arm_smmu_install_new_domain_invs():',
      ' *                           |   rcu_assign_pointer(   |',
      ' *                           |     smmu_domain->invs,  |',
      ' *                           |     new_invs);          |',
      ' *                           | arm_smmu_write_entry(): |',
      ' *                           |   WRITE_ONCE(           | => may cache STE 1:',
      ' *                           |     ste->data[0],       |    stage 1 of domain d',
      ' *                           |     target[0]);         | => may cache IOVA 0 ->',
      ' *                           |                         |    page 0',
      ' * __arm_lpae_unmap():       |                         |',
      ' *   WRITE_ONCE(*ptep, 0);   |                         |',
      ' *     // left late, after   |                         |',
      ' *     // the load of        |                         |',
      ' *     // smmu_domain->invs  |                         |',
      ' * iommu_iotlb_sync():       |                         |',
      ' *   free_page(page 0);      |                         |',
      ' */',
    ),
  );
});

test('short texts get columns no wider than they need', () => {
  const short = trace(['P0', 'P1'], [step('P0', 'x = 1;'), step('P1', 'r = x;')]);
  expect(traceText(short, [])).toBe(
    lines(
      '/*',
      ' * I broke: because.',
      ' *',
      LEGEND,
      ' *',
      ' * [P0]     | [P1]',
      ' * f():     |',
      ' *   x = 1; |',
      ' *          | f():',
      ' *          |   r = x;',
      ' */',
    ),
  );
});

test('five columns of long texts become one stream with the agent before each event', () => {
  const agents = ['CPU0', 'CPU1', 'CPU2', 'SMMU0', 'RCU'];
  const effect = { column: 'RCU', component: 'rcu', text: 'a grace period is under way since step 1' };
  const wide = trace(
    agents,
    agents.map((agent, i) =>
      step(agent, 'WRITE_ONCE(object->field, another_object);', i === 1 ? [effect] : []),
    ),
  );
  expect(traceText(wide, ['five'])).toBe(
    lines(
      '/*',
      ' * five',
      ' *',
      ' * I broke: because.',
      ' *',
      LEGEND,
      ' *',
      ' * CPU0:  f():',
      ' * CPU0:    WRITE_ONCE(object->field, another_object);',
      ' * CPU1:  f():',
      ' * CPU1:    WRITE_ONCE(object->field, another_object);',
      ' * RCU:   => a grace period is under way since step 1',
      ' * CPU2:  f():',
      ' * CPU2:    WRITE_ONCE(object->field, another_object);',
      ' * SMMU0: f():',
      ' * SMMU0:   WRITE_ONCE(object->field, another_object);',
      ' * RCU:   f():',
      ' * RCU:     WRITE_ONCE(object->field, another_object);',
      ' */',
    ),
  );
});

test('a function is named when a column enters it and not again while it stays there', () => {
  const text = traceText(trace(['A', 'B'], [step('A', 'a1;'), step('B', 'b1;'), step('A', 'a2;')]), []);
  expect(text.match(/f\(\):/g)).toHaveLength(2);
});

test('a hardware unit is named without the brackets of a function', () => {
  const unit: TraceStep = { agent: 'S', choice: 0, lines: [{ text: 'TLBI', fn: 'CMDQ' }], effects: [] };
  expect(traceText(trace(['S'], [unit]), [])).toContain(' * CMDQ:\n');
});

test('an agent that does nothing has no column', () => {
  expect(traceText(sampleTrace, [])).not.toContain('SMMU1');
});

test('an effect in a column that the trace does not list is still shown', () => {
  const effect = { column: 'CMDQ', component: 'c', text: 'TLBI queued' };
  expect(traceText(trace(['A'], [step('A', 'a;', [effect])]), [])).toContain('| => TLBI queued');
});

test('the end of a C comment within a text does not end the comment', () => {
  const text = traceText(trace(['A'], [step('A', 'x = 1; /* why */')]), []);
  expect(text.indexOf('*/')).toBe(text.length - 3);
});

test('no line of any shape of trace is wider than 80', () => {
  const words = [
    'WRITE_ONCE(x->y, 1);',
    'arm_smmu_install_new_domain_invs_with_a_very_long_name_that_is_wider(x)',
    'a',
  ];
  for (let agents = 1; agents <= 5; agents++) {
    for (let size = 1; size <= 9; size++) {
      const columns = Array.from({ length: agents }, (_, i) => `AGENT${i}`);
      const steps = columns.map((agent, i) => ({
        ...step(agent, Array.from({ length: size }, (_, n) => words[(n * size + i) % 3]).join(' ')),
        lines: [
          { text: words.slice(0, (i % 3) + 1).join(' '), fn: words[1] ?? '', notes: ['a '.repeat(size * 9)] },
        ],
      }));
      for (const line of traceText(trace(columns, steps), ['t '.repeat(50)]).split('\n')) {
        expect(line.length, line).toBeLessThanOrEqual(80);
      }
    }
  }
});

test('of a run that never ends, a line says from where on it repeats, and functions are named again', () => {
  const steps = [step('A', 'n = 1'), step('A', 'n = 2'), step('A', 'n = 1')];
  expect(traceText({ ...trace(['A', 'B'], steps), repeats: 1 }, [])).toBe(
    lines(
      '/*',
      ' * I broke: because.',
      ' *',
      LEGEND,
      ' *',
      ' * [A]',
      ' * f():',
      ' *   n = 1',
      ' * repeats for ever:',
      ' * f():',
      ' *   n = 2',
      ' *   n = 1',
      ' */',
    ),
  );
});

test('in one stream too', () => {
  const names = Array.from({ length: 20 }, (_, i) => `CPU${i}`);
  const steps = [...names.map((name) => step(name, 'x')), step('CPU0', 'n = 1')];
  const text = traceText({ ...trace(names, steps), repeats: 20 }, []);
  expect(text).toContain(' * CPU19:   x\n * repeats for ever:\n * CPU0:  f():\n * CPU0:    n = 1\n');
});

test('below the trace stands why it came to its end, and what its numbered remarks are about', () => {
  expect(traceText(toldTrace, [])).toBe(
    lines(
      '/*',
      ' * I broke: because.',
      ' *',
      LEGEND,
      ' *',
      ' * [CPU0]                       | [CPU1]                 | [SMMU]',
      ' *                              | init():                |',
      ' *                              |   kzalloc() == &a      |',
      ' *                              | publish():             |',
      ' *                              |   WRITE_ONCE(data, 7)  |',
      ' *                              |     // pending (1)     |',
      ' *                              |   WRITE_ONCE(ready, 1) | => SMMU0 may cache it',
      ' *                              |     // early (1)       |',
      ' * READ_ONCE(ready) == 1        |                        |',
      ' * READ_ONCE(data) == 0         |                        |',
      ' *   // stale: memory has 7 (2) |                        |',
      ' *',
      ' * How it came about:',
      ' * - CPU0 saw ready before data.',
      ' *',
      ' * Out of program order:',
      ' * (1) CPU1: WRITE_ONCE(ready, 1) passed WRITE_ONCE(data, 7) in publish():',
      ' *     smp_wmb() between them, or smp_store_release() in place of the one that',
      ' *     passed, forbids it',
      ' * (2) CPU0: READ_ONCE(data) == 0, an old value, passed READ_ONCE(ready):',
      ' *     smp_rmb() between them forbids it',
      ' */',
    ),
  );
});

describe('a store that takes effect late', () => {
  const write = (text: string, nth: number): Line => ({
    text,
    fn: 'f',
    accesses: [{ kind: 'write', place: text, value: '1', pc: nth, nth }],
  });
  const run = (...lines: readonly Line[]): string =>
    traceText(
      trace(
        ['A', 'B'],
        lines.map((line) => ({ agent: 'A', choice: 0, lines: [line], effects: [] })),
      ),
      [],
    );

  test('is shown where its program has it, and where it reaches memory', () => {
    expect(run(write('y = 1', 1), write('z = 1', 2), write('x = 1', 0), write('v = 1', 3))).toContain(
      ' *   x = 1\n *     // pending\n *   y = 1\n *   z = 1\n *   x = 1\n *     // reaches memory\n *   v = 1\n',
    );
  });

  test('is shown in program order with others that are late', () => {
    expect(run(write('z = 1', 2), write('y = 1', 1), write('x = 1', 0))).toContain(
      ' *   x = 1\n *     // pending\n *   y = 1\n *     // pending\n *   z = 1\n *   y = 1\n',
    );
  });

  test('is not told of a load, which says what it read', () => {
    const load: Line = {
      ...write('x == 1', 0),
      accesses: [{ kind: 'read', place: 'x', value: '1', pc: 0, nth: 0 }],
    };
    expect(run(write('y = 1', 1), load)).not.toContain('pending');
  });
});
