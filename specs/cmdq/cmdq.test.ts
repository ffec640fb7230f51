import { describe, expect, test } from 'vitest';
import type { MemoryModel } from '../../model/machine.ts';
import { buildMachine } from '../../model/system.ts';
import { outcomeOf } from '../every-variant.ts';
import { small, spec } from './index.ts';
import { scenario } from './scenario.ts';

/** Those that take seconds under armv8 are left to `heddle check`, and to sc and tso here. */
const LARGE = [
  'without CMD_SYNC',
  'full queue, MSI',
  'full queue, CONS',
  'nobody moves cons',
  'nobody moves cons, lock tried again',
  'readl_relaxed',
  'MSI polled relaxed',
  'MSI polled relaxed, smp_rmb',
];
/** For a busy machine. */
const PATIENCE = 60_000;

describe('variants are found as expected', () => {
  const jobs = spec.variants.flatMap(({ name, expect: expected }) =>
    Object.entries(expected)
      .filter(([model]) => model !== 'armv8' || !LARGE.includes(name))
      .map(([model, expectation]) => ({ name, model, expectation })),
  );
  test.each(jobs)(
    '$name ($model)',
    ({ name, model, expectation }) => {
      expect(outcomeOf(spec, name, model).verdict).toMatchObject(
        expectation.kind === 'violated'
          ? { kind: 'violated', invariant: expectation.by }
          : { kind: expectation.kind },
      );
    },
    PATIENCE,
  );
});

test(
  'who waits for ever for an MSI that a command has overwritten is the waiter, not the other CPU',
  () => {
    expect(outcomeOf(spec, 'MSI polled relaxed', 'armv8').verdict).toMatchObject({
      kind: 'deadlock',
      why: 'CPU0 waits in __arm_smmu_cmdq_poll_until_msi(): smp_cond_load_relaxed(cmd, !VAL)',
    });
  },
  PATIENCE,
);

/** What can be seen of a run from outside the CPUs: the states of memory and of the hardware. */
function seen(model: MemoryModel, looksIntoStaleness: boolean): ReadonlySet<string> {
  const command = { commands: 1, sync: false };
  const machine = buildMachine(
    scenario(model, { ...small, shift: 1, cpus: [[command], [command]], stores: false }),
  );
  if (!looksIntoStaleness) for (const cpu of machine.cpus) Object.assign(cpu.own, { stale: null });
  const first = machine.components.map((c) => c.initial);
  const known = new Set([JSON.stringify(first)]);
  const outside = new Set<string>();
  for (const todo = [first]; todo.length > 0; ) {
    const values = todo.pop()!;
    outside.add(JSON.stringify(values.slice(machine.cpus.length)));
    for (const step of machine.agents.flatMap((a) => a.steps((r) => values[r.index] as never))) {
      const after = [...values];
      for (const w of step.writes) after[w.component.index] = w.value;
      for (const event of step.events ?? []) {
        const before = [...after];
        for (const c of machine.components) {
          if (c.reaction?.listens(event) !== true) continue;
          after[c.ref.index] = c.reaction.react(event, before[c.ref.index], (r) => before[r.index] as never);
        }
      }
      const key = JSON.stringify(after);
      if (known.has(key)) continue;
      known.add(key);
      todo.push(after);
    }
  }
  return outside;
}

test('forgetting old values that nothing can read any more changes nothing that others can see', () => {
  expect(seen('armv8', true)).toEqual(seen('armv8', false));
});
