/** More sequences of one CPU against one SMMU: stage 1, nested translation, and a device with an ATC.
 *  - stage 1: `cds` has a CD with ASID 1; `pgd` -> `ptes` -> `page0`, `page1`.
 *  - nested: stage 2, VMID 1, `s2` maps IPA 0 to the guest's table `gpt`, IPA 1 to `page0`, IPA 2 to `page1`; the
 *    guest's ASID 1 maps its pages 0 and 1 to IPAs 1 and 2.
 *  - ATS: stage 2, VMID 1, `page0` only, with EATS, and ATS on at the device. */
import { checkNow } from '../../checker/explore/check.ts';
import { deviceObject } from '../../model/driver/ats.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import {
  arm_smmu_make_s1_cd,
  arm_smmu_make_sva_cd,
  type Cd,
  cdTableObject,
} from '../../model/driver/make-cd.ts';
import {
  arm_smmu_make_abort_ste,
  arm_smmu_make_cdtable_ste,
  arm_smmu_make_nested_cd_table_ste,
  arm_smmu_make_s2_domain_ste,
  type Ste,
  steObject,
} from '../../model/driver/make-ste.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { Hardware, MemoryModel, Scenario, SmmuDecl } from '../../model/machine.ts';
import type { CommandTemplate } from '../../model/program/instruction.ts';
import { commandOf, place, store } from '../../model/program/kernel.ts';
import { compile } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { maySet } from '../../model/smmu/may-set.ts';
import type { SmmuModel } from '../../model/smmu/smmu.ts';
import { STE_1_STRW_EL2 } from '../../model/smmu/ste.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { barrier, cfgi, type Does, free, pte, sync, verdictOf } from './sequence.ts';

type Kind = 'S1' | 'S1 in EL2' | 'nested' | 'ATS';
export interface Staged {
  readonly kind: Kind;
  readonly name: string;
  readonly expect: 'holds' | 'noStaleTranslation';
  readonly why: string;
  readonly does: readonly Does[];
  readonly hardware: Hardware;
}

const stes: Readonly<Record<Kind, Ste>> = {
  S1: arm_smmu_make_cdtable_ste({ cdtab: '&cds', ats: false }),
  'S1 in EL2': arm_smmu_make_cdtable_ste({ cdtab: '&cds', ats: false, strw: STE_1_STRW_EL2 }),
  nested: arm_smmu_make_nested_cd_table_ste({ cdtab: '&cds', vmid: 1, ttb: '&s2', ats: false }),
  ATS: arm_smmu_make_s2_domain_ste({ vmid: 1, ttb: '&pgd', ats: true }),
};
const levels: Readonly<Record<Kind, number>> = { S1: 2, 'S1 in EL2': 2, nested: 1, ATS: 2 };

export function verdictOfStaged(
  s: Staged,
  model: MemoryModel,
  smmu: (decl: SmmuDecl, scenario: Scenario) => SmmuModel = () => maySet,
): string {
  const scenario: Scenario = {
    model,
    objects: [
      smmuObject('smmu', 1),
      steObject('ste0', stes[s.kind]),
      cdTableObject('cds', [arm_smmu_make_s1_cd(1, s.kind === 'nested' ? '#0' : '&pgd')]),
      ...(s.kind === 'nested'
        ? [tableObject('s2', ['&gpt', '&page0', '&page1']), tableObject('gpt', ['#1', '#2'])]
        : [
            tableObject('pgd', ['&ptes']),
            tableObject('ptes', ['&page0', s.kind === 'ATS' ? 0 : '&page1']),
            tableObject('pgd2', [0, 0]),
          ]),
      ...['page0', 'page1'].map(pageObject),
      deviceObject('dev', s.kind === 'ATS'),
    ],
    programs: [compile('CPU0', s.does.flat())],
    smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste0', device: 'dev' }], levels: levels[s.kind] }],
    hardware: s.hardware,
  };
  const machine = buildMachine(scenario, (decl) => smmu(decl, scenario));
  const properties = [noStaleTranslation(machine), memorySafety(machine)];
  return verdictOf(
    checkNow(systemOf('stages', machine, properties, []), { search: 'bfs', maxStates: 300_000 }),
  );
}

const entry =
  (kind: Kind, expect: Staged['expect']) =>
  (name: string, why: string, does: readonly Does[], hardware: Hardware = {}): Staged => ({
    kind,
    name,
    expect,
    why,
    does,
    hardware,
  });

