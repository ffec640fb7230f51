/** Batches of commands on an SMMU that has a queue for each CPU (arm_smmu_cmdq_batch_*(), arm-smmu-v3.c, and
 *  tegra241_cmdqv_get_cmdq(), Linux 7.1; bugs.md 24). The queue is picked when a batch is begun, by the CPU that runs
 *  then; between two batches the thread may have moved to another. */
import type { Value } from '../program/expression.ts';
import { choose, locals } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist, type CommandBatch, type Issuing } from './cmdq-issue.ts';
import type { Queue } from './queue.ts';

/** What happens when a batch overflows: it is issued without a CMD_SYNC and another one begun (7.1); it is issued with
 *  a CMD_SYNC that is waited for; or the next goes to the queue of the first. */
export type Overflow = 'v7.1' | 'CMD_SYNC' | 'same queue';

export interface VcmdqBatch {
  readonly queue: Queue;
  /** Objects of the queues, one for each CPU. */
  readonly vcmdqs: readonly string[];
  /** CMDQ_BATCH_ENTRIES: 64 in the driver. */
  readonly entries: number;
  readonly overflow: Overflow;
  readonly how: Issuing;
}

/** The queue of the batch that is being filled. */
const { cmdq } = locals('cmds', 'cmdq');

/** The lists in which the commands are issued. */
export function listsOf(b: VcmdqBatch, commands: readonly Value[]): readonly CommandBatch[] {
  const count = Math.ceil(commands.length / b.entries);
  return Array.from({ length: count }, (_, n) => {
    const last = n === count - 1;
    return {
      commands: commands.slice(n * b.entries, (n + 1) * b.entries),
      sync: last ? 'CMD_SYNC' : b.overflow === 'CMD_SYNC' ? `CMD_SYNC(overflow ${n + 1})` : null,
    };
  });
}

/** Adds commands one by one and submits the batch. */
export function invalidate(b: VcmdqBatch, commands: readonly Value[]): readonly Stmt[] {
  const lists = listsOf(b, commands);
  const last = lists.length - 1;
  const issue = (list: CommandBatch): Stmt => arm_smmu_cmdq_issue_cmdlist(b.queue, cmdq, list, b.how);
  return [
    arm_smmu_cmdq_batch_init(b),
    ...lists
      .slice(0, last)
      .map((list) =>
        call('arm_smmu_cmdq_batch_add', [
          issue(list),
          ...(b.overflow === 'same queue' ? [] : [arm_smmu_cmdq_batch_init(b)]),
        ]),
      ),
    call('arm_smmu_cmdq_batch_submit', [issue(lists[last]!)]),
  ];
}

/** Picks the queue of whatever CPU the thread is on now: nothing keeps it there. */
function arm_smmu_cmdq_batch_init(b: VcmdqBatch): Stmt {
  return call('arm_smmu_cmdq_batch_init', [
    choose(
      cmdq,
      'arm_smmu_get_cmdq(smmu, ent)',
      b.vcmdqs.map((name) => `&${name}`),
    ),
  ]);
}
