/** The guest's command queue in memory that it shares with the host, for designs in which whoever consumes it is not
 *  called by the guest: discussed for nested translation, none of them merged. One slot;
 *  a command is two words: opcode with ASID or vSID above it, and the page. */
import type { Command, ObjectDecl } from '../machine.ts';
import { binary, constant, type Expr, not } from '../program/expression.ts';
import type { CommandTemplate } from '../program/instruction.ts';
import {
  assign,
  commandOf,
  dma_wmb,
  type Local,
  locals,
  place,
  READ_ONCE,
  smp_cond_load_relaxed,
  smp_load_acquire,
  smp_mb,
  smp_store_release,
  store,
  WRITE_ONCE,
} from '../program/kernel.ts';
import { call, type Stmt, when, whilst } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { CMDQ_OP } from './inv-entries.ts';
import type { Vsmmu } from './vsmmu.ts';

/** Opcodes that a guest may try (IHI 0070 4.1.3). */
const OP = { ...CMDQ_OP, TLBI_NSNH_ALL: 0x30, TLBI_EL2_ALL: 0x20 } as const;
const SHIFT = 8;

const QUEUE = 'vcmdq';
const cell = (field: string) => place(`&${QUEUE}`, field);

/** The queue, with what its slot held the last time, and the state of the thread that consumes it. */
export const vcmdqObject = (was: readonly [number, number]): ObjectDecl => ({
  name: QUEUE,
  life: 'live',
  cut: 'cell',
  device: false,
  fields: [
    { name: 'cmd0', cells: [was[0]] },
    { name: 'cmd1', cells: [was[1]] },
    { name: 'prod', cells: [0] },
    { name: 'cons', cells: [0] },
    { name: 'sleeps', cells: [0] },
  ],
});

/** A command's two words. */
export function encoded({ name, operands }: Command): readonly [number, number] {
  const op = OP[name as keyof typeof OP];
  return [op + (Number(operands.asid ?? operands.sid ?? 0) << SHIFT), Number(operands.page ?? 0)];
}

/** The guest queues a command. `doorbell`: what the write to PROD does besides. */
export function guest_queue_write(c: Command, doorbell: readonly Stmt[] = []): Stmt {
  const [cmd0, cmd1] = encoded(c);
  return call('guest_queue_write', [
    store(cell('cmd1'), cmd1),
    store(cell('cmd0'), cmd0),
    dma_wmb(),
    { ...store(cell('prod'), 1), text: 'writel_relaxed(1, PROD)' } as Stmt,
    ...doorbell,
  ]);
}

/** The guest changes the slot though the command is not consumed yet: no driver does, an attacker would. */
export const guest_overwrites = (c: Command): Stmt =>
  call('guest_overwrites', [WRITE_ONCE(cell('cmd0'), encoded(c)[0], c.name)]);

/** The guest waits until its command is consumed. */
export function guest_queue_poll(): Stmt {
  const { cons } = locals('guest_queue_poll', 'cons');
  return call('guest_queue_poll', [smp_cond_load_relaxed(cons, cell('cons'), cons)]);
}

const l = locals('vcmdq_consume', 'cmd0', 'cmd1', 'op');
const opOf = (word: Expr): Expr => binary('and', word, constant((1 << SHIFT) - 1));
const idOf = (word: Expr): Expr => binary('shr', word, constant(SHIFT));
const is = (op: number): Expr => binary('eq', l.op, constant(op));

/** Reads the command and issues it, with a CMD_SYNC, if the guest may have it. `fetch`: what is checked and what is
 *  issued come from one read of the first word, or from one each. */
export function vcmdq_consume(v: Vsmmu, cpu: number, fetch: 'once' | 'twice'): Stmt {
  const allowed = ['TLBI_NH_ASID', 'TLBI_NH_VA', 'TLBI_NH_ALL', 'TLBI_NSNH_ALL'] as const;
  const may = allowed.map((name) => is(OP[name])).reduce((a, b) => binary('or', a, b));
  return call('vcmdq_consume', [
    READ_ONCE(l.cmd0, cell('cmd0')),
    assign(l.op, opOf(l.cmd0)),
    READ_ONCE(l.cmd1, cell('cmd1')),
    when(may, [
      ...(fetch === 'twice' ? [READ_ONCE(l.cmd0, cell('cmd0')), assign(l.op, opOf(l.cmd0))] : []),
      arm_smmu_cmdq_issue_cmdlist(`&${v.smmu}`, convert(v), cpu),
    ]),
  ]);
}

