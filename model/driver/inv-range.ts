/** arm_smmu_domain_inv_range(): whoever changed descriptors of a domain invalidates them wherever the domain is in
 *  use, by the array (arm-smmu-v3.c, v9 and Linux 7.1; driver.md 6). */
import { binary, constant, type Expr, not } from '../program/expression.ts';
import {
  assign,
  irqrestore,
  irqsave,
  type Local,
  load,
  locals,
  type Operand,
  place,
  READ_ONCE,
  rcu_dereference,
  rcu_read_lock,
  rcu_read_unlock,
  read_lock,
  read_unlock,
  smp_mb,
  WARN_ON,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when, whilst } from '../program/statement.ts';
import {
  arm_smmu_cmdq_batch_add,
  arm_smmu_cmdq_batch_init,
  arm_smmu_cmdq_batch_submit,
  type Batch,
  batchNum,
  emptyBatch,
} from './cmdq-batch.ts';
import { type Add, commandsOf } from './inv-commands.ts';
import {
  arm_smmu_inv_is_ats,
  INV_TYPE_ATS,
  INV_TYPE_S2_VMID_S1_CLEAR,
  type InvType,
  inv,
  isAts,
} from './inv-entries.ts';
import { increment, plus } from './inv-iterators.ts';
import { arm_smmu_inv_size_too_big, type Range, type RangeInv, type RangeVersion } from './tlbi-range.ts';
import type { Version } from './version.ts';

/** An invalidation, and where it runs. */
export interface Invalidation {
  readonly domain: Operand;
  readonly range: Range;
  /** Types of entries that its array may hold. */
  readonly types: readonly InvType[];
  readonly range_inv: RangeInv;
  /** CMDQ_BATCH_ENTRIES. */
  readonly entries: number;
  readonly cpu: number;
  readonly version: Version;
  readonly rangeVersion?: RangeVersion;
}

/** Readers of an array without ATS need no lock: RCU keeps it, and a TLBI too many does no harm. An ATC_INV to a
 *  device that is gone does; so where there is ATS, unref() can wait for the readers of the array. */
export function arm_smmu_domain_inv_range(a: Invalidation): Stmt {
  const fn = 'arm_smmu_domain_inv_range';
  const { invs, has_ats } = locals(fn, 'invs', 'has_ats');
  const lock = read_lock(place(invs, 'rwlock'));
  const unlock = read_unlock(place(invs, 'rwlock'));
  const isOptional = !a.types.some(isAts);
  const under = (s: readonly Stmt[]): Stmt => when(has_ats, isOptional ? [optional(s)] : s);
  return call(fn, [
    smp_mb(),
    rcu_read_lock(),
    rcu_dereference(invs, place(a.domain, 'invs')),
    load(has_ats, place(invs, 'has_ats')),
    under(a.version === 'v9' ? [lock] : irqsave(lock)),
    __arm_smmu_domain_inv_range(a, invs),
    under(a.version === 'v9' ? [unlock] : irqrestore(unlock)),
    rcu_read_unlock(),
  ]);
}

type Cmd = Readonly<Record<'opcode' | 'id' | 'ssid', Expr>>;
const NAMES = [
  'cur',
  'end',
  'next',
  'users',
  'smmu',
  'type',
  'opcode',
  'id',
  'ssid',
  'page',
  'again',
] as const;
const l = locals('__arm_smmu_domain_inv_range', ...NAMES);

function __arm_smmu_domain_inv_range(a: Invalidation, invs: Local): Stmt {
  const adds = commandsOf(a);
  const batch: Batch = {
    kinds: Object.values(adds).flatMap((x) => x.flatMap((add) => add.kinds)),
    entries: a.entries,
    cpu: a.cpu,
  };
  const isLast = binary('eq', l.next, l.end);
  const submit = arm_smmu_cmdq_batch_submit(batch);
  return call('__arm_smmu_domain_inv_range', [
    ...emptyBatch(batch),
    READ_ONCE(l.end, place(invs, 'num_invs')),
    assign(l.cur, 0),
    ...skipTrash(invs, l.cur),
    whilst(binary('lt', l.cur, l.end), [
      load(l.smmu, inv(invs, l.cur, 'smmu')),
      when(not(batchNum), [arm_smmu_cmdq_batch_init(l.smmu)]),
      load(l.type, inv(invs, l.cur, 'type')),
      assign(l.again, 0),
      byType(a, (type) => entryCommands(a, invs, batch, type, adds[type])),
      when(not(l.again), [
        assign(l.next, plus(l.cur, 1)),
        ...skipTrash(invs, l.next),
        when(batchNum, [when(isLast, [submit], [arm_smmu_invs_end_batch(invs, submit)])]),
        assign(l.cur, l.next),
      ]),
    ]),
  ]);
}

