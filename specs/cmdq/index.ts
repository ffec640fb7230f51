/** The command queue (S14): CPUs insert lists without a lock, hardware takes them slot by slot.
 *
 *  Two CPUs with a command and a CMD_SYNC each in a queue of four slots are enough for each role of the insertion: an
 *  owner that gathers, one that is gathered, and an owner that waits for the one before it. Three CPUs would add a
 *  second that is gathered, whose slots are treated as those of the first. What needs a full queue is shown with two
 *  slots and three CMD_SYNCs: more slots and as many more commands come to the same, later.
 *
 *  Other specs know the insertion as one store to PROD behind a dma_wmb() (driver/cmdq.ts). What they take for granted
 *  is what the invariants here say of it: lists arrive whole (slotsPublishedWhole, listsContiguous), in one order
 *  (prodNeverMovesBack), none is lost (noSlotOverwritten), whatever a CPU stored before it issued a list is in memory
 *  when its commands are consumed (storesBeforeCommands), and what it stores after waiting comes after the completion
 *  of all that it issued (syncCoversCommands). */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { owner, SET_OWNER_PROD } from '../../model/driver/cmdq-issue.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { commandQueue } from '../../model/property/cmdq.ts';
import { alike, type Symmetry } from '../../model/symmetry/alike.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import {
  interruptsOn,
  noBarrier,
  noLock,
  noOwnerWait,
  noValidMapWait,
  orderedTryunlock,
  plainOwnerProd,
  relaxedReadl,
  retryLock,
} from './edits.ts';
import { type ListShape, type Params, scenario } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const broken = (by: string): Expectation => ({ kind: 'violated', by });
const timesOut: Expectation = { kind: 'deadlock' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });
const onArmv8 = (e: Expectation): Expected => ({ sc: holds, tso: holds, armv8: e });

const both: ListShape = { commands: 1, sync: true };
const syncOnly: ListShape = { commands: 0, sync: true };
const command: ListShape = { commands: 1, sync: false };

export const small: Params = {
  shift: 2,
  start: 0,
  by: 'MSI',
  msis: 'any order',
  mayFill: [],
  mayWait: [],
  pollsLatest: false,
  cpus: [[both], [both]],
  interrupt: null,
  stores: true,
  edits: [],
};
/** A queue of two slots for three commands or CMD_SYNCs. */
const full: Params = {
  ...small,
  shift: 1,
  stores: false,
  mayFill: [0, 1],
  mayWait: [0, 1],
  cpus: [[syncOnly], [command, syncOnly]],
};
/** CPU1 finds it full behind a CMD_SYNC of its own: the slots of both CPUs have been used once. */
const around: Params = { ...full, mayFill: [1], mayWait: [], cpus: [[syncOnly], [syncOnly, command]] };

/** CPU1 waits there for a second CMD_SYNC, so that CONS can wrap past CPU0's. */
const aroundTwice: Params = { ...around, by: 'CONS', cpus: [[syncOnly], [syncOnly, syncOnly]] };

/** `only`: the one invariant that is looked at. `likeCpus`: whether the CPUs are declared to be alike; it does not pay
 *  for two. */
export function cmdq(model: string, params: Params, only?: string, likeCpus?: boolean): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  const claims = commandQueue(machine).filter(({ name }) => only === undefined || name === only);
  const isDeclared = likeCpus ?? (params.cpus.length > 2 && isUniform(params));
  const claimed = isDeclared ? { symmetries: [issuers(machine, params)] } : {};
  return systemOf('cmdq', machine, [claims], witnesses(machine, params), claimed);
}

/** Whether all CPUs run one program. */
function isUniform({ cpus, interrupt, mayFill, mayWait }: Params): boolean {
  const isAllOrNone = ({ length }: readonly number[]): boolean => length === 0 || length === cpus.length;
  const shapes = new Set(cpus.map((lists) => JSON.stringify(lists)));
  return shapes.size === 1 && interrupt === null && isAllOrNone(mayFill) && isAllOrNone(mayWait);
}

/** CPUs that issue lists of the same shape are alike: whose a command is says its name. */
function issuers(machine: Machine, { cpus }: Params): Symmetry {
  return alike(
    machine,
    'CPUs',
    cpus.map((_, cpu) => `CPU${cpu}`),
    (cpu) => ({
      programs: [`CPU${cpu}`],
      objects: machine.scenario.objects.flatMap(({ name }) =>
        name.startsWith(`ste_CPU${cpu}_`) || name.startsWith(`page_CPU${cpu}_`) ? [name] : [],
      ),
    }),
  );
}

/** Every role is played: each CPU is an owner in some run and, if there are several, is gathered in some. */
function witnesses(machine: Machine, { cpus }: Params): readonly Witness[] {
  if (cpus.length === 1) return [];
  return machine.cpus.flatMap((cpu) =>
    [0, 1].map(
      (role): Witness => ({
        name: `${cpu.name} ${role === 1 ? 'owns the queue' : 'is gathered'}`,
        reached: (read) => {
          const value = read(cpu.thread).regs[owner.name]?.value;
          return value?.kind === 'const' && value.value === role;
        },
      }),
    ),
  );
}