/** The VMID is forced; whatever else the opcode is by now goes to the SMMU. */
function convert({ vmid }: Vsmmu): readonly CommandTemplate[] {
  const asid = idOf(l.cmd0);
  const one = (
    name: keyof typeof OP,
    operands: Parameters<typeof commandOf>[1],
    as: keyof typeof OP = name,
  ): CommandTemplate => ({ ...commandOf(as, operands), when: is(OP[name]) });
  return [
    one('TLBI_NH_ASID', { asid, vmid }),
    one('TLBI_NH_VA', { asid, vmid, page: l.cmd1, pages: 1, leaf: 1 }),
    one('TLBI_NH_ALL', { vmid }),
    one('TLBI_NSNH_ALL', { vmid }, 'TLBI_NH_ALL'),
    one('TLBI_EL2_ALL', {}),
  ];
}

/** The command is consumed: the guest may go on. */
const vcmdq_advance = (): Stmt =>
  call('vcmdq_advance', [{ ...store(cell('cons'), 1), text: 'WRITE_ONCE(vcmdq.cons, 1)' } as Stmt]);

/** A thread of the host polls PROD, and consumes. */
export function vcmdq_poll(v: Vsmmu, cpu: number, fetch: 'once' | 'twice'): readonly Stmt[] {
  const { prod } = locals('vcmdq_poll', 'prod');
  return [
    call('vcmdq_poll', [
      {
        kind: 'do',
        operation: { op: 'await', dst: prod.name, addr: cell('prod'), until: prod, order: 'acquire' },
        text: 'smp_cond_load_acquire(&vcmdq.prod, VAL)',
      },
      vcmdq_consume(v, cpu, fetch),
      vcmdq_advance(),
    ]),
  ];
}

/** A thread of the host that a doorbell wakes. `order`: how PROD is read. */
export function vcmdq_thread(v: Vsmmu, cpu: number, order: 'acquire' | 'relaxed'): readonly Stmt[] {
  const fn = 'vcmdq_thread';
  const { prod } = locals(fn, 'prod');
  const { sleeps } = locals('schedule', 'sleeps');
  const read = (order === 'acquire' ? smp_load_acquire : READ_ONCE)(prod, cell('prod'));
  return [
    call(fn, [
      assign(prod, 0),
      whilst(not(prod), [
        call('set_current_state', [WRITE_ONCE(cell('sleeps'), 1), smp_mb()]),
        read,
        when(not(prod), [call('schedule', [smp_cond_load_relaxed(sleeps, cell('sleeps'), not(sleeps))])]),
      ]),
      vcmdq_consume(v, cpu, 'once'),
      vcmdq_advance(),
    ]),
  ];
}

/** The guest's write to PROD traps: whoever sleeps is woken (try_to_wake_up()). */
export function doorbell(): readonly Stmt[] {
  const { sleeps } = locals('try_to_wake_up', 'sleeps') as { sleeps: Local };
  return [
    call('try_to_wake_up', [
      smp_mb(),
      READ_ONCE(sleeps, cell('sleeps')),
      when(sleeps, [smp_store_release(cell('sleeps'), 0)]),
    ]),
  ];
}

/** User space takes the first pass: it completes the guest's CMD_SYNCs, and hands the rest to the kernel. `before`: which
 *  comes first. */
export function vmm_first_pass(v: Vsmmu, cpu: number, before: 'the rest' | 'CMD_SYNC'): readonly Stmt[] {
  const { prod } = locals('vmm_first_pass', 'prod');
  const rest = call('arm_vsmmu_cache_invalidate', [vcmdq_consume(v, cpu, 'once')]);
  return [
    call('vmm_first_pass', [
      {
        kind: 'do',
        operation: { op: 'await', dst: prod.name, addr: cell('prod'), until: prod, order: 'acquire' },
        text: 'smp_cond_load_acquire(&vcmdq.prod, VAL)',
      },
      ...(before === 'the rest' ? [rest, vcmdq_advance()] : [vcmdq_advance(), rest]),
    ]),
  ];
}
