/** riscv_iommu_iodir_update(): a device is moved to another first-stage table (drivers/iommu/riscv/iommu.c, before and
 *  after f5c262b54497; bugs.md 34), told in terms of what this model has: the device context is an STE that translates by
 *  stage 2, DC.tc is word 0, DC.ta with the PSCID word 2 with the VMID, DC.fsc word 3; IODIR.INVAL_DDT is CFGI_STE, and
 *  IOTINVAL.VMA for a PSCID is TLBI_S12_VMALL. Both architectures keep translations by that tag, not by the device. An
 *  STE is cached word by word even if it is invalid, so its new words need a CFGI of their own before V. */
import type { Value } from '../program/expression.ts';
import { commandOf, dma_wmb, place, WRITE_ONCE } from '../program/kernel.ts';
import { FIELD_GET, qwordOf } from '../program/qword.ts';
import { call, type Stmt } from '../program/statement.ts';
import { STE_2_S2VMID, steWordText } from '../smmu/ste.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import type { Ste } from './make-ste.ts';

export interface Iodir {
  readonly iommu: string;
  readonly devid: number;
  /** The object that holds the device context. */
  readonly dc: string;
  readonly found: Ste;
  readonly target: Ste;
  readonly cpu: number;
  /** Whether translations by the old tag are invalidated once the old context is gone. */
  readonly iotinval: boolean;
}

export function riscv_iommu_iodir_update(d: Iodir): Stmt {
  const put = (q: number, value: Value): Stmt =>
    WRITE_ONCE(place(`&${d.dc}`, 'data', q), value, steWordText(q, value));
  const inval_ddt = commandOf('CFGI_STE', { sid: d.devid, leaf: 1 });
  const pscid = FIELD_GET(STE_2_S2VMID, qwordOf(d.found[2]!).bits);
  const vma = commandOf('TLBI_S12_VMALL', { vmid: pscid });
  const sync = (...commands: readonly (typeof vma)[]): Stmt =>
    call('riscv_iommu_cmd_sync', [arm_smmu_cmdq_issue_cmdlist(`&${d.iommu}`, commands, d.cpu)]);
  return call('riscv_iommu_iodir_update', [
    put(0, 0),
    sync(inval_ddt),
    ...(d.iotinval ? [sync(vma)] : []),
    put(3, d.target[3]!),
    put(2, d.target[2]!),
    sync(inval_ddt),
    dma_wmb(),
    put(0, d.target[0]!),
    sync(inval_ddt),
  ]);
}
