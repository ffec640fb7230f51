/** The stream table entry: 64-bit words, any mix of which the hardware may hold (IHI 0070, 5.2). */
import type { Scenario, SmmuDecl, SteEntry } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import type { Operation } from '../program/instruction.ts';
import { BIT, FIELD_GET, GENMASK, qwordOf } from '../program/qword.ts';

/** Word 0: V is bit 0, Config bits 3:1, and for stage 1 the pointer to the context descriptors. The log2 of their
 *  number, S1CDMax, is left out: the CD table itself says how many it has. */
export const STE_0_V = 1;
export const STE_0_CFG_ABORT = 0b000 << 1;
export const STE_0_CFG_BYPASS = 0b100 << 1;
export const STE_0_CFG_S1_TRANS = 0b101 << 1;
export const STE_0_CFG_S2_TRANS = 0b110 << 1;
export const STE_0_CFG_NESTED = 0b111 << 1;
export const STE_0_CFG = GENMASK(3, 1);
export const STE_0_S1CTXPTR = GENMASK(51, 6);

/** Word 1, as far as it makes a difference here. */
export const STE_1_S1DSS = GENMASK(1, 0);
export const STE_1_S1DSS_TERMINATE = 0;
export const STE_1_S1DSS_BYPASS = 1;
export const STE_1_S1DSS_SSID0 = 2;
export const STE_1_MEV = BIT(19);
export const STE_1_S1STALLD = BIT(27);
export const STE_1_EATS = GENMASK(29, 28);
export const STE_1_EATS_ABT = 0;
export const STE_1_EATS_TRANS = 1;
export const STE_1_EATS_S1CHK = 2;
export const STE_1_STRW = GENMASK(31, 30);
export const STE_1_STRW_NSEL1 = 0;
export const STE_1_STRW_EL2 = 2;
export const STE_1_SHCFG = GENMASK(45, 44);
export const STE_1_SHCFG_INCOMING = 1;

/** Word 2. */
export const STE_2_S2VMID = GENMASK(15, 0);
export const STE_2_S2S = BIT(57);
export const STE_2_S2R = BIT(58);

/** Word 3. */
export const STE_3_S2TTB = GENMASK(51, 4);

/** Words that every model follows, under their numbers: 0 (V, Config), 2 (S2VMID), 3 (S2TTB). */
export const STE_WORDS = [0, 2, 3] as const;

/** What a combination of words means. Fields that the configuration does not use are left out, so that two
 *  combinations mean the same if they are equal. */
export type SteMeaning =
  | { readonly config: 'invalid' | 'abort' }
  | { readonly config: 'bypass'; readonly shcfg: number }
  | ({
      readonly config: 'translate';
      readonly stage1: Stage1 | null;
      readonly stage2: Stage2 | null;
    } & Common);

interface Common {
  /** Null in the EL2 world, which has no VMIDs. */
  readonly vmid: number | null;
  readonly eats: number;
  readonly mev: boolean;
}

interface Stage1 {
  /** Pointer to the context descriptors; null if the word has none. */
  readonly cds: string | null;
  readonly s1dss: number;
  readonly strw: number;
  readonly stalld: boolean;
  /** Used if substream 0 bypasses stage 1. */
  readonly shcfg: number | null;
}

interface Stage2 {
  readonly ttb: string | null;
  /** Stalls. */
  readonly s: boolean;
  readonly shcfg: number;
  /** Word 2 but for VMID and S2S. */
  readonly rest: string;
}

/** Decodes words 0 to 3. */
export function steMeaning(words: readonly [Value, Value, Value, Value]): SteMeaning {
  const [w0, w1, w2, w3] = words.map(qwordOf) as [Q, Q, Q, Q];
  if ((w0.bits & BigInt(STE_0_V)) === 0n) return { config: 'invalid' };
  const cfg = FIELD_GET(STE_0_CFG, w0.bits) << 1;
  const shcfg = FIELD_GET(STE_1_SHCFG, w1.bits);
  if (cfg === STE_0_CFG_BYPASS) return { config: 'bypass', shcfg };
  if (cfg < STE_0_CFG_BYPASS) return { config: 'abort' };
  const strw = FIELD_GET(STE_1_STRW, w1.bits);
  const s1dss = FIELD_GET(STE_1_S1DSS, w1.bits);
  const stage1: Stage1 = {
    cds: w0.pointer,
    s1dss,
    strw,
    stalld: (w1.bits & STE_1_S1STALLD) !== 0n,
    shcfg: s1dss === STE_1_S1DSS_BYPASS ? shcfg : null,
  };
  const rest = (w2.bits & ~(STE_2_S2VMID | STE_2_S2S)).toString(16);
  const stage2: Stage2 = { ttb: w3.pointer, s: (w2.bits & STE_2_S2S) !== 0n, shcfg, rest };
  const has1 = cfg === STE_0_CFG_S1_TRANS || cfg === STE_0_CFG_NESTED;
  const has2 = cfg === STE_0_CFG_S2_TRANS || cfg === STE_0_CFG_NESTED;
  return {
    config: 'translate',
    stage1: has1 ? stage1 : null,
    stage2: has2 ? stage2 : null,
    vmid: has1 && !has2 && strw === STE_1_STRW_EL2 ? null : FIELD_GET(STE_2_S2VMID, w2.bits),
    eats: FIELD_GET(STE_1_EATS, w1.bits),
    mev: (w1.bits & STE_1_MEV) !== 0n,
  };
}

