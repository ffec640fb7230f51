/** STEs as the driver makes them (arm-smmu-v3.c, Linux 7.1: arm_smmu_make_*_ste(); driver.md 5, 7), and the bits
 *  that each uses. Fields that are the same in all of them, such as cacheability, are left out. */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { FIELD_GET, FIELD_PREP, type Qword, word } from '../program/qword.ts';
import {
  STE_0_CFG,
  STE_0_CFG_ABORT,
  STE_0_CFG_BYPASS,
  STE_0_CFG_NESTED,
  STE_0_CFG_S1_TRANS,
  STE_0_CFG_S2_TRANS,
  STE_0_S1CTXPTR,
  STE_0_V,
  STE_1_EATS,
  STE_1_EATS_ABT,
  STE_1_EATS_S1CHK,
  STE_1_EATS_TRANS,
  STE_1_MEV,
  STE_1_S1DSS,
  STE_1_S1DSS_BYPASS,
  STE_1_S1DSS_SSID0,
  STE_1_S1STALLD,
  STE_1_SHCFG,
  STE_1_SHCFG_INCOMING,
  STE_1_STRW,
  STE_2_S2R,
  STE_2_S2S,
  STE_2_S2VMID,
  STE_3_S2TTB,
} from '../smmu/ste.ts';

/** The eight words of an STE. */
export type Ste = readonly Value[];

/** The memory of an STE. */
export function steObject(name: string, words: Ste): ObjectDecl {
  return { name, life: 'live', cut: 'object', device: true, fields: [{ name: 'data', cells: words }] };
}

const ste = (w0: Value, w1: bigint, w2 = 0n, w3: Value = 0): Ste => [w0, word(w1), word(w2), w3, 0, 0, 0, 0];
const valid = (cfg: number): bigint => BigInt(STE_0_V | cfg);
const eatsOf = (ats: boolean): bigint => FIELD_PREP(STE_1_EATS, ats ? STE_1_EATS_TRANS : STE_1_EATS_ABT);
const incoming = FIELD_PREP(STE_1_SHCFG, STE_1_SHCFG_INCOMING);

export const clearedSte: Ste = [0, 0, 0, 0, 0, 0, 0, 0];
export const arm_smmu_make_abort_ste = (): Ste => ste(word(valid(STE_0_CFG_ABORT)), 0n);
export const arm_smmu_make_bypass_ste = (): Ste => ste(word(valid(STE_0_CFG_BYPASS)), incoming);

/** Stage 1: `cdtab` points to the CD table. */
export interface CdTable {
  readonly cdtab: string;
  readonly ats: boolean;
  /** What becomes of transactions without a substream; default S1DSS_SSID0. */
  readonly s1dss?: number;
  /** StreamWorld; default NS-EL1. */
  readonly strw?: number;
  /** Whether the device stalls. */
  readonly stall?: boolean;
}

export function arm_smmu_make_cdtable_ste(m: CdTable): Ste {
  const { s1dss = STE_1_S1DSS_SSID0, strw = 0, stall = false } = m;
  const w1 =
    FIELD_PREP(STE_1_S1DSS, s1dss) |
    FIELD_PREP(STE_1_STRW, strw) |
    eatsOf(m.ats) |
    (stall ? 0n : STE_1_S1STALLD) |
    (s1dss === STE_1_S1DSS_BYPASS ? incoming : 0n);
  return ste(word(valid(STE_0_CFG_S1_TRANS), m.cdtab), w1);
}

/** Stage 2. */
export interface S2 {
  readonly vmid: number;
  /** Points to the root table. */
  readonly ttb: string;
  readonly ats: boolean;
  /** Whether the device stalls; then it has no ATS. */
  readonly stall?: boolean;
}

const word2 = ({ vmid, stall = false }: Pick<S2, 'vmid' | 'stall'>): bigint =>
  FIELD_PREP(STE_2_S2VMID, vmid) | STE_2_S2R | (stall ? STE_2_S2S : 0n);

export function arm_smmu_make_s2_domain_ste(m: S2): Ste {
  return ste(word(valid(STE_0_CFG_S2_TRANS)), eatsOf(m.ats) | incoming, word2(m), m.ttb);
}

/** Both stages: the guest's CD table, at an IPA or in a buffer of the host. MEV keeps a guest from flooding the event
 *  queue. */
export function arm_smmu_make_nested_cd_table_ste(m: CdTable & S2): Ste {
  const w1 =
    FIELD_PREP(STE_1_S1DSS, m.s1dss ?? STE_1_S1DSS_SSID0) |
    eatsOf(m.ats) |
    STE_1_S1STALLD |
    STE_1_MEV |
    incoming;
  return ste(word(valid(STE_0_CFG_NESTED), m.cdtab), w1, word2(m), m.ttb);
}

/** Masks of the pointers in the words. */
export const STE_ADDRESS: readonly bigint[] = [STE_0_S1CTXPTR, 0n, 0n, STE_3_S2TTB, 0n, 0n, 0n, 0n];

/** Bits that the hardware looks at, given the entry's own V and Config. */
export function arm_smmu_get_ste_used(ent: readonly Qword[]): readonly bigint[] {
  const used = ent.map(() => 0n);
  const use = (q: number, mask: bigint): void => {
    used[q] = used[q]! | mask;
  };
  const [w0, w1] = [ent[0]!.bits, ent[1]!.bits];
  const cfg = FIELD_GET(STE_0_CFG, w0);
  use(0, BigInt(STE_0_V));
  if ((w0 & BigInt(STE_0_V)) === 0n) return used;
  use(0, STE_0_CFG);
  if ((cfg & 0b001) !== 0) {
    use(0, STE_0_S1CTXPTR);
    use(1, STE_1_S1DSS | STE_1_S1STALLD | STE_1_STRW | STE_1_EATS | STE_1_MEV);
    use(2, STE_2_S2VMID);
    if (FIELD_GET(STE_1_S1DSS, w1) === STE_1_S1DSS_BYPASS) use(1, STE_1_SHCFG);
  }
  if ((cfg & 0b010) !== 0) {
    use(1, STE_1_EATS | STE_1_SHCFG | STE_1_MEV);
    use(2, STE_2_S2VMID | STE_2_S2S | STE_2_S2R);
    use(3, STE_3_S2TTB);
  }
  if (cfg === STE_0_CFG_BYPASS >> 1) use(1, STE_1_SHCFG);
  return used;
}

/** Bits that may change at any time: EATS, since ATS is off at the device while it changes, unless the change could
 *  make an EATS that is errant or that stage-2 stalls forbid; and MEV (7cad80048595). */
export function arm_smmu_get_ste_update_safe(
  cur: readonly Qword[],
  target: readonly Qword[],
): readonly bigint[] {
  const either = (q: number): bigint => cur[q]!.bits | target[q]!.bits;
  const checks = (either(1) & FIELD_PREP(STE_1_EATS, STE_1_EATS_S1CHK)) !== 0n;
  const stalls = (either(2) & STE_2_S2S) !== 0n;
  const eats = checks || stalls ? 0n : FIELD_PREP(STE_1_EATS, STE_1_EATS_TRANS);
  return cur.map((_, q) => (q === 1 ? eats | STE_1_MEV : 0n));
}
