/** `struct arm_smmu_cmdq_batch`: commands that are collected and issued together (arm-smmu-v3.c, Linux 7.1;
 *  driver.md 6). It lives on the stack, in registers here: each slot says which of the commands that the caller may
 *  build it holds, and the operands of it that came from memory. One queue for each SMMU; VCMDQs are not modelled. */
import { binary, constant, type Expr, select } from '../program/expression.ts';
import type { CommandTemplate } from '../program/instruction.ts';
import { assign, commandOf, type Local, locals, type Operand } from '../program/kernel.ts';
import { call, type Stmt, when } from '../program/statement.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';

/** A command that may be built: the opcode by which it is chosen, and what it makes of the operands. */
export interface CommandKind {
  readonly opcode: number;
  readonly name: string;
  operands(cmd: Operands): Readonly<Record<string, Operand>>;
}

/** What is only known at run time: an entry's ID and SSID, and the page in a loop over pages. */
export type Operands = Readonly<Record<'id' | 'ssid' | 'page', Expr>>;

export interface Batch {
  /** Every command that any of the callers may add. */
  readonly kinds: readonly CommandKind[];
  /** CMDQ_BATCH_ENTRIES: 64, or fewer in a small model. */
  readonly entries: number;
  readonly cpu: number;
}

export const CMDQ_BATCH_ENTRIES = 64;

const { num, smmu } = locals('cmds', 'num', 'smmu');
/** How many commands are in the batch. */
export const batchNum: Expr = num;

type Slot = Readonly<Record<'kind' | keyof Operands, Local>>;
const slot = (k: number): Slot => locals(`cmds.cmds[${k}]`, 'kind', 'id', 'ssid', 'page');
const slots = ({ entries }: Batch): readonly Slot[] => Array.from({ length: entries }, (_, k) => slot(k));

/** struct arm_smmu_cmdq_batch cmds = {}; */
export const emptyBatch = (b: Batch): readonly Stmt[] => [
  assign(num, 0),
  // Forgetting what was issued keeps states alike that differ in nothing else.
  ...slots(b).flatMap((s) => [assign(s.kind, 0), assign(s.id, 0), assign(s.ssid, 0), assign(s.page, 0)]),
];

/** Picks the queue. */
export const arm_smmu_cmdq_batch_init = (of: Operand): Stmt =>
  call('arm_smmu_cmdq_batch_init', [assign(num, 0), assign(smmu, of)]);

/** Adds the one of `kinds` that has this opcode. A full batch is issued before, without a CMD_SYNC. */
export function arm_smmu_cmdq_batch_add(
  b: Batch,
  kinds: readonly CommandKind[],
  cmd: Operands & { readonly opcode: Expr },
): Stmt {
  const index = (k: CommandKind): Expr => constant(b.kinds.indexOf(k) + 1);
  const kind = kinds.reduceRight<Expr>(
    (rest, k) => select(binary('eq', cmd.opcode, constant(k.opcode)), index(k), rest),
    constant(0),
  );
  return call('arm_smmu_cmdq_batch_add', [
    when(binary('eq', num, constant(b.entries)), [issue(b, false), ...emptyBatch(b)]),
    arm_smmu_cmdq_build_cmd(cmd),
    ...slots(b).map((s, k) =>
      when(binary('eq', num, constant(k)), [
        assign(s.kind, kind),
        assign(s.id, cmd.id),
        assign(s.ssid, cmd.ssid),
        assign(s.page, cmd.page),
      ]),
    ),
    assign(num, binary('add', num, constant(1))),
  ]);
}

/** Its switch over the opcode, and what it makes of the SSID (SSV), are control dependencies: what is stored later,
 *  such as a CMD_SYNC, is ordered behind both loads. */
const arm_smmu_cmdq_build_cmd = ({ opcode, ssid }: { readonly opcode: Expr; readonly ssid: Expr }): Stmt =>
  call('arm_smmu_cmdq_build_cmd', [when(opcode, [when(ssid, [])])]);

/** Issues what is there with a CMD_SYNC, and waits for it. */
export const arm_smmu_cmdq_batch_submit = (b: Batch): Stmt =>
  call('arm_smmu_cmdq_batch_submit', [issue(b, true), ...emptyBatch(b)]);

function issue(b: Batch, sync: boolean): Stmt {
  const commands = slots(b).flatMap((s) =>
    b.kinds.map(
      (k, i): CommandTemplate => ({
        ...commandOf(k.name, k.operands(s)),
        when: binary('eq', s.kind, constant(i + 1)),
      }),
    ),
  );
  return arm_smmu_cmdq_issue_cmdlist(smmu, commands, b.cpu, sync);
}
