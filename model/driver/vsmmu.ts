/** What the host makes of a guest's invalidations (arm-smmu-v3-iommufd.c, Linux 7.1; driver.md 12). The guest owns stage 1
 *  of a nested translation: its VMM reads the guest's command queue and hands arrays of commands to the kernel. */
import { match, P } from 'ts-pattern';
import type { Command, ObjectDecl } from '../machine.ts';
import { commandOf, place, smp_store_release, store } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { CMDQ_BATCH_ENTRIES } from './cmdq-batch.ts';

/** `struct arm_vsmmu`: behind which SMMU it is, the VMID of its stage 2, and its virtual SIDs. */
export interface Vsmmu {
  readonly smmu: string;
  readonly vmid: number;
  /** vSID -> SID. */
  readonly sids: ReadonlyMap<number, number>;
}

export const EIO = -5;

/** A command as the guest wrote it becomes one that touches nothing but the guest's own: its VMID is forced, and its
 *  vSID looked up. Ranges are passed through. */
export function arm_vsmmu_convert_user_cmd({ vmid, sids }: Vsmmu, cmd: Command): Command | typeof EIO {
  const { name, operands } = cmd;
  return match(name)
    .returnType<Command | typeof EIO>()
    .with('TLBI_NSNH_ALL', () => ({ name: 'TLBI_NH_ALL', operands: { vmid } }))
    .with(P.union('TLBI_NH_VA', 'TLBI_NH_VAA', 'TLBI_NH_ALL', 'TLBI_NH_ASID'), () => ({
      name,
      operands: { ...operands, vmid },
    }))
    .with(P.union('ATC_INV', 'CFGI_CD', 'CFGI_CD_ALL'), () => {
      const sid = sids.get(Number(operands.sid));
      return sid === undefined ? EIO : { name, operands: { ...operands, sid } };
    })
    .otherwise(() => EIO);
}

/** How the kernel goes about an array. */
export interface CacheInvalidate {
  readonly convert: typeof arm_vsmmu_convert_user_cmd;
  /** CMDQ_BATCH_ENTRIES. A list has one less, to leave room for the CMD_SYNC. */
  readonly entries: number;
  /** What becomes of commands that were converted and not issued when a later one is refused. 7.1: 'dropped'. */
  readonly pending: 'dropped' | 'issued';
}

export const asMerged: CacheInvalidate = {
  convert: arm_vsmmu_convert_user_cmd,
  entries: CMDQ_BATCH_ENTRIES,
  pending: 'dropped',
};

/** What the ioctl comes to, for an array that is known. */
export interface Invalidated {
  /** What is issued, each list with a CMD_SYNC behind it. */
  readonly lists: readonly (readonly Command[])[];
  /** array->entry_num: how many commands user space is told were handled. */
  readonly entry_num: number;
  readonly ret: 0 | typeof EIO;
}

export function invalidated(
  v: Vsmmu,
  array: readonly Command[],
  { convert, entries, pending }: CacheInvalidate = asMerged,
): Invalidated {
  const lists: (readonly Command[])[] = [];
  let last: Command[] = [];
  for (const [cur, user] of array.entries()) {
    const cmd = convert(v, user);
    if (cmd === EIO) {
      if (pending === 'issued' && last.length > 0) lists.push(last);
      return { lists, entry_num: cur, ret: EIO };
    }
    last.push(cmd);
    if (cur + 1 !== array.length && last.length !== entries - 1) continue;
    lists.push(last);
    last = [];
  }
  return { lists, entry_num: array.length, ret: 0 };
}

/** Copies the whole array, then converts and issues it, always on the main queue. */
export function arm_vsmmu_cache_invalidate(
  v: Vsmmu,
  array: readonly Command[],
  cpu: number,
  how: CacheInvalidate = asMerged,
): Stmt {
  const { lists, entry_num, ret } = invalidated(v, array, how);
  const issue = (list: readonly Command[]): Stmt =>
    arm_smmu_cmdq_issue_cmdlist(
      `&${v.smmu}`,
      list.map((c) => commandOf(c.name, c.operands)),
      cpu,
    );
  return call('arm_vsmmu_cache_invalidate', [
    ...lists.map(issue),
    ...(ret === EIO ? [returns(entry_num)] : []),
  ]);
}

/** `struct iommu_hwpt_invalidate`, in which user space finds how many commands were handled. */
export const hwptInvalidateObject: ObjectDecl = {
  name: 'cmd',
  life: 'live',
  cut: 'object',
  // User space is no CPU's here.
  device: true,
  fields: [{ name: 'entry_num', cells: [0] }],
};
const returns = (entry_num: number): Stmt =>
  ({
    ...store(place('&cmd', 'entry_num'), entry_num),
    text: `entry_num = ${entry_num}, return -EIO`,
  }) as Stmt;

/** How a VMM makes arrays of what it finds in the guest's queue. */
export type VmmBatches = 'up to each CMD_SYNC' | 'across CMD_SYNC';

/** A VMM consumes the guest's queue when the guest has written PROD. CMD_SYNC is not for the kernel: it is complete when
 *  what came before it was handled. A command that the kernel refuses raises CERROR_ILL in the guest, whose driver
 *  overwrites it with a CMD_SYNC: the VMM goes on behind it. */
export function vmm_cmdq_consume(
  v: Vsmmu,
  queue: readonly Command[],
  batches: VmmBatches,
  cpu: number,
  how: CacheInvalidate = asMerged,
): Stmt {
  const arrays = batches === 'across CMD_SYNC' ? [queue.filter(isNotSync)] : splitAtSync(queue);
  const handOn = (array: readonly Command[]): readonly Stmt[] => {
    if (array.length === 0) return [];
    const { entry_num, ret } = invalidated(v, array, how);
    const ioctl = arm_vsmmu_cache_invalidate(v, array, cpu, how);
    return ret === 0 ? [ioctl] : [ioctl, ...handOn(array.slice(entry_num + 1))];
  };
  return call('vmm_cmdq_consume', arrays.flatMap(handOn));
}

const isNotSync = ({ name }: Command): boolean => name !== 'CMD_SYNC';

function splitAtSync(queue: readonly Command[]): readonly (readonly Command[])[] {
  const arrays: Command[][] = [[]];
  for (const c of queue) {
    if (isNotSync(c)) arrays.at(-1)!.push(c);
    else arrays.push([]);
  }
  return arrays;
}

/** Which of its pages the guest has given to something else. What it gives back to itself stays the host's, and mapped by
 *  stage 2: only stage 1 must not lead there any more. */
export const GUEST_FREE = 'guest_free';
export const guestFreeObject = (pages: number): ObjectDecl => ({
  name: GUEST_FREE,
  life: 'live',
  cut: 'object',
  // Devices use what they are given next.
  device: true,
  fields: [{ name: 'page', cells: Array.from({ length: pages }, () => 0) }],
});
/** The allocator's lock is released behind it. */
export const guest_free_page = (page: number): Stmt =>
  ({
    ...smp_store_release(place(`&${GUEST_FREE}`, 'page', page), 1),
    text: `__free_page(page${page}) in the guest`,
  }) as Stmt;
