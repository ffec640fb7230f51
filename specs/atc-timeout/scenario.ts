/** The scenario: CPU0 unmaps a page, sends an ATC_INV and a CMD_SYNC to the device's SMMU, and gives the page back; the
 *  handler of GERROR stands by. */
import {
  arm_smmu_cmdq_issue_cmdlist,
  type CommandBatch,
  type Issuing,
} from '../../model/driver/cmdq-issue.ts';
import { cmdqObject } from '../../model/driver/cmdq-memory.ts';
import { arm_smmu_gerror_handler, atcTimedOut, type Recovery } from '../../model/driver/gerror.ts';
import { queueOf } from '../../model/driver/queue.ts';
import type { CellName, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { type Local, locals, place, store, WRITE_ONCE } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt, when } from '../../model/program/statement.ts';

export interface Params {
  readonly recovery: Recovery;
  /** Whether the caller, on an error, makes the STE refuse what the device has cached. */
  readonly quarantines: boolean;
  readonly cpuEdits: readonly Edit[];
  readonly irqEdits: readonly Edit[];
}

const SHIFT = 2;
const CMDQ = 'cmdq';
const invalidation: CommandBatch = { commands: ['ATC_INV(page)'], sync: 'CMD_SYNC' };
const quarantine: CommandBatch = { commands: ['CFGI_STE(EATS=0)'], sync: 'CMD_SYNC(quarantine)' };
const how: Issuing = { by: 'MSI', mayFill: false, mayWait: false, pollsLatest: false };

/** What the waiter returns. */
export const { ret }: { readonly ret: Local } = locals('arm_smmu_atc_inv_domain', 'ret');

const variable = (name: string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: true,
  fields: [{ name: 'v', cells: [0] }],
});
const cell = (object: string): CellName => ({ object, field: 'v', index: 0 });
const namesOf = (l: CommandBatch): readonly string[] => [...l.commands, l.sync].map(String);

function unmap({ recovery, quarantines }: Params): readonly Stmt[] {
  const q = queueOf(SHIFT);
  const issue = (list: CommandBatch): Stmt => arm_smmu_cmdq_issue_cmdlist(q, `&${CMDQ}`, list, how);
  const block = [WRITE_ONCE(place('&eats_off', 'v'), 1, 'STE.EATS = 0'), issue(quarantine)];
  return [
    issue(invalidation),
    ...(recovery === 'v7.1' ? [] : [atcTimedOut(ret, q, `&${CMDQ}`)]),
    ...(quarantines ? [when(ret, [call('arm_smmu_quarantine_device', block)])] : []),
    call('iommu_unmap', [store(place('&page', 'v'), 1)]),
  ];
}

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);

export function scenario(model: MemoryModel, p: Params): Scenario {
  const handler = [arm_smmu_gerror_handler(queueOf(SHIFT), `&${CMDQ}`, p.recovery)];
  return {
    model,
    objects: [cmdqObject(CMDQ, SHIFT, 0), variable('eats_off'), variable('page')],
    programs: [compile('CPU0', edited(unmap(p), p.cpuEdits)), compile('IRQ', edited(handler, p.irqEdits))],
    smmus: [],
    engines: [
      {
        name: 'smmu',
        queues: [CMDQ],
        shift: SHIFT,
        start: 0,
        msi: 'in order',
        lists: [
          { commands: namesOf(invalidation), after: null },
          { commands: namesOf(quarantine), after: cell('eats_off') },
        ],
        reuses: [{ cell: cell('page'), commands: namesOf(invalidation) }],
        atc: true,
      },
    ],
  };
}