type Q = ReturnType<typeof qwordOf>;

/** A combination that the architecture forbids: stage 2 may not stall where ATS is on (5.2, EATS), and stage-1 checks
 *  of translated traffic need both stages. */
export function isIllegal(m: SteMeaning): boolean {
  if (m.config !== 'translate') return false;
  if (m.stage2?.s === true && m.eats !== STE_1_EATS_ABT) return true;
  return m.eats === STE_1_EATS_S1CHK && (m.stage1 === null || m.stage2 === null);
}

/** Whether word 0 says that stage 2 alone translates. */
export const translates = (word0: Value): boolean =>
  typeof word0 === 'number' && (word0 & STE_0_V) !== 0 && (word0 & (0b111 << 1)) === STE_0_CFG_S2_TRANS;

/** A mix of the words of a stream that may be cached, and the commands that doom it. */
export interface SteMix {
  readonly sid: number;
  readonly meaning: SteMeaning;
  readonly doom: readonly number[];
}

/** Every mix of a stream's words that may be cached (tearing). A word of which nothing is cached is 0: it is one of
 *  those that the scenario leaves out. */
export function mixesOf(ste: readonly SteEntry[], sid: number): readonly SteMix[] {
  const own = ste.filter((e) => e.sid === sid);
  const none = [{ value: 0 as Value, doom: [] as readonly number[] }];
  const words = (q: number): readonly Pick<SteEntry, 'value' | 'doom'>[] => {
    const held = own.filter((e) => e.q === q);
    return held.length > 0 ? held : none;
  };
  if (own.length === 0) return [];
  const mixes = words(0).flatMap((w0) =>
    words(1).flatMap((w1) =>
      words(2).flatMap((w2) =>
        words(3).map((w3) => ({
          sid,
          meaning: steMeaning([w0.value, w1.value, w2.value, w3.value]),
          doom: [...new Set([w0, w1, w2, w3].flatMap((w) => w.doom))].sort((a, b) => a - b),
        })),
      ),
    ),
  );
  const seen = new Set<string>();
  return mixes.filter((m) => {
    const key = JSON.stringify(m);
    return !seen.has(key) && seen.add(key);
  });
}

/** The words that an SMMU follows: word 1 only if something may be in it. */
export function followed(scenario: Scenario, { streams }: SmmuDecl): readonly number[] {
  const stes = new Set(streams.map((s) => s.ste));
  const starts = scenario.objects.some(
    (o) => stes.has(o.name) && (o.fields.find((f) => f.name === 'data')?.cells[1] ?? 0) !== 0,
  );
  const stores = scenario.programs.some((p) => p.code.some((i) => i.op === 'store' && fillsWord1(i)));
  return starts || stores ? [0, 1, 2, 3] : STE_WORDS;
}

function fillsWord1({ addr, value }: Operation & { op: 'store' }): boolean {
  const isWord1 = addr.index.kind !== 'const' || addr.index.value === 1;
  return addr.field === 'data' && isWord1 && (value.kind !== 'const' || value.value !== 0);
}

/** A word as a trace shows it. */
export function steWordText(q: number, value: Value): string {
  if (q === 1) return word1Text(value);
  if (q === 3) return `S2TTB ${value}`;
  const { bits, pointer } = qwordOf(value);
  if (q === 2) return `VMID ${FIELD_GET(STE_2_S2VMID, bits)}${(bits & STE_2_S2S) === 0n ? '' : ', S2S'}`;
  if ((bits & BigInt(STE_0_V)) === 0n) return 'V=0';
  const text = CONFIG_TEXTS[FIELD_GET(STE_0_CFG, bits)] ?? 'ABORT';
  return pointer !== null && (bits & BIT(1)) !== 0n ? `${text} ${pointer}` : text;
}

const CONFIG_TEXTS: Readonly<Record<number, string>> = {
  [STE_0_CFG_BYPASS >> 1]: 'BYPASS',
  [STE_0_CFG_S1_TRANS >> 1]: 'S1_TRANS',
  [STE_0_CFG_S2_TRANS >> 1]: 'S2_TRANS',
  [STE_0_CFG_NESTED >> 1]: 'NESTED',
};

function word1Text(value: Value): string {
  const { bits } = qwordOf(value);
  const eats = FIELD_GET(STE_1_EATS, bits);
  const s1dss = FIELD_GET(STE_1_S1DSS, bits);
  const flags = [
    ...(eats === STE_1_EATS_ABT ? [] : [eats === STE_1_EATS_TRANS ? 'EATS_TRANS' : 'EATS_S1CHK']),
    ...(FIELD_GET(STE_1_STRW, bits) === STE_1_STRW_EL2 ? ['STRW_EL2'] : []),
    ...(s1dss === STE_1_S1DSS_TERMINATE
      ? []
      : [s1dss === STE_1_S1DSS_BYPASS ? 'S1DSS_BYPASS' : 'S1DSS_SSID0']),
    ...((bits & STE_1_MEV) === 0n ? [] : ['MEV']),
    ...((bits & STE_1_S1STALLD) === 0n ? [] : ['S1STALLD']),
    ...(FIELD_GET(STE_1_SHCFG, bits) === STE_1_SHCFG_INCOMING ? ['SHCFG_INCOMING'] : []),
  ];
  return flags.length === 0 ? 'no EATS' : flags.join(' ');
}