const tlbi = (name: string, operands: Readonly<Record<string, number>>): CommandTemplate =>
  commandOf(`TLBI_${name}`, operands);
const va = (name: string, page: number, leaf = 1, rest = {}): CommandTemplate =>
  tlbi(name, { asid: 1, page, pages: 1, leaf, ...rest });
const nhAsid = (asid = 1): CommandTemplate => tlbi('NH_ASID', { asid });
const cfgiCd = (ssid = 0): CommandTemplate => commandOf('CFGI_CD', { sid: 0, ssid, leaf: 1 });
const atcInv = (page: number, size: number, ssid = -1): CommandTemplate =>
  commandOf('ATC_INV', { sid: 0, ssid, page, size });

const words = (
  object: string,
  field: string,
  to: readonly (number | string)[],
  which: readonly number[],
): Does => which.map((q) => store(place(`&${object}`, field, q), to[q]!));
const cd = (to: Cd, ...which: readonly number[]): Does => words('cds', 'cd0', to, which);
const setSte = (to: Ste, ...which: readonly number[]): Does => words('ste0', 'data', to, which);

const unmap0 = pte('ptes', 0, null);
const unlink = pte('pgd', 0, null);
const clear = words('cds', 'cd0', [0], [0]);
const other = arm_smmu_make_s1_cd(2, '&pgd2');
const reused = arm_smmu_make_s1_cd(1, '&pgd2');
const quiet = arm_smmu_make_sva_cd(1, null);

