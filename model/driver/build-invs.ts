/** arm_smmu_master_build_invs(): what a device needs to be invalidated while it is attached to a domain
 *  (arm-smmu-v3.c, Linux 7.1; driver.md 4). */
import { binary, constant, type Expr } from '../program/expression.ts';
import { load, locals, type Operand, place, store, WARN_ON } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import {
  CMDQ_OP,
  INV_TYPE_ATS,
  INV_TYPE_ATS_FULL,
  INV_TYPE_S1_ASID,
  INV_TYPE_S2_VMID,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type Inv,
  type InvType,
  IOMMU_NO_PASID,
  inv,
} from './inv-entries.ts';

/** `struct arm_smmu_master`: a device. */
export interface Master {
  /** The SMMU's object. */
  readonly smmu: string;
  /** Its SIDs, in ascending order as arm_smmu_insert_master() sorts them; a SID may repeat. */
  readonly streams: readonly number[];
  /** Object of its scratch array, build_invs: room for the tag and what nesting adds, and with an ATS capability
   *  for an ATC of each stream (`buildInvsCapacity`). */
  readonly build_invs: string;
  /** Features of the SMMU. */
  readonly e2h: boolean;
  readonly range_inv: boolean;
}

export const buildInvsCapacity = (streams: number, hasAts: boolean): number => 2 + (hasAts ? streams : 0);

/** `struct arm_smmu_domain`. */
export interface Domain {
  readonly stage: 'S1' | 'SVA' | 'S2';
  /** cd.asid or s2_cfg.vmid. */
  readonly tag: Operand;
  readonly nest_parent: boolean;
  readonly pgsize_bitmap: number;
}

/** Fills master->build_invs. `ats`: whether the device has ATS enabled in the attachment that is described. */
export function arm_smmu_master_build_invs(m: Master, ats: boolean, ssid: Operand, d: Domain): Stmt {
  return call('arm_smmu_master_build_invs', [
    store(place(`&${m.build_invs}`, 'num_invs'), 0),
    ...needs(m, ats, ssid, d).map((n) => arm_smmu_master_build_inv(m, n.type, n.id, n.ssid, n.pgsize)),
  ]);
}

interface Need {
  readonly type: InvType;
  readonly id: Operand;
  readonly ssid: Operand;
  readonly pgsize: number;
}

/** Sorted, since types are added in their order and streams are. */
function needs(m: Master, ats: boolean, ssid: Operand, d: Domain): readonly Need[] {
  const pgsize = m.range_inv ? Math.log2(d.pgsize_bitmap & -d.pgsize_bitmap) : 0;
  const need = (type: InvType, id: Operand, of: Operand, size: number): Need => ({
    type,
    id,
    ssid: of,
    pgsize: size,
  });
  const atc = d.nest_parent ? INV_TYPE_ATS_FULL : INV_TYPE_ATS;
  return [
    need(d.stage === 'S2' ? INV_TYPE_S2_VMID : INV_TYPE_S1_ASID, d.tag, IOMMU_NO_PASID, pgsize),
    // Every ASID of the guest has to go when the stage 2 under it changes.
    ...(d.nest_parent ? [need(INV_TYPE_S2_VMID_S1_CLEAR, d.tag, IOMMU_NO_PASID, 0)] : []),
    ...(ats ? m.streams.map((sid) => need(atc, sid, ssid, 0)) : []),
  ];
}

/** The same list as a value, with one user for each entry. */
export const invsNeeded = (
  m: Master,
  ats: boolean,
  ssid: number,
  d: Domain & { readonly tag: number },
): readonly Inv[] =>
  needs(m, ats, ssid, d).map((n) => {
    const [size_opcode, nsize_opcode] = opcodes(n.type, m.e2h);
    const [id, of] = [Number(n.id), Number(n.ssid)];
    return {
      smmu: m.smmu,
      type: n.type,
      size_opcode,
      nsize_opcode,
      id,
      pgsize: n.pgsize,
      ssid: of,
      users: 1,
    };
  });

function arm_smmu_master_build_inv(
  m: Master,
  type: InvType,
  id: Operand,
  ssid: Operand,
  pgsize: number,
): Stmt {
  const fn = 'arm_smmu_master_build_inv';
  const { num_invs, max_invs } = locals(fn, 'num_invs', 'max_invs');
  const build = `&${m.build_invs}`;
  const [size_opcode, nsize_opcode] = opcodes(type, m.e2h);
  const put = (field: Parameters<typeof inv>[2], value: Operand): Stmt =>
    store(inv(build, num_invs, field), value);
  const next: Expr = binary('add', num_invs, constant(1));
  return call(fn, [
    load(num_invs, place(build, 'num_invs')),
    load(max_invs, place(build, 'max_invs')),
    WARN_ON(binary('ge', num_invs, max_invs), 'build_invs->num_invs >= build_invs->max_invs'),
    store(place(build, 'num_invs'), next),
    put('smmu', `&${m.smmu}`),
    put('type', type),
    put('id', id),
    put('pgsize', pgsize),
    put('ssid', type === INV_TYPE_ATS || type === INV_TYPE_ATS_FULL ? ssid : 0),
    put('users', 0),
    put('size_opcode', size_opcode),
    put('nsize_opcode', nsize_opcode),
  ]);
}

function opcodes(type: InvType, e2h: boolean): readonly [number, number] {
  switch (type) {
    case INV_TYPE_S1_ASID:
      return e2h ? [CMDQ_OP.TLBI_EL2_VA, CMDQ_OP.TLBI_EL2_ASID] : [CMDQ_OP.TLBI_NH_VA, CMDQ_OP.TLBI_NH_ASID];
    case INV_TYPE_S2_VMID:
      return [CMDQ_OP.TLBI_S2_IPA, CMDQ_OP.TLBI_S12_VMALL];
    case INV_TYPE_S2_VMID_S1_CLEAR:
      return [CMDQ_OP.TLBI_NH_ALL, CMDQ_OP.TLBI_NH_ALL];
    case INV_TYPE_ATS:
    case INV_TYPE_ATS_FULL:
      return [CMDQ_OP.ATC_INV, CMDQ_OP.ATC_INV];
  }
}
