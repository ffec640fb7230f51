/** The command queue as its users see it: a list goes in whole, and a CMD_SYNC at its end is waited for
 *  (arm-smmu-v3.c, Linux 7.1; driver.md 8). The lock-free insertion is not spelled out here. */
import type { ObjectDecl } from '../machine.ts';
import { not } from '../program/expression.ts';
import type { CommandTemplate } from '../program/instruction.ts';
import {
  commandOf,
  dma_wmb,
  locals,
  type Operand,
  place,
  smp_cond_load_relaxed,
  store,
  writePROD,
} from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { SYNC_FIELD } from '../smmu/smmu.ts';

/** The object that stands for an SMMU on the CPUs' side: the queue slots of the CMD_SYNCs, one for each CPU, each
 *  of which has at most one outstanding. */
export function smmuObject(name: string, cpus: number): ObjectDecl {
  return {
    name,
    life: 'live',
    cut: 'cell',
    device: false,
    fields: [{ name: SYNC_FIELD, cells: Array.from({ length: cpus }, () => 0) }],
  };
}

/** Issues commands and a CMD_SYNC with an MSI, and waits until the MSI has overwritten the CMD_SYNC's slot. That
 *  orders only later stores after the completion (driver.md 8, guarantee ii). Without `sync` it just issues them. */
export function arm_smmu_cmdq_issue_cmdlist(
  smmu: Operand,
  commands: readonly CommandTemplate[],
  cpu: number,
  sync = true,
): Stmt {
  const fn = 'arm_smmu_cmdq_issue_cmdlist';
  const { VAL } = locals(fn, 'VAL');
  if (!sync) return call(fn, [dma_wmb(), writePROD(smmu, commands)]);
  const slot = place(smmu, SYNC_FIELD, cpu);
  return call(fn, [
    store(slot, 1),
    dma_wmb(),
    writePROD(smmu, [...commands, commandOf('CMD_SYNC', { slot: cpu })]),
    smp_cond_load_relaxed(VAL, slot, not(VAL)),
  ]);
}
