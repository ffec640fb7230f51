/** One CPU writes an STE or a CD from one configuration to another while the SMMU fetches its words whenever it likes.
 *  What the old configuration led to is given back afterwards, and the root of the new one lies in a page that was
 *  used for something else before. */

import { smmuObject } from '../../model/driver/cmdq.ts';
import {
  arm_smmu_write_cd_entry,
  arm_smmu_write_ste,
  type CdWriter,
  cdWriter,
  type SteWriter,
  steWriter,
} from '../../model/driver/entry-writers.ts';
import {
  arm_smmu_make_s1_cd,
  arm_smmu_make_sva_cd,
  type Cd,
  cdTableObject,
  clearedCd,
} from '../../model/driver/make-cd.ts';
import {
  arm_smmu_make_abort_ste,
  arm_smmu_make_bypass_ste,
  arm_smmu_make_cdtable_ste,
  arm_smmu_make_nested_cd_table_ste,
  arm_smmu_make_s2_domain_ste,
  clearedSte,
  type Ste,
  steObject,
} from '../../model/driver/make-ste.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { Version } from '../../model/driver/version.ts';
import { isHitless } from '../../model/driver/write-entry.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import type { Value } from '../../model/program/expression.ts';
import { __free_page, place, store } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';
import type { Update } from '../../model/property/configuration.ts';
import { STE_1_S1DSS_BYPASS } from '../../model/smmu/ste.ts';

const s2 = arm_smmu_make_s2_domain_ste({ vmid: 1, ttb: '&pgd', ats: false });

/** The configurations of an STE that the driver makes. Each has its own tags and its own tables. */
export const stes = {
  cleared: clearedSte,
  abort: arm_smmu_make_abort_ste(),
  /** No driver leaves it like that: what it takes for one store to decide at once. */
  'abort, words of S2': [arm_smmu_make_abort_ste()[0]!, ...s2.slice(1)],
  bypass: arm_smmu_make_bypass_ste(),
  S1: arm_smmu_make_cdtable_ste({ cdtab: '&cdtab', ats: false }),
  'S1 ATS': arm_smmu_make_cdtable_ste({ cdtab: '&cdtab', ats: true }),
  'S1 S1DSS bypass': arm_smmu_make_cdtable_ste({ cdtab: '&cdtab', ats: false, s1dss: STE_1_S1DSS_BYPASS }),
  S2: s2,
  'S2 ATS': arm_smmu_make_s2_domain_ste({ vmid: 1, ttb: '&pgd', ats: true }),
  'S2 stall': arm_smmu_make_s2_domain_ste({ vmid: 1, ttb: '&pgd', ats: false, stall: true }),
  'other S2': arm_smmu_make_s2_domain_ste({ vmid: 2, ttb: '&pgd2', ats: false }),
  nested: arm_smmu_make_nested_cd_table_ste({ cdtab: '&guest', vmid: 1, ttb: '&pgd', ats: false }),
  'nested ATS': arm_smmu_make_nested_cd_table_ste({ cdtab: '&guest', vmid: 1, ttb: '&pgd', ats: true }),
} as const satisfies Readonly<Record<string, Ste>>;

/** Those of a CD. */
export const cds = {
  cleared: clearedCd,
  S1: arm_smmu_make_s1_cd(1, '&pgd1'),
  'other S1': arm_smmu_make_s1_cd(4, '&pgd2'),
  'S1, other ASID': arm_smmu_make_s1_cd(2, '&pgd1'),
  SVA: arm_smmu_make_sva_cd(3, '&pgd3'),
  'SVA, mm gone': arm_smmu_make_sva_cd(3, null),
} as const satisfies Readonly<Record<string, Cd>>;

/** What only a stream or substream with that configuration can reach. Without walks (EPD0) the TLB still leads to
 *  pages. */
const S1 = ['pgd1', 'page1'];
const S2 = ['pgd', 'gpt', 'page'];
const other = ['pgd2', 'page2'];
const reachOf: Readonly<Record<string, readonly string[]>> = {
  S1,
  'S1 ATS': S1,
  'S1 S1DSS bypass': S1,
  S2,
  'S2 ATS': S2,
  'S2 stall': S2,
  'other S2': other,
  nested: ['guest', ...S2],
  'nested ATS': ['guest', ...S2],
  'other S1': other,
  'S1, other ASID': S1,
  SVA: ['pgd3', 'page3'],
  'SVA, mm gone': ['page3'],
};

export type SteName = keyof typeof stes;
export type CdName = keyof typeof cds;

