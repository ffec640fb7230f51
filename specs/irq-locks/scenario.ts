/** Who takes invs->rwlock: an invalidation in process context on CPU0, one in a hard interrupt (of a driver that unmaps
 *  when its DMA is done), and CPU1, which detaches a device with ATS and waits for readers of the array in
 *  arm_smmu_invs_unref(). */
import { deviceObject } from '../../model/driver/ats.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { arm_smmu_cmdq_issue_cmdlist, cmdqObject } from '../../model/driver/cmdq-owner.ts';
import {
  INV_TYPE_ATS,
  INV_TYPE_S2_VMID,
  type Inv,
  type InvType,
  invsArray,
} from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range } from '../../model/driver/inv-range.ts';
import { arm_smmu_invs_unref } from '../../model/driver/invs-ops.ts';
import { steObject } from '../../model/driver/make-ste.ts';
import type { Version } from '../../model/driver/version.ts';
import type { MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import type { Program } from '../../model/program/instruction.ts';
import { interrupted } from '../../model/program/interrupt.ts';
import {
  irqrestore,
  irqsave,
  locals,
  place,
  READ_ONCE,
  spin_lock,
  spin_unlock,
} from '../../model/program/kernel.ts';
import type { RwLock } from '../../model/program/locks.ts';
import { call, compile, drop, type Edit, edit, replace, type Stmt } from '../../model/program/statement.ts';
import { entry } from '../array-ops/arrays.ts';

export interface Params {
  readonly lock: RwLock;
  /** Whose CPU the interrupt comes to; 'thread': it is handled by a thread (PREEMPT_RT's default). */
  readonly irq: 'reader' | 'writer' | 'thread' | 'none';
  /** Whether the walk and unref()'s loop are left out, and with them the command queue: what remains under the lock is
   *  num_invs, which unref() writes and readers read. */
  readonly short: boolean;
  /** read_lock() in v9, read_lock_irqsave() in v7.1. */
  readonly version: Version;
  readonly writerEdits: readonly Edit[];
  readonly readerEdits: readonly Edit[];
}

const walk = '__arm_smmu_domain_inv_range';
const inRange = 'arm_smmu_domain_inv_range';
const unref = 'arm_smmu_invs_unref';
const { invs } = locals(inRange, 'invs');
const { end } = locals(walk, 'end');
export const ARRAY = 'invs0';
const ASID_LOCK = place('&arm_smmu_asid_lock', 'v');

const variable = (name: string, value: number | string, field = 'v'): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: field, cells: [value] }],
});

/** What a device with ATS has in the array: the tag of the domain's TLB entries, and its ATC. */
const ENTRIES: readonly Inv[] = [entry(INV_TYPE_S2_VMID, 1), entry(INV_TYPE_ATS, 1)];

/** The array, with the words of the lock. */
function array({ lock }: Params): ObjectDecl {
  const decl = invsArray({ name: ARRAY, max: 2, invs: ENTRIES });
  const others = decl.fields.filter(({ name }) => name !== 'rwlock');
  return { ...decl, fields: [...others, ...lock.fields('rwlock')] };
}

const apply = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);

/** With the lock's own primitives, and the command queue with interrupts off as it is in the kernel. `slot`: the
 *  CMD_SYNC's, which the interrupt of a CPU shares with what it interrupts. */
function invalidate(p: Params, slot: number): readonly Stmt[] {
  const at = place(invs, 'rwlock');
  const types: readonly InvType[] = ENTRIES.map(({ type }) => type);
  const range = { iova: 0n, size: 4096n, granule: 4096n, leaf: true };
  const body = arm_smmu_domain_inv_range({
    domain: '&domain',
    range,
    types,
    range_inv: { tg: 12 },
    entries: 1,
    cpu: slot,
    version: p.version,
  });
  return withIrqsOff(
    apply(
      [p.short ? withBody(body, walk, (all) => all.filter(readsEnd)) : body],
      [
        replace(inRange, 'read_lock(&invs->rwlock)', p.lock.read_lock(at)),
        replace(inRange, 'read_unlock(&invs->rwlock)', p.lock.read_unlock(at)),
        ...p.readerEdits,
      ],
    ),
  );
}

/** write_lock_irqsave(); WRITE_ONCE(num_invs); write_unlock_irqrestore(): the last statements of unref(). */
const FENCE = 5;

const readsEnd = (s: Stmt): boolean => s.kind === 'do' && s.text === 'READ_ONCE(invs->num_invs)';

