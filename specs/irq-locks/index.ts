/** An invalidation in a hard interrupt, against the locks that it takes (L2; bugs.md 9, question 3 of the review; IRQ
 *  rules of driver.md 14): invs->rwlock, arm_smmu_asid_lock, and the owner of the command queue.
 *
 *  What is done under the lock is left out (`short`) but in the variants `with walk and queue`, which find the same.
 *  Three contexts are enough for each deadlock: who holds, who waits in between, who interrupts. One device in the array and
 *  one interrupt: more of them make the sections longer, and a second interrupt would wait where the first one does.
 *  Locks say the same under every memory model; sc is run besides where the question is one of interleaving alone. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { Invariant, Read, System, Witness } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { interruptedAt } from '../../model/program/interrupt.ts';
import {
  _QR_BIAS,
  _QW_WAITING,
  fairRwlock,
  qrwlock,
  type RwLock,
  rawSpinlock,
  rtRwlock,
  SLEEPS,
} from '../../model/program/locks.ts';
import { drop, type Edit } from '../../model/program/statement.ts';
import { memorySafety } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import {
  ARRAY,
  asidLockInside,
  irqsStayOn,
  issuers,
  type Params,
  plainWriteLock,
  readersAndWriter,
} from './scenario.ts';

/** L2: nothing sleeps where it must not. */
function noSleepInAtomic(machine: Machine): readonly Invariant[] {
  return machine.cpus.map((cpu) => ({
    name: 'noSleepInAtomic',
    broken: (read) => {
      const { fault } = read(cpu.thread);
      if (fault?.why !== SLEEPS) return null;
      return `${fault.why}, in an interrupt on ${cpu.name}, in ${cpu.program.code[fault.pc]!.at.fn}()`;
    },
  }));
}

/** An interrupted program in its handler, having interrupted this function. */
function interrupts(machine: Machine, cpu: number, fn: string): Witness {
  const { thread, program } = machine.cpus[cpu]!;
  return {
    name: `${program.name} is interrupted in ${fn}()`,
    reached: (read) => {
      const from = interruptedAt(program, read(thread).pc);
      return from !== null && program.code[from]?.at.fn === fn;
    },
  };
}

function lockWord(machine: Machine, name: string): (read: Read) => number {
  const [loc] = machine.layout.cellsOf(ARRAY, `rwlock.${name}`);
  const { group, slot } = machine.layout.cells[loc!]!;
  return (read) => Number(read(group).values[slot]);
}

/** A writer waits for a reader: what lets a reader that comes now wait, too. */
function writerWaits(machine: Machine, { lock }: Params): readonly Witness[] {
  if (lock.name !== qrwlock().name && lock.name !== fairRwlock.name) return [];
  const cnts = lockWord(machine, 'cnts');
  const reached = (read: Read): boolean => cnts(read) >= _QR_BIAS && (cnts(read) & _QW_WAITING) !== 0;
  return [{ name: 'a writer waits while there is a reader', reached }];
}

const v71: Params = {
  lock: qrwlock(),
  irq: 'reader',
  version: 'v7.1',
  short: true,
  writerEdits: [],
  readerEdits: [],
};

function locking(model: string, p: Params): System {
  const machine = buildMachine(readersAndWriter(model as MemoryModel, p));
  const witnesses = {
    reader: () => [...writerWaits(machine, p), interrupts(machine, 0, '__arm_smmu_domain_inv_range')],
    writer: () => [interrupts(machine, 0, 'arm_smmu_attach_commit')],
    thread: () => [],
    none: () => writerWaits(machine, p),
  };
  return systemOf(
    'irq-locks',
    machine,
    [noSleepInAtomic(machine), memorySafety(machine)],
    p.version === 'v9' || p.irq !== 'reader' ? witnesses[p.irq]() : writerWaits(machine, p),
  );
}

function owning(model: string, edits: readonly Edit[], cpus: 1 | 2): System {
  const machine = buildMachine(issuers(model as MemoryModel, edits, cpus));
  const prod: Witness = {
    name: 'every list is published',
    reached: (read) => {
      const { group, slot } = machine.layout.cells[machine.layout.cellsOf('cmdq', 'PROD')[0]!]!;
      return read(group).values[slot] === 2 * (cpus + 1);
    },
  };
  return systemOf('irq-locks', machine, [memorySafety(machine)], [prod]);
}

const holds: Expectation = { kind: 'holds' };
const deadlock: Expectation = { kind: 'deadlock' };
const sleeps: Expectation = { kind: 'violated', by: 'noSleepInAtomic' };
const both = (e: Expectation): Variant['expect'] => ({ sc: e, armv8: e });

