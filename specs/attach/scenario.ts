/** The scenario: CPU0 unmaps the page of a domain, invalidates it, and gives it back; other CPUs attach devices to
 *  domains, one after the other, as they are told. */
import { attachRet } from '../../model/driver/attach-dev.ts';
import {
  type AttachContext,
  type Attachment,
  allocatedObject,
  type Fallible,
} from '../../model/driver/attach-state.ts';
import {
  INV_TYPE_ATS,
  INV_TYPE_ATS_FULL,
  INV_TYPE_S1_ASID,
  INV_TYPE_S2_VMID,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type InvType,
  invsArray,
} from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { arm_lpae_unmap } from '../../model/driver/pgtable.ts';
import type { Version } from '../../model/driver/version.ts';
import type { Hardware, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import { not } from '../../model/program/expression.ts';
import { __free_page, dma_wmb, place, store } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, optional, type Stmt, when } from '../../model/program/statement.ts';
import type { Parties } from '../../model/property/attach.ts';
import { pageOf, roomOf, slotOf, worldObjects } from './objects.ts';
import {
  attachmentAtFirst,
  type Deed,
  DOMAINS,
  type DomainName,
  masterOf,
  transition,
  type World,
} from './world.ts';

export interface Params extends World {
  readonly version: Version;
  /** Whose page CPU0 unmaps; null: nobody's. */
  readonly unmaps: DomainName | null;
  /** What CPU1, CPU2, … do. A device is in the hands of one of them. */
  readonly deeds: readonly (readonly Deed[])[];
  readonly mayFail: readonly Fallible[];
  readonly purgeMayFail: boolean;
  readonly unused: readonly ('flush' | 'purge')[];
  readonly hardware: Hardware;
  readonly unmapEdits: readonly Edit[];
  readonly attachEdits: readonly Edit[];
  /** Whether it is judged what holds while no attach is under way: not where nothing says that none is. */
  readonly judgedAtRest: boolean;
  /** What a mutant needs besides. */
  readonly extra: readonly ObjectDecl[];
  readonly rewriteUnmap: (body: readonly Stmt[]) => readonly Stmt[];
  readonly rewrite: (body: readonly Stmt[]) => readonly Stmt[];
}

export const partiesOf = (p: Params): Parties => ({
  domains: p.domains.map((name) => DOMAINS[name]),
  masters: p.devices.map((_, n) => masterOf(p, n)),
});

const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);

/** What a CPU may allocate: arrays for each merge and purge, the others for one attach. */
const poolOf = (p: Params, cpu: number, deed: number): AttachContext['pool'] => ({
  invs: range(2 * p.deeds[cpu - 1]!.length).map((k) => `invs${cpu}_${k}`),
  master_domain: [`master_domain${cpu}_${deed}`],
  vmaster: p.devices.some((d) => d.isVirtual) ? [`vmaster${cpu}_${deed}`] : [],
});

export const poolsOf = (p: Params): readonly string[] => [
  ...new Set(
    p.deeds.flatMap((deeds, k) => deeds.flatMap((_, deed) => Object.values(poolOf(p, k + 1, deed)).flat())),
  ),
];

/** The deeds of a CPU, of which none follows one that failed. */
function deedsOf(p: Params, cpu: number): readonly Stmt[] {
  let now: Readonly<Record<number, Attachment>> = {};
  const program = (deed: Deed, at: number): readonly Stmt[] => {
    if (deed.do === 'reset')
      return [call('pci_reset_function', [dma_wmb(), store(place(`&dev${deed.dev}`, 'reset'), 1)])];
    const c: AttachContext = {
      master: masterOf(p, deed.dev),
      cpu,
      version: p.version,
      pool: poolOf(p, cpu, at),
      mayFail: p.mayFail,
      purgeMayFail: p.purgeMayFail,
      unused: p.unused,
    };
    const { body, next } = transition(c, now[deed.dev] ?? attachmentAtFirst(p, deed.dev), deed);
    now = { ...now, [deed.dev]: next };
    return body;
  };
  const bodies = p.deeds[cpu - 1]!.map(program);
  return bodies.reduceRight<readonly Stmt[]>(
    (rest, body) => [
      ...body,
      ...(p.mayFail.length > 0 && rest.length > 0 ? [when(not(attachRet), rest)] : rest),
    ],
    [],
  );
}

/** iommu_unmap() of the domain's page, strict, and giving it back. */
function unmap(p: Params, name: DomainName): readonly Stmt[] {
  const d = DOMAINS[name];
  const ats = p.devices.some((x) => x.ats);
  const types: readonly InvType[] = [
    d.stage === 'S2' ? INV_TYPE_S2_VMID : INV_TYPE_S1_ASID,
    ...(d.nest_parent ? [INV_TYPE_S2_VMID_S1_CLEAR] : []),
    ...(ats ? [d.nest_parent ? INV_TYPE_ATS_FULL : INV_TYPE_ATS] : []),
  ] as readonly InvType[];
  const iova = BigInt(slotOf(d)) * 0x1000n;
  return [
    arm_lpae_unmap(`pgd${d.tag}`, slotOf(d)),
    arm_smmu_domain_inv_range({
      domain: `&${d.name}`,
      range: { iova, size: 0x1000n, granule: 0x1000n, leaf: true },
      types,
      range_inv: null,
      entries: Math.max(1, p.devices.filter((x) => x.ats).length),
      cpu: 0,
      version: p.version,
    }),
    call('iommu_unmap', [__free_page(`&${pageOf(d)}`)]),
  ];
}

/** An array of one entry has no next one. */
function spared(p: Params, body: readonly Stmt[]): readonly Stmt[] {
  if (roomOf(p) > 1) return body;
  const spare = (s: Stmt): Stmt => {
    if (s.kind === 'do') return s.text === 'READ_ONCE(invs->inv[next].users)' ? optional([s]) : s;
    if (s.kind === 'call' && s.fn === 'arm_smmu_invs_end_batch') return optional([s]);
    if (s.kind === 'if') return { ...s, body: s.body.map(spare), otherwise: s.otherwise.map(spare) };
    return { ...s, body: s.body.map(spare) };
  };
  return body.map(spare);
}

export function scenario(model: MemoryModel, p: Params): Scenario {
  const cpus = p.deeds.length + 1;
  const owner = (dev: number): string =>
    `CPU${1 + p.deeds.findIndex((deeds) => deeds.some((d) => d.dev === dev))}`;
  const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
    edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);
  const unmapper = p.unmaps === null ? [] : p.rewriteUnmap(spared(p, unmap(p, p.unmaps)));
  return {
    model,
    objects: [
      ...worldObjects(p, cpus, owner),
      ...p.extra,
      ...poolsOf(p).map((name) =>
        name.startsWith('invs')
          ? invsArray({ name, max: roomOf(p), invs: null })
          : allocatedObject(name, false),
      ),
    ],
    programs: [
      compile('CPU0', edited(unmapper, p.unmapEdits)),
      ...p.deeds.map((_, k) =>
        compile(
          `CPU${k + 1}`,
          edited(p.rewrite(deedsOf(p, k + 1)), p.attachEdits),
          p.mayFail.length > 0 ? [attachRet.name] : [],
        ),
      ),
    ],
    smmus: [
      {
        name: 'smmu0',
        streams: p.devices.map((device, sid) => ({
          sid,
          ste: `ste${sid}`,
          ...(device.ats ? { device: `dev${sid}` } : {}),
        })),
        levels: 1,
      },
    ],
    hardware: p.hardware,
  };
}
