/** A device does not answer an ATC_INV, and the page that it covers is given back (S7; bugs.md 23).
 *
 *  One invalidation of one page is enough: the error concerns its own CMD_SYNC. More waiters on the queue would be
 *  stopped with it and go on with it. The SMMU gives the ATC_INV up when it raises the error, so that the CMD_SYNC that
 *  is repeated completes; the driver expects that it "might well end up back here", which only takes longer. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { isFinished } from '../../model/cpu/work.ts';
import { as } from '../../model/driver/cmdq-memory.ts';
import { SET_BIT, TEST_BIT } from '../../model/driver/gerror.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { place, READ_ONCE } from '../../model/program/kernel.ts';
import { drop, type Edit, replace } from '../../model/program/statement.ts';
import { commandQueue } from '../../model/property/cmdq.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { type Params, ret, scenario } from './scenario.ts';

export function atcTimeout(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  const [cpu] = machine.cpus;
  // An interrupt that is never raised is no deadlock.
  const stuck: Machine['stuck'] = (read) =>
    isFinished(cpu!, read(cpu!.thread)) ? null : machine.stuck(read);
  return systemOf('atc-timeout', { ...machine, stuck }, [commandQueue(machine)], witnesses(machine));
}

/** The device may answer, and may not. */
function witnesses(machine: Machine): readonly Witness[] {
  const { state } = machine.engines[0]!;
  return [
    { name: 'the device answers the ATC_INV', reached: (read) => !read(state).atc },
    {
      name: 'the queue stops with CERROR_ATC_INV_SYNC',
      reached: (read) => read(state).queues.some((q) => q.stopped),
    },
  ];
}

const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });
const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleAtc' };

const fixed: Params = { recovery: 'reported', quarantines: true, cpuEdits: [], irqEdits: [] };

/** The waiter looks at the note by a plain load, ordered behind the MSI by nothing. */
const plainTest: readonly Edit[] = [
  replace('arm_smmu_cmdq_issue_cmdlist', TEST_BIT, [
    as('READ_ONCE(*cmdq->atc_sync_timeouts)', READ_ONCE(ret, place('&cmdq', 'atc_sync_timeouts'))),
  ]),
];

const variant = (name: string, about: string, expect: Variant['expect'], params: Params): Variant => ({
  name,
  about,
  expect,
  build: (model) => atcTimeout(model, params),
});

export const spec: Spec = {
  name: 'atc-timeout',
  title: 'a device does not answer an ATC_INV, and the CMD_SYNC behind it is repeated',
  source: 'arm_smmu_gerror_handler(), arm_smmu_cmdq_skip_err(), Linux 7.1',
  variants: [
    variant(
      'v7.1',
      'finding: the CMD_SYNC is repeated and completes, so its waiter takes the time-out for success',
      always(stale),
      { ...fixed, recovery: 'v7.1', quarantines: false },
    ),
    variant(
      'reported, device quarantined',
      'the handler notes the time-out, the waiter returns an error, and the caller clears STE.EATS first',
      always(holds),
      fixed,
    ),
    variant(
      'reported, error ignored',
      'as before, but the caller goes on as if nothing had happened',
      always(stale),
      {
        ...fixed,
        quarantines: false,
      },
    ),
    variant(
      'noted without an order',
      'the waiter reads the note by READ_ONCE(), which the poll of the MSI does not order',
      { sc: holds, tso: holds, armv8: stale },
      { ...fixed, cpuEdits: plainTest },
    ),
    variant('not noted', 'the handler does not note the time-out', always(stale), {
      ...fixed,
      irqEdits: [drop('arm_smmu_cmdq_skip_err', SET_BIT)],
    }),
  ],
};

export default spec;