const variant = (name: string, about: string, e: Expectation, change: Partial<Params>): Variant => ({
  name,
  about,
  expect: both(e),
  build: (model) => locking(model, { ...v71, ...change }),
});

/** Under sc only: there are more than a million states under armv8, and locks are none the wiser for them. */
const whole = (name: string, about: string, e: Expectation, change: Partial<Params>): Variant => ({
  ...variant(name, about, e, { ...change, short: false }),
  expect: { sc: e },
});

const v9 = (lock: RwLock): Partial<Params> => ({ version: 'v9', lock });

export const spec: Spec = {
  name: 'irq-locks',
  title: 'invalidations in hard interrupts, and the locks that they take',
  source:
    'arm_smmu_domain_inv_range() against arm_smmu_invs_unref(), v9 (19 Dec 2025) and Linux 7.1; ' +
    'kernel/locking/qrwlock.c; arm_smmu_cmdq_issue_cmdlist()',
  merged: ['v7.1', 'interrupt on the attaching CPU', 'queue owner'],
  variants: [
    variant('v7.1', 'read_lock_irqsave(), queued rwlock', holds, {}),
    variant(
      'v9',
      'read_lock(), queued rwlock: a reader in an interrupt goes past the queue',
      holds,
      v9(qrwlock()),
    ),
    variant(
      'v9, no way past the queue',
      'as v9, without the test of in_interrupt() in queued_read_lock_slowpath()',
      deadlock,
      v9(qrwlock(false)),
    ),
    variant(
      'v9, fair rwlock',
      'read_lock() of a fair lock: the reader in the interrupt waits for the writer, which waits for the reader that it interrupts (bugs.md 9)',
      deadlock,
      v9(fairRwlock),
    ),
    variant('v7.1, fair rwlock', 'read_lock_irqsave() of a fair lock', holds, { lock: fairRwlock }),
    variant(
      'v9, raw spinlock',
      'a raw_spinlock_t that is taken with interrupts on',
      deadlock,
      v9(rawSpinlock),
    ),
    variant('v7.1, raw spinlock', 'a raw_spinlock_t that is taken with interrupts off', holds, {
      lock: rawSpinlock,
    }),
    variant(
      'PREEMPT_RT, hard interrupt',
      'rwlock_t sleeps there, and its _irqsave forms leave interrupts on',
      sleeps,
      { lock: rtRwlock, ...irqsStayOn },
    ),
    variant('PREEMPT_RT, threaded interrupt', 'the handler is a thread and may sleep', holds, {
      lock: rtRwlock,
      irq: 'thread',
      ...irqsStayOn,
    }),
    variant('interrupt on the attaching CPU', 'write_lock_irqsave() in unref()', holds, { irq: 'writer' }),
    variant(
      'interrupt on the attaching CPU, write_lock',
      'write_lock() in unref(): the reader in the interrupt waits for the writer that it interrupts',
      deadlock,
      { irq: 'writer', ...plainWriteLock },
    ),
    variant('lock order', 'the asid lock outside the rwlock, as it is', holds, { irq: 'none' }),
    variant('lock order, turned round', 'a reader that takes the asid lock inside the rwlock', deadlock, {
      irq: 'none',
      ...asidLockInside,
    }),
    whole('v7.1, with walk and queue', 'v7.1, and all that is done under the lock', holds, {}),
    whole('v9, with walk and queue', 'v9, and all that is done under the lock', holds, v9(qrwlock())),
    whole(
      'v9, fair rwlock, with walk and queue',
      'as the short one, and all that is done under the lock',
      deadlock,
      v9(fairRwlock),
    ),
    whole('interrupt on the attaching CPU, with walk and queue', 'and all of unref()', holds, {
      irq: 'writer',
    }),
    {
      name: 'queue owner',
      about: 'arm_smmu_cmdq_issue_cmdlist() with interrupts off',
      expect: both(holds),
      build: (model) => owning(model, [], 2),
    },
    {
      name: 'queue owner, interrupts on',
      about: 'without local_irq_save(): the interrupt waits for the owner that it interrupts',
      expect: both(deadlock),
      build: (model) =>
        owning(
          model,
          [
            drop('arm_smmu_cmdq_issue_cmdlist', 'local_irq_save()'),
            drop('arm_smmu_cmdq_issue_cmdlist', 'local_irq_restore()'),
          ],
          1,
        ),
    },
  ],
};

export default spec;
