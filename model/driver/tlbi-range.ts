/** Which commands an invalidation of a range comes to: arithmetic of arm_smmu_inv_size_too_big(),
 *  arm_smmu_cmdq_batch_add_range() and arm_smmu_atc_inv_to_cmd() (arm-smmu-v3.c, Linux 7.1; driver.md 6). */

/** A range of IOVAs in bytes, and the size of the page or block descriptors in it. */
export interface Range {
  readonly iova: bigint;
  readonly size: bigint;
  readonly granule: bigint;
  /** Only leaf descriptors changed: walk caches may stay. */
  readonly leaf: boolean;
}

/** ARM_SMMU_FEAT_RANGE_INV, with the log2 of the smallest page size; null: the SMMU cannot invalidate ranges. */
export type RangeInv = { readonly tg: number } | null;

/** What was fixed on the way: before 6833b8f2e199 the TTL hint was also given where table descriptors change;
 *  before eb6c97647be2 a range of one page without it was illegal (bugs.md 15, 16). */
export type RangeVersion = 'before 6833b8f2e199' | 'before eb6c97647be2' | 'v7.1';

export const SIZE_MAX = (1n << 64n) - 1n;
const NUM_MAX = 31n;
const ilog2 = (x: bigint): number => x.toString(2).length - 1;
const ffs = (x: bigint): number => ilog2(x & -x);

/** Whether nsize_opcode is to be used: for everything, or where there would be too many commands. */
export function arm_smmu_inv_size_too_big(range_inv: RangeInv, { size, granule }: Range): boolean {
  if (size === 0n || size === SIZE_MAX) return true;
  if (range_inv !== null) return false;
  return size >= granule << BigInt(ilog2(granule) - 3);
}

/** Operands of a TLBI by address. Without `tg`, a page or block by any address in it. */
export type RangeOperands = {
  readonly page: number;
  readonly leaf: 0 | 1;
} & Partial<Readonly<Record<'tg' | 'ttl' | 'scale' | 'num', number>>>;

/** The commands of arm_smmu_cmdq_batch_add_range(), in order. */
export function rangeCommands(
  range: Range,
  by: RangeInv,
  version: RangeVersion = 'v7.1',
): readonly RangeOperands[] {
  return by === null ? perGranule(range) : inRanges(range, by.tg, version);
}

const page = (iova: bigint): number => Number(iova >> 12n);

function perGranule({ iova, size, granule, leaf }: Range): readonly RangeOperands[] {
  return Array.from({ length: Number((size + granule - 1n) / granule) }, (_, i) => ({
    page: page(iova + BigInt(i) * granule),
    leaf: leaf ? 1 : 0,
  }));
}

function inRanges(
  { iova, size, granule, leaf }: Range,
  tg: number,
  version: RangeVersion,
): readonly RangeOperands[] {
  const commands: RangeOperands[] = [];
  const hint = leaf || version === 'before 6833b8f2e199';
  const ttl = hint ? 4 - Math.floor((ilog2(granule) - 3) / (tg - 3)) : 0;
  let pages = size >> BigInt(tg);
  // TTL = NUM = SCALE = 0 would be illegal: one page more does no harm.
  if (!hint && version === 'v7.1' && (pages & NUM_MAX) === 1n) pages += 1n;
  for (let at = iova; at < iova + size; ) {
    const scale = ffs(pages);
    const num = (pages >> BigInt(scale)) & NUM_MAX;
    // FIELD_PREP() keeps the five bits that SCALE has.
    const fields = { tg: (tg - 10) / 2, ttl, scale: scale % 32, num: Number(num - 1n) };
    commands.push({ page: page(at), leaf: leaf ? 1 : 0, ...fields });
    pages -= num << BigInt(scale);
    at += num << BigInt(scale + tg);
  }
  return commands;
}

/** Size of an ATC_INV that covers everything. */
export const ATC_INV_SIZE_ALL = 52;

/** The smallest naturally aligned power of two of pages that has the whole range in it. */
export function arm_smmu_atc_inv_to_cmd(
  iova: bigint,
  size: bigint,
): { readonly page: number; readonly size: number } {
  if (size === 0n) return { page: 0, size: ATC_INV_SIZE_ALL };
  const first = iova >> 12n;
  const last = ((iova + size - 1n) & SIZE_MAX) >> 12n;
  const log2_span = first === last ? 0 : ilog2(first ^ last) + 1;
  return { page: Number((first >> BigInt(log2_span)) << BigInt(log2_span)), size: log2_span };
}
