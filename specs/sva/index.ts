/** A process shares its page table with a device: its invalidations, its end, and the end of the sharing.
 *
 *  One process, one device, one SMMU, and one page: mm_release treats one device of its list after the other, each with a
 *  CD of its own, and SMMUs do not influence each other. A second process is there where the first one's ASID is given
 *  to it. More devices would add entries to the list, and longer times with devices_lock held. Where the
 *  writes of one CD overlap sc is enough to show what comes of it, as under armv8 that takes more than 10^5 states; the
 *  schedules in which they do not are checked under both. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import { smp_wmb } from '../../model/program/kernel.ts';
import { drop, replace, type Stmt } from '../../model/program/statement.ts';
import { replaceCalls } from '../calls.ts';
import { type BindParams, plainBind } from './notifier.ts';
import { merged, type Params } from './release.ts';
import { binding, type Claim, ending, pinning } from './systems.ts';

const holds: Expectation = { kind: 'holds' };
const by = (property: string): Expectation => ({ kind: 'violated', by: property });
const stale = by('noStaleTranslation');
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });
const ordered = (e: Expectation): Variant['expect'] => ({ sc: e, armv8: e });
const sc = (e: Expectation): Variant['expect'] => ({ sc: e });

const release = (
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<Params> = {},
  only?: readonly Claim[],
): Variant => ({
  name,
  about,
  expect,
  build: (model) => ending(model, { ...merged, ...change }, only),
});

const bind = (
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<BindParams> = {},
): Variant => ({ name, about, expect, build: (model) => binding(model, { ...plainBind, ...change }) });

const pinned = (
  name: string,
  about: string,
  expectation: Expectation,
  version: Parameters<typeof pinning>[1],
): Variant => ({ name, about, expect: always(expectation), build: (model) => pinning(model, version) });

/** Writes the CD before the array has the tag. */
function cdFirst(body: readonly Stmt[]): readonly Stmt[] {
  return body.map((s) => {
    if (s.kind !== 'call') return s;
    const at = s.body.findIndex((x) => x.kind === 'call' && x.fn === 'arm_smmu_write_cd_entry');
    const rest = s.body.filter((_, i) => i !== at);
    return { ...s, body: [...rest.slice(0, 2), s.body[at]!, ...rest.slice(2)] };
  });
}

const notifierCall = 'mmu_notifier_arch_invalidate_secondary_tlbs';
const inRange = 'arm_smmu_domain_inv_range';
const noFlush = (body: readonly Stmt[]): readonly Stmt[] =>
  replaceCalls(body, 'arm_smmu_inv_flush_iotlb_tag', () => []);

