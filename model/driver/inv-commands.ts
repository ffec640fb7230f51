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

/** What is added to the batch for an entry, once or for each page or block of the range. */
export interface Add {
  /** Alternatives, by opcode. */
  readonly kinds: readonly CommandKind[];
  readonly page: number;
  /** In a loop: pages from one to the next, and behind the last. */
  readonly loop: { readonly step: number; readonly end: number } | null;
}

/** For each type that there may be, what is added. */
export function commandsOf(what: What): Readonly<Record<InvType, readonly Add[]>> {
  const { range, range_inv } = what;
  const tooBig = arm_smmu_inv_size_too_big(range_inv, range);
  const tlbi = (nsize: readonly CommandKind[], sized: SizedKinds): readonly Add[] =>
    tooBig ? [once(nsize)] : byAddress(what, sized);
  const atc = arm_smmu_atc_inv_to_cmd(range.iova, range.size);
  const all: Readonly<Record<InvType, readonly Add[]>> = {
    0: tlbi(
      [
        kind('TLBI_NH_ASID', ({ id }) => ({ asid: id, vmid: 0 })),
        kind('TLBI_EL2_ASID', ({ id }) => ({ asid: id })),
      ],
      (fields) => [
        kind('TLBI_NH_VA', ({ id, page }) => ({ asid: id, vmid: 0, page, ...fields })),
        kind('TLBI_EL2_VA', ({ id, page }) => ({ asid: id, page, ...fields })),
      ],
    ),
    1: tlbi([kind('TLBI_S12_VMALL', ({ id }) => ({ vmid: id }))], (fields) => [
      kind('TLBI_S2_IPA', ({ id, page }) => ({ vmid: id, page, ...fields })),
    ]),
    2: tooBig ? [] : [once([kind('TLBI_NH_ALL', ({ id }) => ({ vmid: id }))])],
    3: [once([kind('ATC_INV', ({ id, ssid }) => ({ sid: id, ssid: substream(ssid), ...atc }))])],
    4: [once([kind('ATC_INV', ({ id }) => ({ sid: id, ssid: NO_SSV, page: 0, size: ATC_INV_SIZE_ALL }))])],
  };
  return mapValues(all, (type, adds) => (what.types.includes(type) ? adds : []));
}

const mapValues = (
  all: Readonly<Record<InvType, readonly Add[]>>,
  f: (type: InvType, adds: readonly Add[]) => readonly Add[],
): Readonly<Record<InvType, readonly Add[]>> => ({
  0: f(0, all[0]),
  1: f(1, all[1]),
  2: f(2, all[2]),
  3: f(3, all[3]),
  4: f(4, all[4]),
});

const once = (kinds: readonly CommandKind[], page = 0): Add => ({ kinds, page, loop: null });

type SizedKinds = (fields: Readonly<Record<string, number>>) => readonly CommandKind[];

/** arm_smmu_cmdq_batch_add_range(): a few commands for ranges, or a loop over pages or blocks. */
function byAddress({ range, range_inv, rangeVersion }: What, kinds: SizedKinds): readonly Add[] {
  const commands = rangeCommands(range, range_inv, rangeVersion);
  if (range_inv !== null) return commands.map(({ page, ...fields }) => once(kinds(fields), page));
  const { page, ...fields } = commands[0]!;
  const step = Number(range.granule >> 12n);
  return [{ kinds: kinds(fields), page, loop: { step, end: page + step * commands.length } }];
}

/** Without SSV an ATC_INV covers what is cached under any PASID. */
const NO_SSV = -1;

const substream = (ssid: Expr): Expr =>
  select(binary('eq', ssid, constant(IOMMU_NO_PASID)), constant(NO_SSV), ssid);
