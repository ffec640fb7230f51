/** A guest's invalidations, by way of its VMM and the host's kernel; and stage 2 changing under the guest.
 *
 *  One guest with one page to lose, and one SMMU: another guest is told apart by its VMID and SIDs alone, which is what
 *  guestScope looks at. A second device is there where it may have another VMID, a second CPU where the host does
 *  something of its own, or consumes a queue that the guest writes. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import { arm_vsmmu_convert_user_cmd, asMerged, type CacheInvalidate, EIO } from '../../model/driver/vsmmu.ts';
import { drop, replace } from '../../model/program/statement.ts';
import {
  atcByIpa,
  guest,
  notAParent,
  type Params,
  plain,
  UNPLUGGED,
  withAts,
  withoutAts,
} from './scenario.ts';
import type { QueueParams } from './shared-queue.ts';
import { calling, sharing } from './systems.ts';

const holds: Expectation = { kind: 'holds' };
const by = (property: string): Expectation => ({ kind: 'violated', by: property });
/** For the host, and for the guest. */
const stale = by('noStaleTranslation');
const guestStale = by('noStaleGuestTranslation');
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });

const variant = (
  name: string,
  about: string,
  expectation: Expectation,
  change: Partial<Params> = {},
  looksAtOrder = true,
): Variant => ({
  name,
  about,
  expect: always(expectation),
  build: (model) => calling(model, { ...plain, ...change }, looksAtOrder),
});

const design = (
  name: string,
  about: string,
  expect: Variant['expect'],
  how: QueueParams['design'],
  change: Partial<QueueParams> = {},
): Variant => ({
  name,
  about,
  expect,
  build: (model) => sharing(model, { design: how, guestEdits: [], hostEdits: [], ...change }),
});

/** The ioctl with another conversion. */
const converting = (convert: CacheInvalidate['convert']): Partial<Params> => ({
  how: { ...asMerged, convert },
});
/** As the kernel's, but for one name of a command. */
const except =
  (name: string): CacheInvalidate['convert'] =>
  (v, cmd) =>
    cmd.name === name ? cmd : arm_vsmmu_convert_user_cmd(v, cmd);
const keepsSid: CacheInvalidate['convert'] = (v, cmd) => {
  const converted = arm_vsmmu_convert_user_cmd(v, cmd);
  return converted === EIO || cmd.operands.sid === undefined
    ? converted
    : { ...converted, operands: { ...converted.operands, sid: cmd.operands.sid } };
};

const { NH_VA, NSNH_ALL, ATC_INV, SYNC } = guest;
const tlbThenAtc = [NH_VA(0), SYNC, ATC_INV(0), SYNC];
/** Of two devices in the guest's domain, one has just been unplugged. */
const oneUnplugged = [NH_VA(0), SYNC, ATC_INV(0), ATC_INV(UNPLUGGED), SYNC];
const late: QueueParams['design'] = { kind: 'thread', order: 'acquire' };

