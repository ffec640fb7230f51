/** The scenario: a domain whose array has the VMID and an ATC for each of a few devices behind one SMMU. CPU0
 *  invalidates a page of the domain; CPU1 attaches and detaches devices, as far as the array is concerned, and
 *  resets a device that it has detached. */
import { deviceObject } from '../../model/driver/ats.ts';
import { abortSte, arm_smmu_install_new_domain_invs, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_install_old_domain_invs } from '../../model/driver/install-invs.ts';
import {
  INV_TYPE_ATS,
  INV_TYPE_S2_VMID,
  type Inv,
  invsArray,
  isAts,
} from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { arm_smmu_invs_merge, IS_ERR } from '../../model/driver/invs-ops.ts';
import type { Version } from '../../model/driver/version.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { not } from '../../model/program/expression.ts';
import {
  dma_wmb,
  load,
  locals,
  mutex_lock,
  mutex_unlock,
  place,
  smp_cond_load_acquire,
  smp_store_release,
  store,
} from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt, when } from '../../model/program/statement.ts';
import { entry } from './arrays.ts';

export const VMID = 1;
export const tag = (users = 1): Inv => entry(INV_TYPE_S2_VMID, VMID, { users });
export const atc = (sid: number, ssid = 0): Inv => entry(INV_TYPE_ATS, sid, { ssid });

/** What CPU1 does, one after the other. */
export type Deed =
  | { readonly do: 'attach' | 'detach'; readonly sid: number; readonly ssid?: number }
  /** Resets a device: from now on it answers nothing. */
  | { readonly do: 'reset'; readonly sid: number }
  /** Lets CPU0 begin. */
  | { readonly do: 'let CPU0 begin' };

export interface Params {
  readonly version: Version;
  /** The array at first. */
  readonly invs: readonly Inv[];
  readonly deeds: readonly Deed[];
  /** Whether CPU0 invalidates at all, and not before it is let. */
  readonly reader: 'at any time' | 'when it is let' | 'never';
  readonly mayFail: boolean;
  /** What no detach has to do. */
  readonly unused: readonly ('flush' | 'purge')[];
  readonly readerEdits: readonly Edit[];
  readonly writerEdits: readonly Edit[];
  /** Changes CPU1's program. */
  readonly rewrite: (writer: readonly Stmt[]) => readonly Stmt[];
  readonly extra: readonly ObjectDecl[];
}

const DOMAIN = 'domain';
const LOCK = place('&arm_smmu_asid_lock', 'v');
const GO = place('&go', 'v');
const variable = (name: string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [0] }],
});

const list = (sid: number, ssid: number): string => `build${sid}_${ssid}`;
const arrayName = (n: number): string => `invs${n}`;

/** The arrays that CPU1 may make: one for each deed at most. */
const pool = (p: Params): readonly string[] => p.deeds.map((_, n) => arrayName(n + 1));

/** prepare_invs() and install_new_domain_invs() of an attach; install_old_domain_invs() of a detach. */
function deedOf(p: Params, d: Deed): Stmt {
  const { old_invs, new_invs } = locals('arm_smmu_attach_dev', 'old_invs', 'new_invs');
  if (d.do === 'let CPU0 begin') return smp_store_release(GO, 1);
  if (d.do === 'reset')
    return call('pci_reset_function', [dma_wmb(), store(place(`&dev${d.sid}`, 'reset'), 1)]);
  const from = { pool: pool(p), mayFail: p.mayFail };
  const theirs = `&${list(d.sid, d.ssid ?? 0)}`;
  const install =
    d.do === 'attach'
      ? [
          arm_smmu_invs_merge(new_invs, old_invs, theirs, from, p.version),
          when(not(IS_ERR(new_invs)), [
            arm_smmu_install_new_domain_invs(DOMAIN, old_invs, new_invs, p.version),
          ]),
        ]
      : [
          arm_smmu_install_old_domain_invs({
            domain: DOMAIN,
            old_invs,
            to_unref: theirs,
            from,
            version: p.version,
            cpu: 1,
            unused: p.unused,
          }),
        ];
  return call('arm_smmu_attach_dev', [
    mutex_lock(LOCK),
    load(old_invs, place(`&${DOMAIN}`, 'invs')),
    ...install,
    mutex_unlock(LOCK),
  ]);
}

export function scenario(model: MemoryModel, p: Params): Scenario {
  const sids = [
    ...new Set([
      ...p.invs.filter((e) => isAts(e.type)).map((e) => e.id),
      ...p.deeds.flatMap((d) => ('sid' in d ? [d.sid] : [])),
    ]),
  ].sort();
  const lists = new Map(
    p.deeds.flatMap((d) =>
      d.do === 'attach' || d.do === 'detach'
        ? [[list(d.sid, d.ssid ?? 0), [tag(0), { ...atc(d.sid, d.ssid), users: 0 }]] as const]
        : [],
    ),
  );
  const room =
    p.invs.length + (p.invs.length === 0 ? 2 : 1) * p.deeds.filter((d) => d.do === 'attach').length;
  const objects: ObjectDecl[] = [
    { ...variable(DOMAIN), fields: [{ name: 'invs', cells: [`&${arrayName(0)}`] }] },
    variable('arm_smmu_asid_lock'),
    variable('go'),
    invsArray({ name: arrayName(0), max: p.invs.length, invs: p.invs }),
    ...pool(p).map((name) => invsArray({ name, max: room, invs: null })),
    ...[...lists].map(([name, invs]) => ({ ...invsArray({ name, max: invs.length, invs }), owner: 'CPU1' })),
    smmuObject('smmu0', 2),
    ...sids.flatMap((sid) => [deviceObject(`dev${sid}`, true), steObject(`ste${sid}`, abortSte)]),
    ...p.extra,
  ];
  const { go } = locals('CPU0', 'go');
  const invalidate = arm_smmu_domain_inv_range({
    domain: `&${DOMAIN}`,
    range: { iova: 0n, size: 4096n, granule: 4096n, leaf: true },
    types: [INV_TYPE_S2_VMID, INV_TYPE_ATS],
    range_inv: null,
    entries: 3,
    cpu: 0,
    version: p.version,
  });
  const reader = [...(p.reader === 'when it is let' ? [smp_cond_load_acquire(go, GO, go)] : []), invalidate];
  const writer = p.rewrite(p.deeds.map((d) => deedOf(p, d)));
  return {
    model,
    objects,
    programs: [
      compile('CPU0', p.reader === 'never' ? [] : edited(reader, p.readerEdits)),
      compile('CPU1', edited(writer, p.writerEdits)),
    ],
    smmus: [
      {
        name: 'smmu0',
        streams: sids.map((sid) => ({ sid, ste: `ste${sid}`, device: `dev${sid}` })),
        levels: 1,
      },
    ],
  };
}

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