const s1 = { holds: entry('S1', 'holds'), stale: entry('S1', 'noStaleTranslation') };
const stage1: readonly Staged[] = [
  s1.holds('TLBI_NH_VA', 'the textbook', [unmap0, sync(va('NH_VA', 0)), free('page0')]),
  s1.holds('TLBI_NH_VAA', 'every ASID', [unmap0, sync(va('NH_VAA', 0)), free('page0')]),
  s1.holds('TLBI_NH_ASID', 'every page', [unmap0, sync(nhAsid()), free('page0')]),
  s1.holds('TLBI_NH_ALL', 'every ASID and page', [unmap0, sync(tlbi('NH_ALL', { vmid: 0 })), free('page0')]),
  s1.holds('TLBI_S12_VMALL', 'both stages', [unmap0, sync(tlbi('S12_VMALL', { vmid: 0 })), free('page0')]),
  s1.stale('another ASID', 'out of scope', [unmap0, sync(nhAsid(2)), free('page0')]),
  s1.stale('another VMID', 'out of scope', [unmap0, sync(va('NH_VA', 0, 1, { vmid: 1 })), free('page0')]),
  s1.stale('TLBI_S2_IPA', 'it leaves stage 1 alone', [
    unmap0,
    sync(tlbi('S2_IPA', { vmid: 0, page: 0, pages: 1, leaf: 0 })),
    free('page0'),
  ]),
  s1.stale('TLBI_EL2_VA', 'another world', [unmap0, sync(va('EL2_VA', 0)), free('page0')]),
  s1.holds('a table, not leaf-only', 'the walk cache is covered', [
    unlink,
    sync(va('NH_VA', 0, 0)),
    free('ptes'),
  ]),
  s1.stale('a table, leaf-only', 'the walk cache is not', [unlink, sync(va('NH_VA', 0, 1)), free('ptes')]),
  s1.holds('a table, hint at the last level', 'tables above it are on the way', [
    unlink,
    sync(va('NH_VA', 0, 0, { ttl: 3 })),
    free('ptes'),
  ]),
  s1.stale('a table, hint at its own level', 'a licence to keep what is on that level and below', [
    unlink,
    sync(va('NH_VA', 0, 0, { ttl: 2 })),
    free('ptes'),
  ]),
  s1.stale('a page, hint at another level', 'a licence to keep it', [
    unmap0,
    sync(va('NH_VA', 0, 1, { ttl: 2 })),
    free('page0'),
  ]),
  s1.holds('a range as the hardware has it', '(NUM + 1) << SCALE pages', [
    unmap0,
    pte('ptes', 1, null),
    sync(tlbi('NH_VA', { asid: 1, page: 0, tg: 1, ttl: 3, scale: 0, num: 1, leaf: 1 })),
    free('page1'),
  ]),
  s1.stale('a range of another granule', 'nothing of that size is cached', [
    unmap0,
    sync(tlbi('NH_VA', { asid: 1, page: 0, tg: 2, ttl: 3, scale: 0, num: 1, leaf: 1 })),
    free('page0'),
  ]),
  s1.holds('CD cleared, CFGI_CD', 'no walk is left', [clear, sync(cfgiCd()), free('pgd')]),
  s1.holds('CD cleared, CFGI_CD_ALL', 'more than enough', [
    clear,
    sync(commandOf('CFGI_CD_ALL', { sid: 0 })),
    free('pgd'),
  ]),
  s1.holds('CD cleared, CFGI_STE', 'it takes the CDs of the stream along', [
    clear,
    sync(cfgi(0)),
    free('pgd'),
  ]),
  s1.stale('CD cleared', 'it may be cached', [clear, sync(), free('pgd')]),
  s1.stale('CD cleared, CFGI_CD of another substream', 'out of scope', [clear, sync(cfgiCd(1)), free('pgd')]),
  s1.stale('CD cleared, CFGI_STE of another stream', 'CDs are cached for each stream', [
    clear,
    sync(cfgi(1)),
    free('pgd'),
  ]),
  s1.holds('CFGI_STE_RANGE', 'the stream is in it', [
    clear,
    sync(commandOf('CFGI_STE_RANGE', { sid: 1, range: 0 })),
    free('pgd'),
  ]),
  s1.stale('ASID used again without TLBI', 'its entries are there', [
    clear,
    sync(cfgiCd()),
    free('page0'),
    cd(reused, 1, 0),
  ]),
  s1.holds('ASID used again after TLBI', 'none is left', [
    clear,
    sync(cfgiCd()),
    sync(nhAsid()),
    free('page0'),
    cd(reused, 1),
    sync(cfgiCd()),
    cd(reused, 0),
  ]),
  s1.stale('ASID used again, CFGI_CD and TLBI in one batch', 'the old CD refills until the CMD_SYNC', [
    clear,
    sync(cfgiCd(), nhAsid()),
    free('page0'),
    cd(reused, 1),
    sync(cfgiCd()),
    cd(reused, 0),
  ]),
  s1.holds('EPD0, CFGI_CD, free the root', 'no walks any more', [cd(quiet, 0), sync(cfgiCd()), free('pgd')]),
  s1.stale('EPD0, CFGI_CD, free a page', 'hits go on', [cd(quiet, 0), sync(cfgiCd()), free('page0')]),
  s1.holds('EPD0, CFGI_CD, TLBI, free a page', 'no hits either', [
    cd(quiet, 0),
    sync(cfgiCd()),
    sync(nhAsid()),
    free('page0'),
  ]),
  s1.stale('TLBI, EPD0, CFGI_CD, free a page', 'refilled before', [
    sync(nhAsid()),
    cd(quiet, 0),
    sync(cfgiCd()),
    free('page0'),
  ]),
  s1.stale('CD changed at once', 'the new ASID with the old root', [
    cd(other, 0, 1),
    sync(cfgiCd()),
    sync(nhAsid()),
    free('page0'),
  ]),
  s1.holds('CD changed by way of V = 0', 'no mix is valid', [
    clear,
    sync(cfgiCd()),
    cd(other, 1),
    sync(cfgiCd()),
    cd(other, 0),
    sync(cfgiCd()),
    sync(nhAsid()),
    free('page0'),
  ]),
];

const el2 = { holds: entry('S1 in EL2', 'holds'), stale: entry('S1 in EL2', 'noStaleTranslation') };
const world: readonly Staged[] = [
  el2.holds('TLBI_EL2_VA', 'the textbook', [unmap0, sync(va('EL2_VA', 0)), free('page0')]),
  el2.holds('TLBI_EL2_ASID', 'every page', [unmap0, sync(tlbi('EL2_ASID', { asid: 1 })), free('page0')]),
  el2.holds('TLBI_EL2_ALL', 'every ASID', [unmap0, sync(tlbi('EL2_ALL', {})), free('page0')]),
  el2.stale('TLBI_NH_VA', 'another world', [unmap0, sync(va('NH_VA', 0)), free('page0')]),
  el2.stale('TLBI_NSNH_ALL', 'the worlds of guests only', [
    unmap0,
    sync(tlbi('NSNH_ALL', {})),
    free('page0'),
  ]),
];