export const spec: Spec = {
  name: 'nested',
  title: "a guest's invalidations reach what the guest has, and nothing else; stage 2 changes under it",
  source:
    'arm_vsmmu_cache_invalidate(), arm_vsmmu_convert_user_cmd(), Linux 7.1, and designs that were discussed instead',
  merged: ['unmap', 'several lists', 'unmap with ATS', 'stage 2 changes', 'stage 2 changes, ATS'],
  variants: [
    variant('unmap', 'the guest unmaps a page: TLBI_NH_VA with the VMID of its stage 2', holds),
    variant('unmap everything', 'TLBI_NSNH_ALL becomes TLBI_NH_ALL of that VMID', holds, {
      queue: [NSNH_ALL, SYNC],
    }),
    variant('several lists', 'an array that does not fit into one list: a CMD_SYNC behind each', holds, {
      queue: [NH_VA(1), NH_VA(0), NH_VA(1), SYNC],
      how: { ...asMerged, entries: 2 },
    }),
    variant(
      "the guest's own VMID",
      'VMID 0, as the guest wrote it: another one is hit, and the guest is not',
      by('guestScope'),
      {
        ...converting(except('TLBI_NH_VA')),
      },
    ),
    variant('TLBI_NSNH_ALL as it is', 'every guest loses its translations', by('guestScope'), {
      queue: [NSNH_ALL, SYNC],
      ...converting(except('TLBI_NSNH_ALL')),
    }),
    variant('unmap with ATS', 'TLBI, CMD_SYNC, ATC_INV, CMD_SYNC, an array up to each CMD_SYNC', holds, {
      ats: true,
      queue: tlbThenAtc,
    }),
    variant(
      'VMM batches across CMD_SYNC',
      'one array (bugs.md 26): no CMD_SYNC between TLBI and ATC_INV, and the device asks again',
      by('atcAfterTlb'),
      { ats: true, queue: tlbThenAtc, batches: 'across CMD_SYNC' },
    ),
    variant(
      'VMM batches across CMD_SYNC, the page',
      'as before: the ATC has the page again when the guest uses it for something else',
      guestStale,
      { ats: true, queue: tlbThenAtc, batches: 'across CMD_SYNC' },
      false,
    ),
    variant("the guest's own SID", 'vSID 0 is taken for SID 0', by('guestScope'), {
      ats: true,
      queue: tlbThenAtc,
      ...converting(keepsSid),
    }),
    variant(
      'one command refused',
      'FINDING in 7.1: what was converted before the command that is refused is never issued, and entry_num counts it',
      guestStale,
      { ats: true, queue: oneUnplugged },
    ),
    variant(
      'one command refused, the rest issued',
      'what was converted is issued before -EIO is returned: entry_num says the truth',
      holds,
      { ats: true, queue: oneUnplugged, how: { ...asMerged, pending: 'issued' } },
    ),
    variant('two devices, one VMID', 'every SID of the guest has the VMID of its stage 2', holds, {
      vmids: [1, 1],
    }),
    variant('two devices, a VMID each', 'the command reaches the first one only', guestStale, {
      vmids: [1, 2],
    }),
    variant('stage 2 changes', 'TLBI_S2_IPA, CMD_SYNC, TLBI_NH_ALL, CMD_SYNC', holds, {
      queue: [],
      types: withoutAts,
    }),
    variant(
      'stage 2 changes, stage 1 stays',
      'without S2_VMID_S1_CLEAR the combined translations of the guest are left',
      stale,
      { queue: [], types: notAParent },
    ),
    variant(
      'stage 2 changes while the guest unmaps',
      'both use the queue; neither relies on what the other invalidates',
      holds,
      { queue: [NH_VA(1), SYNC], types: withoutAts },
    ),
    variant(
      'stage 2 changes, ATS',
      'and ATC_INV of everything: the device has IOVAs, the host has IPAs',
      holds,
      {
        queue: [],
        ats: true,
        types: withAts,
      },
    ),
    variant('stage 2 changes, ATC_INV by IPA', 'the page of that number in the ATC is another one', stale, {
      queue: [],
      ats: true,
      types: atcByIpa,
    }),
    design('kernel parses the queue', 'what was checked is what is issued', always(holds), {
      kind: 'the kernel parses',
      fetch: 'once',
    }),
    design(
      'kernel parses the queue, reads twice',
      'the guest changes the command between check and use',
      always(by('guestScope')),
      { kind: 'the kernel parses', fetch: 'twice' },
    ),
    design(
      'first pass in user space',
      'what is for the kernel is handed on before the CMD_SYNC behind it is complete',
      always(holds),
      { kind: 'first pass', before: 'the rest' },
    ),
    design(
      'first pass completes CMD_SYNC',
      'user space handles its own commands first, and CMD_SYNC is one of them',
      always(guestStale),
      { kind: 'first pass', before: 'CMD_SYNC' },
    ),
    design(
      'doorbell wakes a thread',
      'the thread says that it sleeps, and looks once more',
      always(holds),
      late,
    ),
    design(
      'doorbell, no barrier before the thread looks',
      'PROD is read before the thread is known to sleep: the doorbell wakes nobody',
      { sc: holds, tso: { kind: 'deadlock' }, armv8: { kind: 'deadlock' } },
      late,
      { hostEdits: [drop('set_current_state', 'smp_mb()')] },
    ),
    design(
      'doorbell, no barrier before it looks for the thread',
      'the same from the other side',
      { sc: holds, tso: { kind: 'deadlock' }, armv8: { kind: 'deadlock' } },
      late,
      { guestEdits: [drop('try_to_wake_up', 'smp_mb()')] },
    ),
    design(
      'doorbell, PROD read without acquire',
      'the slot is read before PROD: the last command is issued again',
      { sc: holds, tso: holds, armv8: guestStale },
      { kind: 'thread', order: 'relaxed' },
    ),
    design(
      'doorbell, slot written behind PROD',
      'the same from the other side',
      { sc: holds, tso: holds, armv8: guestStale },
      late,
      { guestEdits: [drop('guest_queue_write', 'dma_wmb()')] },
    ),
    design(
      'doorbell, CONS before the CMD_SYNC',
      'the thread does not wait until its CMD_SYNC is complete',
      always(guestStale),
      late,
      {
        hostEdits: [
          replace('arm_smmu_cmdq_issue_cmdlist', 'smp_cond_load_relaxed(&smmu0.cmdq[1], !VAL)', []),
        ],
      },
    ),
  ],
};

export default spec;