/** for (; at != end; at++) if (READ_ONCE(at->users)) break; */
const skipTrash = (invs: Local, at: Local): readonly Stmt[] => [
  assign(l.users, 0),
  whilst(binary('and', binary('lt', at, l.end), not(l.users)), [
    READ_ONCE(l.users, inv(invs, at, 'users')),
    when(not(l.users), [increment(at)]),
  ]),
];

/** switch (cur->type), with a case for each type that there may be. */
function byType({ types }: Invalidation, body: (type: InvType) => readonly Stmt[]): Stmt {
  const [first, ...rest] = types.map((type) => [binary('eq', l.type, constant(type)), body(type)] as const);
  const otherwise = rest.reduceRight<readonly Stmt[]>(
    (other, [is, then]) => [when(is, then, other)],
    [WARN_ON(constant(1), 'unknown type of invalidation')],
  );
  return when(first![0], first![1], otherwise);
}

/** One case: the entry's commands go into the batch. */
function entryCommands(
  a: Invalidation,
  invs: Local,
  batch: Batch,
  type: InvType,
  adds: readonly Add[],
): readonly Stmt[] {
  const tooBig = arm_smmu_inv_size_too_big(a.range_inv, a.range);
  if (type === INV_TYPE_S2_VMID_S1_CLEAR && tooBig) {
    // TLBI_S12_VMALL has cleared stage 1 too. v9 goes on with the same entry, forever (bugs.md 1).
    return [assign(l.again, Number(a.version === 'v9'))];
  }
  const isTlbi = type < INV_TYPE_S2_VMID_S1_CLEAR;
  const cmd = { opcode: l.opcode, id: l.id, ssid: type === INV_TYPE_ATS ? l.ssid : constant(0) };
  const add = adds.flatMap((one) => addCommands(batch, one, cmd));
  return [
    load(l.id, inv(invs, l.cur, 'id')),
    load(l.opcode, inv(invs, l.cur, isTlbi && tooBig ? 'nsize_opcode' : 'size_opcode')),
    ...(type === INV_TYPE_ATS ? [load(l.ssid, inv(invs, l.cur, 'ssid'))] : []),
    ...(isTlbi ? [call('arm_smmu_inv_to_cmdq_batch', add)] : add),
  ];
}

function addCommands(batch: Batch, { kinds, page, loop }: Add, cmd: Cmd): readonly Stmt[] {
  if (loop === null) return [arm_smmu_cmdq_batch_add(batch, kinds, { ...cmd, page: constant(page) })];
  return [
    assign(l.page, page),
    whilst(binary('lt', l.page, constant(loop.end)), [
      arm_smmu_cmdq_batch_add(batch, kinds, { ...cmd, page: l.page }),
      assign(l.page, plus(l.page, loop.step)),
    ]),
  ];
}

/** Submits where the next entry is another SMMU's, or must not be issued before the CMD_SYNC of this one: stage 1
 *  is cleared after stage 2, and ATCs after the TLBs that they are filled from. */
function arm_smmu_invs_end_batch(invs: Local, submit: Stmt): Stmt {
  const fn = 'arm_smmu_invs_end_batch';
  const { next_smmu: smmu, next_type: type } = locals(fn, 'next_smmu', 'next_type');
  const is = (t: Expr, n: InvType): Expr => binary('eq', t, constant(n));
  const and = (x: Expr, y: Expr): Expr => binary('and', x, y);
  const or = (x: Expr, y: Expr): Expr => binary('or', x, y);
  const clears = and(not(is(l.type, INV_TYPE_S2_VMID_S1_CLEAR)), is(type, INV_TYPE_S2_VMID_S1_CLEAR));
  const toAts = and(not(arm_smmu_inv_is_ats(l.type)), arm_smmu_inv_is_ats(type));
  return call(fn, [
    load(smmu, inv(invs, l.next, 'smmu')),
    load(type, inv(invs, l.next, 'type')),
    when(or(binary('ne', smmu, l.smmu), or(clears, toAts)), [submit]),
  ]);
}
