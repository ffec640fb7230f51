/** CDs as the driver makes them (arm-smmu-v3.c, arm-smmu-v3-sva.c, Linux 7.1: arm_smmu_make_s1_cd(),
 *  arm_smmu_make_sva_cd(); driver.md 7, 9), and the bits that each uses. Fields that never differ are left out. */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { FIELD_PREP, GENMASK, type Qword, word } from '../program/qword.ts';
import {
  CD_0_ASID,
  CD_0_EPD0,
  CD_0_IRGN0,
  CD_0_ORGN0,
  CD_0_SH0,
  CD_0_T0SZ,
  CD_0_TG0,
  CD_0_V,
  CD_1_TTB0,
  cdField,
} from '../smmu/cd.ts';

/** The eight words of a CD. */
export type Cd = readonly Value[];

/** A CD table with a CD for each substream. */
export function cdTableObject(name: string, cds: readonly Cd[]): ObjectDecl {
  const fields = cds.map((cells, ssid) => ({ name: cdField(ssid), cells }));
  return { name, life: 'live', cut: 'object', device: true, fields };
}

const cd = (w0: bigint, w1: Value): Cd => [word(w0), w1, 0, 0, 0, 0, 0, 0];
const withAsid = (asid: number): bigint => CD_0_V | FIELD_PREP(CD_0_ASID, asid);

export const clearedCd: Cd = [0, 0, 0, 0, 0, 0, 0, 0];

/** A domain's table: T0SZ as the domain has it. */
export const arm_smmu_make_s1_cd = (asid: number, ttb: string, t0sz = 16): Cd =>
  cd(withAsid(asid) | FIELD_PREP(CD_0_T0SZ, t0sz), ttb);

/** A process's table; null while the process exits: EPD0 stops the walks, and the CD stays valid. */
export const arm_smmu_make_sva_cd = (asid: number, pgd: string | null): Cd =>
  pgd === null ? cd(withAsid(asid) | CD_0_EPD0, 0) : cd(withAsid(asid) | FIELD_PREP(CD_0_T0SZ, 25), pgd);

/** Masks of the pointers in the words. */
export const CD_ADDRESS: readonly bigint[] = [0n, CD_1_TTB0, 0n, 0n, 0n, 0n, 0n, 0n];

/** Bits that the hardware looks at, given the entry's own V and EPD0. */
export function arm_smmu_get_cd_used(ent: readonly Qword[]): readonly bigint[] {
  const { bits } = ent[0]!;
  if ((bits & CD_0_V) === 0n) return ent.map((_, q) => (q === 0 ? CD_0_V : 0n));
  const all = GENMASK(63, 0);
  if ((bits & CD_0_EPD0) === 0n) return ent.map(() => all);
  const ignored = CD_0_T0SZ | CD_0_TG0 | CD_0_IRGN0 | CD_0_ORGN0 | CD_0_SH0;
  return ent.map((_, q) => (q === 0 ? all & ~ignored : q === 1 ? all & ~CD_1_TTB0 : all));
}
