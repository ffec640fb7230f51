/** Commands that each type of entry can ask for, given the range (arm_smmu_domain_inv_range(); driver.md 6). */
import { binary, constant, type Expr, select } from '../program/expression.ts';
import type { CommandKind } from './cmdq-batch.ts';
import { CMDQ_OP, type InvType, IOMMU_NO_PASID } from './inv-entries.ts';
import {
  ATC_INV_SIZE_ALL,
  arm_smmu_atc_inv_to_cmd,
  arm_smmu_inv_size_too_big,
  type Range,
  type RangeInv,
  type RangeVersion,
  rangeCommands,
} from './tlbi-range.ts';

export interface What {
  readonly range: Range;
  readonly range_inv: RangeInv;
  readonly types: readonly InvType[];
  readonly rangeVersion?: RangeVersion;
}

type Opcode = keyof typeof CMDQ_OP;
const kind = (name: Opcode, operands: CommandKind['operands']): CommandKind => ({
  opcode: CMDQ_OP[name],
  name,
  operands,
});

/** For each type that there may be: one item for each command to be added; in it, the alternatives by opcode. */
export function commandKinds(what: What): Readonly<Record<InvType, readonly (readonly CommandKind[])[]>> {
  const { range, range_inv, rangeVersion } = what;
  const tooBig = arm_smmu_inv_size_too_big(range_inv, range);
  const ranges = tooBig ? [] : rangeCommands(range, range_inv, rangeVersion);
  const atc = arm_smmu_atc_inv_to_cmd(range.iova, range.size);
  const only = <T>(type: InvType, kinds: readonly T[]): readonly T[] =>
    what.types.includes(type) ? kinds : [];
  return {
    0: only(
      0,
      tooBig
        ? [[kind('TLBI_NH_ASID', (asid) => ({ asid, vmid: 0 })), kind('TLBI_EL2_ASID', (asid) => ({ asid }))]]
        : ranges.map((r) => [
            kind('TLBI_NH_VA', (asid) => ({ asid, vmid: 0, ...r })),
            kind('TLBI_EL2_VA', (asid) => ({ asid, ...r })),
          ]),
    ),
    1: only(
      1,
      tooBig
        ? [[kind('TLBI_S12_VMALL', (vmid) => ({ vmid }))]]
        : ranges.map((r) => [kind('TLBI_S2_IPA', (vmid) => ({ vmid, ...r }))]),
    ),
    2: only(2, tooBig ? [] : [[kind('TLBI_NH_ALL', (vmid) => ({ vmid }))]]),
    3: only(3, [[kind('ATC_INV', (sid, ssid) => ({ sid, ssid: substream(ssid), ...atc }))]]),
    4: only(4, [[kind('ATC_INV', (sid) => ({ sid, ssid: NO_SSV, page: 0, size: ATC_INV_SIZE_ALL }))]]),
  };
}

/** Without SSV an ATC_INV covers what is cached under any PASID. */
const NO_SSV = -1;

const substream = (ssid: Expr): Expr =>
  select(binary('eq', ssid, constant(IOMMU_NO_PASID)), constant(NO_SSV), ssid);