export interface Params {
  readonly what: { readonly ste: readonly [SteName, SteName] } | { readonly cd: readonly [CdName, CdName] };
  readonly version: Version;
  readonly edits: readonly Edit[];
  readonly reorder: (body: readonly Stmt[]) => readonly Stmt[];
  /** Before 7cad80048595 EATS counted like any other field; it must not be safe where stage 2 stalls. */
  readonly eatsIsSafe: NonNullable<SteWriter['eatsIsSafe']>;
  /** Whether the new root is a page that was just zeroed. */
  readonly fresh: boolean;
  /** What is given back besides. */
  readonly frees: readonly string[];
}

export const plain: Omit<Params, 'what'> = {
  version: 'v7.1',
  edits: [],
  reorder: (body) => body,
  eatsIsSafe: 'unless stalled',
  fresh: false,
  frees: [],
};

const STREAM: SteWriter = { smmu: 'smmu', sid: 0, ste: 'ste', cpu: 0 };
const SUBSTREAM: CdWriter = { smmu: 'smmu', sids: [0], cdtab: 'cdtab', ssid: 0, cpu: 0 };

const namesOf = ({ what }: Params): readonly [string, string] => ('ste' in what ? what.ste : what.cd);
const wordsOf = ({ what }: Params): readonly [readonly Value[], readonly Value[]] =>
  'ste' in what ? [stes[what.ste[0]], stes[what.ste[1]]] : [cds[what.cd[0]], cds[what.cd[1]]];

/** What the update may look like in between. */
export function updateOf(p: Params): Update {
  const [old, target] = wordsOf(p);
  const writer = 'ste' in p.what ? steWriter(STREAM) : cdWriter(SUBSTREAM);
  const how = isHitless(writer, old, target) ? 'hitless' : 'breaking';
  return { sid: 0, ssid: 'ste' in p.what ? null : 0, old, target, how };
}

/** The target's root, if the old configuration does not lead to it: a page that was just taken from elsewhere, whose
 *  first descriptor is left over. */
function freshRoot(p: Params): string | null {
  const [before, after] = namesOf(p).map((name) => reachOf[name] ?? []) as [
    readonly string[],
    readonly string[],
  ];
  if (!p.fresh) return null;
  return after.find((name) => name.startsWith('pgd') && !before.includes(name)) ?? null;
}

function memory(p: Params): readonly ObjectDecl[] {
  const [ste, cd] = 'ste' in p.what ? [stes[p.what.ste[0]], cds.S1] : [stes.S1, cds[p.what.cd[0]]];
  const root = (name: string, first: string, ...rest: readonly Value[]): ObjectDecl =>
    tableObject(name, [name === freshRoot(p) ? '&gone' : `&${first}`, ...rest]);
  return [
    smmuObject('smmu', 1),
    steObject('ste', ste),
    cdTableObject('cdtab', [cd]),
    cdTableObject('guest', [arm_smmu_make_s1_cd(7, '#0')]),
    root('pgd', 'gpt', '&page'),
    tableObject('gpt', ['#1', 0]),
    root('pgd1', 'page1'),
    root('pgd2', 'page2'),
    root('pgd3', 'page3'),
    ...['page', 'page1', 'page2', 'page3'].map(pageObject),
    { ...pageObject('gone'), life: 'freed' },
  ];
}

/** Zeroes the new root, writes the entry, and gives back what only the old configuration led to. */
function program(p: Params): readonly Stmt[] {
  const [found, target] = wordsOf(p);
  const [before, after] = namesOf(p);
  const root = freshRoot(p);
  const kept = reachOf[after] ?? [];
  const left = (reachOf[before] ?? []).filter((name) => !kept.includes(name));
  return [
    ...(root === null ? [] : [call('__arm_lpae_alloc_pages', [store(place(`&${root}`, 'pte', 0), 0)])]),
    'ste' in p.what
      ? arm_smmu_write_ste({ ...STREAM, eatsIsSafe: p.eatsIsSafe }, found, target, p.version)
      : arm_smmu_write_cd_entry(SUBSTREAM, found, target, p.version),
    ...left.map((name) => call('free_io_pgtable_ops', [__free_page(`&${name}`)])),
    ...p.frees.map((name) => __free_page(`&${name}`)),
  ];
}

export function scenario(model: MemoryModel, p: Params): Scenario {
  const body = p.edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), p.reorder(program(p)));
  return {
    model,
    objects: memory(p),
    programs: [compile('CPU0', body)],
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: 1 }],
  };
}