/** A function in which the body of a function, itself or one that it calls, is another. */
function withBody(s: Stmt, fn: string, by: (body: readonly Stmt[]) => readonly Stmt[]): Stmt {
  if (s.kind !== 'call') return s;
  return { ...s, body: s.fn === fn ? by(s.body) : s.body.map((inner) => withBody(inner, fn, by)) };
}

/** arm_smmu_cmdq_issue_cmdlist() between local_irq_save() and local_irq_restore(). */
function withIrqsOff(body: readonly Stmt[]): readonly Stmt[] {
  return body.map((s): Stmt => {
    if (s.kind === 'do') return s;
    if (s.kind === 'if') return { ...s, body: withIrqsOff(s.body), otherwise: withIrqsOff(s.otherwise) };
    if (s.kind === 'call' && s.fn === 'arm_smmu_cmdq_issue_cmdlist') {
      const [save] = irqsave(s.body[0]!);
      const restore = irqrestore(s.body[0]!)[1];
      return { ...s, body: [save!, ...s.body, restore!] };
    }
    return { ...s, body: withIrqsOff(s.body) };
  });
}

/** The end of a detach, under arm_smmu_asid_lock: unref() as the fence for readers of the array. */
function detach(p: Params): readonly Stmt[] {
  const at = place(`&${ARRAY}`, 'rwlock');
  const fence = arm_smmu_invs_unref(`&${ARRAY}`, '&build_invs', 'v7.1');
  return apply(
    [
      call('arm_smmu_attach_commit', [
        spin_lock(ASID_LOCK),
        p.short ? withBody(fence, unref, ([start, ...rest]) => [start!, ...rest.slice(-FENCE)]) : fence,
        spin_unlock(ASID_LOCK),
      ]),
    ],
    [
      replace(unref, `write_lock(&${ARRAY}.rwlock)`, p.lock.write_lock(at)),
      replace(unref, `write_unlock(&${ARRAY}.rwlock)`, p.lock.write_unlock(at)),
      ...p.writerEdits,
    ],
  );
}

const handler = (p: Params, slot: number): Program =>
  compile('irq', [call('handle_irq', invalidate(p, slot))]);

export function readersAndWriter(model: MemoryModel, p: Params): Scenario {
  const cpu0 = compile('CPU0', invalidate(p, 0));
  const cpu1 = compile('CPU1', detach(p));
  const programs = {
    reader: () => [interrupted(cpu0, handler(p, 0)), cpu1],
    writer: () => [interrupted(cpu1, handler(p, 1))],
    thread: () => [cpu0, cpu1, { ...handler(p, 2), name: 'CPU2' }],
    none: () => [cpu0, cpu1],
  };
  return {
    model,
    objects: [
      variable('domain', `&${ARRAY}`, 'invs'),
      array(p),
      invsArray({ name: 'build_invs', max: 2, invs: ENTRIES }),
      variable('arm_smmu_asid_lock', 0),
      smmuObject('smmu0', 3),
      steObject('ste1', [0, 0, 0, 0, 0, 0, 0, 0]),
      deviceObject('dev1', true),
    ],
    programs: programs[p.irq](),
    smmus: [{ name: 'smmu0', streams: [{ sid: 1, ste: 'ste1', device: 'dev1' }], levels: 2 }],
  };
}

/** Under PREEMPT_RT the _irqsave forms of an rwlock leave interrupts on. */
export const irqsStayOn: Partial<Params> = {
  readerEdits: [drop(inRange, 'local_irq_save()'), drop(inRange, 'local_irq_restore()')],
  writerEdits: [drop(unref, 'local_irq_save()'), drop(unref, 'local_irq_restore()')],
};
export const plainWriteLock: Partial<Params> = {
  writerEdits: [drop(unref, 'local_irq_save()'), drop(unref, 'local_irq_restore()')],
};
/** A reader that wants the asid lock while it has the rwlock. */
export const asidLockInside: Partial<Params> = {
  readerEdits: [
    replace(walk, 'READ_ONCE(invs->num_invs)', [
      spin_lock(ASID_LOCK),
      READ_ONCE(end, place(invs, 'num_invs')),
      spin_unlock(ASID_LOCK),
    ]),
  ],
};

/** CPUs that issue commands, the first of them also in an interrupt. */
export function issuers(model: MemoryModel, edits: readonly Edit[], cpus: 1 | 2): Scenario {
  const issue = apply([arm_smmu_cmdq_issue_cmdlist('&cmdq')], edits);
  return {
    model,
    objects: [cmdqObject('cmdq')],
    programs: [
      interrupted(compile('CPU0', issue), compile('irq', [call('handle_irq', issue)])),
      ...(cpus === 2 ? [compile('CPU1', issue)] : []),
    ],
    smmus: [],
  };
}
