/** A batch that overflows, on an SMMU with a command queue for each CPU (bugs.md 24; S7, S14).
 *
 *  One thread is enough, as the queues are what races: two of them, and three commands where a batch holds two. Other
 *  threads would put commands of their own between these, which delays a queue, as the SMMU does here at will; a CMD_SYNC
 *  of theirs might cover ours by chance. CMDQ_BATCH_ENTRIES is 64: 65 commands come to the same. Each queue has four
 *  slots, and is never full. Queues of CPUs complete a CMD_SYNC through CONS.
 *
 *  What the finding depends on: TLBIs for more than 64 entries or pages (no range invalidation), a caller that can be
 *  preempted between two batches (inv_range without ATS entries), and both VCMDQs enabled and taking the command. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import { cmdqObject } from '../../model/driver/cmdq-memory.ts';
import { queueOf } from '../../model/driver/queue.ts';
import { invalidate, listsOf, type Overflow, type VcmdqBatch } from '../../model/driver/vcmdq-batch.ts';
import type { CellName, MemoryModel, Scenario } from '../../model/machine.ts';
import { place, store } from '../../model/program/kernel.ts';
import { call, compile } from '../../model/program/statement.ts';
import { commandQueue } from '../../model/property/cmdq.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';

const SHIFT = 2;
const COMMANDS = ['TLBI(a)', 'TLBI(b)', 'TLBI(c)'];
const PAGE: CellName = { object: 'page', field: 'v', index: 0 };

interface Params {
  readonly overflow: Overflow;
  readonly vcmdqs: readonly string[];
}

export function scenario(model: MemoryModel, { overflow, vcmdqs }: Params): Scenario {
  const batch: VcmdqBatch = {
    queue: queueOf(SHIFT),
    vcmdqs,
    entries: 2,
    overflow,
    how: { by: 'CONS', mayFill: false, mayWait: false, pollsLatest: false },
  };
  const lists = listsOf(batch, COMMANDS).map((l) =>
    [...l.commands, ...(l.sync === null ? [] : [l.sync])].map(String),
  );
  return {
    model,
    objects: [
      ...vcmdqs.map((name) => cmdqObject(name, SHIFT, 0)),
      { name: 'page', life: 'live', cut: 'object', device: true, fields: [{ name: 'v', cells: [0] }] },
    ],
    programs: [
      compile('CPU0', [...invalidate(batch, COMMANDS), call('iommu_unmap', [store(place('&page', 'v'), 1)])]),
    ],
    smmus: [],
    engines: [
      {
        name: 'smmu',
        queues: vcmdqs,
        shift: SHIFT,
        start: 0,
        msi: 'none',
        lists: lists.map((commands) => ({ commands, after: null })),
        reuses: [{ cell: PAGE, commands: lists.flat() }],
        atc: false,
      },
    ],
  };
}

export function vcmdq(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  return systemOf('vcmdq', machine, [commandQueue(machine)], witnesses(machine, params));
}

/** The thread does move: both queues are used in one run, where that may be. */
function witnesses(machine: Machine, { overflow, vcmdqs }: Params): readonly Witness[] {
  const { state } = machine.engines[0]!;
  const moves: Witness = {
    name: 'both queues are used',
    reached: (read) => read(state).queues.every((q) => q.cons > 0),
  };
  return overflow === 'same queue' || vcmdqs.length < 2 ? [] : [moves];
}

const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });
const holds: Expectation = { kind: 'holds' };
const both = ['vcmdq0', 'vcmdq1'];

const variant = (name: string, about: string, expect: Expectation, params: Params): Variant => ({
  name,
  about,
  expect: always(expect),
  build: (model) => vcmdq(model, params),
});

export const spec: Spec = {
  name: 'vcmdq',
  title: 'a batch of commands overflows while its thread moves to a CPU with another queue',
  source: 'arm_smmu_cmdq_batch_add(), tegra241_cmdqv_get_cmdq(), Linux 7.1',
  merged: ['one queue'],
  variants: [
    variant(
      'v7.1',
      'finding: the first commands go to one queue without a CMD_SYNC, the CMD_SYNC that is waited for to another',
      { kind: 'violated', by: 'syncCoversCommands' },
      { overflow: 'v7.1', vcmdqs: both },
    ),
    variant('one queue', 'v7.1 with one queue for all CPUs', holds, { overflow: 'v7.1', vcmdqs: ['cmdq'] }),
    variant('CMD_SYNC on overflow', 'a batch that overflows is waited for', holds, {
      overflow: 'CMD_SYNC',
      vcmdqs: both,
    }),
    variant('same queue', 'the next batch of an invalidation stays with the queue of the first', holds, {
      overflow: 'same queue',
      vcmdqs: both,
    }),
  ],
};

export default spec;