export const spec: Spec = {
  name: 'sva',
  title: 'a process shares its page table with a device, unmaps, exits, and is detached',
  source:
    'arm_smmu_mm_release(), arm_smmu_mm_arch_invalidate_secondary_tlbs(), arm_smmu_blocking_set_dev_pasid(), ' +
    'arm_smmu_sva_domain_free(), Linux 7.1; before and after cbd23144f766',
  merged: ['notifier', 'notifier against bind', 'domain_free', 'mm with mmgrab'],
  variants: [
    release(
      'exit against detach',
      'FINDING in 7.1 (bugs.md 22): mm_release writes the CD under devices_lock, the detach under arm_smmu_asid_lock: ' +
        'what one read, the other has changed, and a page is freed while the CD leads to it',
      sc(stale),
    ),
    release(
      'exit against detach, words read once',
      'FINDING in 7.1: the same if the compiler reads no word twice: EPD0 comes back with V, and hits in the TLB go on',
      sc(stale),
      { reads: 'once' },
    ),
    release(
      'exit against detach, the CD',
      'FINDING in 7.1: the detach returns, and the CD of the PASID is valid for ever; used_ssids counts it',
      sc(by('detachedSubstream')),
      { reads: 'once' },
      ['detachedSubstream'],
    ),
    release(
      'exit against detach, ASID used again',
      'FINDING in 7.1: the CD that was left behind gives the PASID what the TLB holds of the next process with that ASID',
      sc(by('isolation')),
      { reads: 'once', afterwards: 'gives the ASID away' },
      ['isolation'],
    ),
    release(
      'exit between clear_cd and list_del, the CD',
      'FINDING in 7.1, of the schedules in which no two writes of the CD overlap; and no fix: a lock for each write',
      ordered(by('detachedSubstream')),
      { cdLock: true },
      ['detachedSubstream'],
    ),
    release(
      'exit between clear_cd and list_del',
      'FINDING in 7.1, as before: the tag has no users by then, and mm_release returns without a TLBI',
      ordered(stale),
      { cdLock: true },
    ),
    release(
      'exit between clear_cd and list_del, ASID used again',
      'FINDING in 7.1, as before: the PASID has what the next process with that ASID has',
      ordered(by('isolation')),
      { cdLock: true, afterwards: 'gives the ASID away' },
      ['isolation'],
    ),
    release(
      'fixed by devices_lock',
      'the detach clears the CD and takes the device off the list in one section',
      ordered(holds),
      { order: 'both under devices_lock' },
    ),
    release(
      'fixed by devices_lock, ASID used again',
      'as before: the next process has its ASID for itself',
      ordered(holds),
      { order: 'both under devices_lock', afterwards: 'gives the ASID away' },
    ),
    release(
      'fixed by arm_smmu_asid_lock',
      'mm_release takes the lock under which CDs are written everywhere else',
      ordered(holds),
      { asidLock: true },
    ),
    release(
      'fixed by arm_smmu_asid_lock, ASID used again',
      'as before: the next process has its ASID for itself',
      ordered(holds),
      { asidLock: true, afterwards: 'gives the ASID away' },
    ),
    release(
      'fixed by devices_lock, transactions not drained',
      'mm_release finds the tag without users, before the detach has flushed it: that relies on the CMD_SYNC behind CFGI_CD',
      ordered(stale),
      { order: 'both under devices_lock', hardware: { cfgiSyncDrains: false } },
    ),
    release(
      'device off the list first',
      'no fix: mm_release does not find the device, and returns while its CD still walks',
      ordered(stale),
      { order: 'list first' },
    ),
    release(
      'domain_free',
      'the domain is freed behind the notifier, and its ASID when the detach has flushed it',
      ordered(holds),
      { order: 'both under devices_lock', afterwards: 'frees the domain' },
    ),
    release(
      'domain_free without SRCU',
      'kfree() of the domain while its notifier may run',
      ordered(by('memorySafety')),
      { order: 'both under devices_lock', afterwards: 'frees the domain', memory: 'kfree' },
    ),
    release(
      'no flush by the detach',
      'arm_smmu_domain_inv() in domain_free() finds an empty array: the ASID is free and cached',
      ordered(by('freeAsidUncached')),
      { order: 'both under devices_lock', afterwards: 'frees the domain', reorder: noFlush },
      ['memorySafety', 'freeAsidUncached'],
    ),
    release(
      'no flush by the detach, ASID used again',
      'and the next process finds pages of the one before',
      ordered(stale),
      { order: 'both under devices_lock', afterwards: 'gives the ASID away', reorder: noFlush },
      ['noStaleTranslation'],
    ),
    bind('notifier', 'a page is unmapped while the device is bound all the time', always(holds), {
      binds: false,
    }),
    bind('no notifier', "the process's own TLBI reaches no SMMU", always(stale), {
      binds: false,
      reorderZap: (zap) => replaceCalls(zap, notifierCall, () => []),
    }),
    bind(
      'notifier against bind',
      'a page is unmapped while another CPU binds the device: it is in the array, or the walk finds the page gone',
      always(holds),
    ),
    bind(
      'notifier against bind, no smp_mb',
      'the dsb(ishst) of the TLB flush waits for the PTE already: on arm64 smp_mb() in inv_range adds nothing here',
      ordered(holds),
      { zapEdits: [drop(inRange, 'smp_mb()')] },
    ),
    bind(
      'notifier against bind, no smp_mb and dmb(ishst)',
      'a DMB for the DSB does not: the array may be read before the PTE is cleared',
      { sc: holds, tso: stale, armv8: stale },
      { zapEdits: [drop(inRange, 'smp_mb()'), replace('flush_tlb_range', 'dsb(ishst)', [smp_wmb()])] },
    ),
    bind('CD before the array', 'the device walks before it is in the array', always(stale), {
      reorder: cdFirst,
    }),
    pinned(
      'mm without mmgrab',
      'before cbd23144f766 (bugs.md 21): the notifier held the last reference to the mm',
      by('memorySafety'),
      'before cbd23144f766',
    ),
    pinned('mm with mmgrab', 'cbd23144f766: the CD holds one of its own', holds, 'v5.18'),
  ],
};

export default spec;
