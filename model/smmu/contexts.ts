/** Usable translation contexts: any mix of the STE words and CD words that may be cached (semantics.md 3.2). */
import type { CdEntry, Smmu, Tag } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import { pointeeOf } from '../program/qword.ts';
import { cdMeaning } from './cd.ts';
import {
  isIllegal,
  mixesOf,
  STE_1_EATS_TRANS,
  STE_1_S1DSS_BYPASS,
  STE_1_S1DSS_SSID0,
  type SteMeaning,
  type SteMix,
} from './ste.ts';

/** How a stream's transactions are translated. */
export interface Context {
  readonly sid: number;
  /** Null: those without a substream. */
  readonly ssid: number | null;
  readonly vmid: number | null;
  /** `root`: where walks start; null = no walks (EPD0), or no table. `#n` is an IPA. */
  readonly stage1: { readonly asid: number; readonly root: string | null } | null;
  readonly stage2: { readonly root: string | null } | null;
  /** Whether translation requests and translated transactions are accepted. */
  readonly ats: boolean;
}

export type Translating = SteMeaning & { readonly config: 'translate' };
/** A mix that translates. */
export interface Config extends SteMix {
  readonly meaning: Translating;
}

/** The mixes of a stream's STE that translate. One that the architecture forbids translates nothing. */
export const configsOf = (s: Pick<Smmu, 'ste'>, sid: number): readonly Config[] =>
  mixesOf(s.ste, sid).filter((m): m is Config => m.meaning.config === 'translate' && !isIllegal(m.meaning));

/** Every usable context of a stream. */
export function contextsOf(
  layout: Layout,
  s: Pick<Smmu, 'ste' | 'cd'>,
  sid: number,
  configs: readonly Config[] = configsOf(s, sid),
): readonly Context[] {
  const seen = new Set<string>();
  return configs
    .flatMap(({ meaning }) => through(layout, s.cd ?? [], sid, meaning))
    .filter((c) => {
      const key = JSON.stringify(c);
      return !seen.has(key) && seen.add(key);
    });
}

function through(layout: Layout, cd: readonly CdEntry[], sid: number, m: Translating): readonly Context[] {
  const { vmid, stage1 } = m;
  const ats = m.eats === STE_1_EATS_TRANS;
  const stage2 = m.stage2 === null ? null : { root: m.stage2.ttb };
  if (stage1 === null) return [{ sid, ssid: null, vmid, stage1: null, stage2, ats }];
  const own = cd.filter((e) => e.sid === sid && e.table === stage1.cds);
  const isAlone = !hasSubstreams(layout, stage1.cds, own);
  const bypasses = !isAlone && stage1.s1dss === STE_1_S1DSS_BYPASS && stage2 !== null;
  const withStage1 = [...new Set(own.map((e) => e.ssid))].flatMap((n): readonly Context[] => {
    // Substream 0's CD is for transactions without a substream, if for any.
    if (n === 0 && !isAlone && stage1.s1dss !== STE_1_S1DSS_SSID0) return [];
    const ssid = n === 0 ? null : n;
    return descriptors(own, n).map((d) => ({
      sid,
      ssid,
      vmid,
      stage1: { asid: d.asid, root: d.ttb },
      stage2,
      ats,
    }));
  });
  return [...withStage1, ...(bypasses ? [{ sid, ssid: null, vmid, stage1: null, stage2, ats }] : [])];
}

/** Whether the CD table has more than one CD (S1CDMax > 0). */
function hasSubstreams(layout: Layout, pointer: string | null, own: readonly CdEntry[]): boolean {
  const table = pointer === null ? null : pointeeOf(pointer);
  const fields = table === null ? [] : (layout.objects.get(table)?.fields ?? []);
  return fields.some((f) => f.name === 'cd1') || own.some((e) => e.ssid > 0);
}

/** Valid mixes of the words of one CD. */
function descriptors(own: readonly CdEntry[], ssid: number): readonly { asid: number; ttb: string | null }[] {
  const words = (q: number): readonly CdEntry[] => own.filter((e) => e.ssid === ssid && e.q === q);
  const seen = new Set<string>();
  return words(0)
    .flatMap((w0) => words(1).map((w1) => cdMeaning(w0.value, w1.value)))
    .filter((d) => d !== null)
    .map(({ asid, ttb }) => ({ asid, ttb }))
    .filter((d) => {
      const key = JSON.stringify(d);
      return !seen.has(key) && seen.add(key);
    });
}

/** By what tag the translations of a context's transactions are looked up. */
export const tagOf = ({ vmid, stage1 }: Context): Tag =>
  stage1 === null ? { vmid } : { asid: stage1.asid, vmid };

export const sameTag = (a: Tag, b: Tag): boolean => a.asid === b.asid && a.vmid === b.vmid;

/** Whether entries with the tag translate transactions of the context: what it looks up itself, and of a nested
 *  context stage 2, for whatever its stage 1 may lead to. */
export const uses = (c: Context, tag: Tag): boolean =>
  sameTag(tagOf(c), tag) || (c.stage2 !== null && tag.asid === undefined && tag.vmid === c.vmid);

/** Whether the context starts or continues walks for the tag. */
export const walksFor = (c: Context, tag: Tag): boolean =>
  tag.asid === undefined
    ? c.stage2 !== null && c.stage2.root !== null && tag.vmid === c.vmid
    : c.stage1 !== null && c.stage1.root !== null && sameTag(tagOf(c), tag);