/** What each variant is of. */
const cases = new Map<string, { readonly params: Params; readonly only: string | undefined }>();

const variant = (
  name: string,
  about: string,
  expect: Variant['expect'],
  params: Params,
  only?: string,
): Variant => {
  cases.set(name, { params, only });
  return { name, about, expect, build: (model) => cmdq(model, params, only) };
};

/** A variant whose CPUs are declared to be alike. */
export function withLikeCpus(name: string, model: string): System {
  const { params, only } = cases.get(name)!;
  return cmdq(model, params, only, true);
}

export const spec: Spec = {
  name: 'cmdq',
  title: 'CPUs insert lists of commands into a queue without a lock while the SMMU consumes it',
  source: 'arm_smmu_cmdq_issue_cmdlist(), Linux 7.1',
  merged: ['v7.1, MSI', 'v7.1, CONS'],
  variants: [
    variant('v7.1, MSI', 'two lists, each waited for by its MSI', always(holds), small),
    variant('v7.1, CONS', 'two lists, each waited for by polling CONS', always(holds), {
      ...small,
      by: 'CONS',
    }),
    variant('wrap', 'the queue wraps in the middle of the lists', always(holds), { ...small, start: 7 }),
    variant(
      'without CMD_SYNC',
      'CPU0 issues a command and later a CMD_SYNC, as a batch that overflows does',
      always(holds),
      { ...small, cpus: [[command, syncOnly], [syncOnly]], stores: false },
    ),
    variant('interrupt', 'a handler on CPU0 issues a list of its own at some time', always(holds), {
      ...small,
      cpus: [[syncOnly]],
      interrupt: syncOnly,
      shift: 1,
      stores: false,
    }),
    variant(
      'interrupts stay on',
      'without local_irq_save(): the handler waits for an owner that it interrupted',
      always(timesOut),
      { ...small, cpus: [[syncOnly]], interrupt: syncOnly, shift: 1, stores: false, edits: interruptsOn },
    ),
    variant(
      'no dma_wmb',
      'no dma_wmb() between writing the slots and marking them as valid',
      onArmv8(broken('slotsPublishedWhole')),
      { ...small, stores: false, edits: noBarrier },
    ),
    variant(
      'no dma_wmb, stores before the list',
      'as before, and looking only at what the CPUs stored before: a command overtakes it',
      onArmv8(broken('storesBeforeCommands')),
      { ...small, cpus: [[syncOnly], [syncOnly]], edits: noBarrier },
      'storesBeforeCommands',
    ),
    variant(
      'owner does not wait for valid_map',
      'the owner publishes what it gathered without waiting for it to be written',
      always(broken('slotsPublishedWhole')),
      { ...small, edits: noValidMapWait },
    ),
    variant(
      'owner does not wait for owner_prod',
      'an owner moves PROD while the one before it has not done so yet',
      always(broken('prodNeverMovesBack')),
      { ...small, edits: noOwnerWait },
    ),
    variant(
      'plain store to owner_prod',
      `atomic_set() instead of ${SET_OWNER_PROD.slice(0, 20)}: the next owner's PROD may come first`,
      onArmv8(broken('prodNeverMovesBack')),
      { ...small, edits: plainOwnerProd },
    ),
    variant('full queue, MSI', 'three slots are asked for where there are two', always(holds), full),
    variant('full queue, CONS', 'as before, polling CONS', always(holds), { ...full, by: 'CONS' }),
    variant(
      'full queue, no shared lock',
      'waiters do not count themselves: their slots are reused while they still poll them',
      always(timesOut),
      { ...around, msis: 'in order', pollsLatest: true, edits: noLock },
    ),
    variant(
      'nobody moves cons',
      'finding: two waiters that leave at once both take the other for the last one out, nobody moves llq.cons, ' +
        'and who waits for space stalls until its poll times out',
      always(timesOut),
      { ...around, by: 'CONS' },
    ),
    variant(
      'nobody moves cons, lock tried again',
      'who waits for space tries to take the lock again instead, as it does after the time-out',
      always(holds),
      { ...aroundTwice, edits: retryLock },
    ),
    variant(
      'readl_relaxed',
      'as before, CONS polled by readl_relaxed(): a stale lock count lets the queue wrap past a waiter',
      onArmv8(timesOut),
      { ...aroundTwice, edits: [...retryLock, ...relaxedReadl] },
    ),
    variant(
      'MSI polled relaxed',
      'finding: smp_cond_load_relaxed() does not order atomic_read(&cmdq->lock) as the readl() of CONS does: a stale ' +
        'lock count lets a command overwrite a CMD_SYNC whose waiter has not seen the MSI, and then waits for ever',
      onArmv8(timesOut),
      { ...around, msis: 'in order', pollsLatest: true, edits: retryLock },
    ),
    variant(
      'MSI polled relaxed, smp_rmb',
      'smp_rmb() between the poll of the MSI and atomic_read(&cmdq->lock), MSIs in any order',
      always(holds),
      { ...around, pollsLatest: true, edits: [...retryLock, ...orderedTryunlock] },
    ),
  ],
};

export default spec;