const nest = { holds: entry('nested', 'holds'), stale: entry('nested', 'noStaleTranslation') };
const take = pte('s2', 1, null);
const ipa = tlbi('S2_IPA', { vmid: 1, page: 1, pages: 1, leaf: 1 });
const nhAll = tlbi('NH_ALL', { vmid: 1 });
const nested: readonly Staged[] = [
  nest.stale('TLBI_S2_IPA', 'entries of both stages combined stay', [take, sync(ipa), free('page0')]),
  nest.stale('TLBI_NH_ALL', 'those of stage 2 stay', [take, sync(nhAll), free('page0')]),
  nest.holds('TLBI_S2_IPA, SYNC, TLBI_NH_ALL, SYNC', 'first stage 2, then what was made of it', [
    take,
    sync(ipa),
    sync(nhAll),
    free('page0'),
  ]),
  nest.stale('TLBI_S2_IPA and TLBI_NH_ALL in one batch', 'stage 2 makes more until the CMD_SYNC', [
    take,
    sync(ipa, nhAll),
    free('page0'),
  ]),
  nest.stale('TLBI_NH_ALL, SYNC, TLBI_S2_IPA, SYNC', 'the wrong way round', [
    take,
    sync(nhAll),
    sync(ipa),
    free('page0'),
  ]),
  nest.holds('TLBI_S12_VMALL', 'both at once', [take, sync(tlbi('S12_VMALL', { vmid: 1 })), free('page0')]),
  nest.stale('TLBI_NH_VA of the guest', 'the host has not taken the page back', [
    words('gpt', 'pte', [0], [0]),
    sync(tlbi('NH_VA', { asid: 1, vmid: 1, page: 0, pages: 1, leaf: 1 })),
    free('page0'),
  ]),
];

const ats = { holds: entry('ATS', 'holds'), stale: entry('ATS', 'noStaleTranslation') };
const vmid = tlbi('S12_VMALL', { vmid: 1 });
const abort = arm_smmu_make_abort_ste();
const attached = stes.ATS;
const detach = [setSte(abort, 0), sync(cfgi(0))];
const atc: readonly Staged[] = [
  ats.holds('TLBI, SYNC, ATC_INV, SYNC', 'the textbook', [
    unmap0,
    sync(vmid),
    sync(atcInv(0, 0)),
    free('page0'),
  ]),
  ats.stale('ATC_INV, SYNC, TLBI, SYNC', 'asked for again', [
    unmap0,
    sync(atcInv(0, 0)),
    sync(vmid),
    free('page0'),
  ]),
  ats.stale('TLBI and ATC_INV in one batch', 'asked for again', [
    unmap0,
    sync(vmid, atcInv(0, 0)),
    free('page0'),
  ]),
  ats.stale('ATC_INV of another page', 'out of scope', [
    unmap0,
    sync(vmid),
    sync(atcInv(1, 0)),
    free('page0'),
  ]),
  ats.holds('ATC_INV of two pages from page 1', 'aligned to their number', [
    unmap0,
    sync(vmid),
    sync(atcInv(1, 1)),
    free('page0'),
  ]),
  ats.stale('ATC_INV of a PASID', 'requests without PASID have their own entries', [
    unmap0,
    sync(vmid),
    sync(atcInv(0, 0, 1)),
    free('page0'),
  ]),
  ats.holds('detach, free', 'what the device translated itself is refused', [...detach, free('page0')]),
  ats.stale('detach, free, attach again', 'and accepted again', [
    ...detach,
    sync(vmid),
    unlink,
    free('page0'),
    setSte(attached, 0),
  ]),
  ats.holds('detach, ATC_INV, free, attach again', 'nothing is left', [
    ...detach,
    sync(vmid),
    sync(atcInv(0, 52)),
    unlink,
    free('page0'),
    barrier(), // or the STE may overtake the PTE
    setSte(attached, 0),
  ]),
];

/** Hardware whose CMD_SYNC behind a CFGI does not wait for transactions. */
const hasty: Hardware = { cfgiSyncDrains: false };
const draining: readonly Staged[] = [
  s1.holds('CFGI, SYNC, free a page', 'no transaction is left that used it', [
    clear,
    sync(cfgi(0)),
    free('page0'),
  ]),
  s1.stale('the same, undrained', 'one may still be under way', [clear, sync(cfgi(0)), free('page0')], hasty),
  s1.holds(
    'undrained, TLBI behind it',
    'that one is waited for',
    [clear, sync(cfgi(0)), sync(nhAsid()), free('page0')],
    hasty,
  ),
  s1.stale(
    'undrained, TLBI before it',
    'it came too early',
    [clear, sync(nhAsid()), sync(cfgi(0)), free('page0')],
    hasty,
  ),
];

export const staged: readonly Staged[] = [...stage1, ...world, ...nested, ...atc, ...draining];
