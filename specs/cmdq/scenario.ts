/** The scenario: CPUs issue lists on one command queue, and its consumer takes them from memory slot by slot. Before
 *  each list its CPU stores to what the list is about (an STE, say); when a CMD_SYNC has been waited for, it uses
 *  again what the list protected (a page). */
import {
  arm_smmu_cmdq_issue_cmdlist,
  type CommandBatch,
  type Issuing,
  type SyncBy,
} from '../../model/driver/cmdq-issue.ts';
import { cmdqObject } from '../../model/driver/cmdq-memory.ts';
import { queueOf } from '../../model/driver/queue.ts';
import type { CellName, EngineDecl, MemoryModel, ObjectDecl, Scenario } from '../../model/machine.ts';
import type { Program } from '../../model/program/instruction.ts';
import { interrupted } from '../../model/program/interrupt.ts';
import { place, store } from '../../model/program/kernel.ts';
import { call, compile, type Edit, edit, type Stmt } from '../../model/program/statement.ts';

/** A list: how many commands, and whether a CMD_SYNC ends it. */
export interface ListShape {
  readonly commands: number;
  readonly sync: boolean;
}

export interface Params {
  /** log2 of the number of slots. */
  readonly shift: number;
  /** Where prod and cons stand at first, wrap bit included: the queue was in use before. */
  readonly start: number;
  readonly by: SyncBy;
  /** Whether the MSIs of CMD_SYNCs arrive in order. */
  readonly msis: 'in order' | 'any order';
  /** CPUs that find the queue full in some run, and that find it taken exclusively. */
  readonly mayFill: readonly number[];
  readonly mayWait: readonly number[];
  readonly pollsLatest: boolean;
  /** The lists that each CPU issues, one after the other. */
  readonly cpus: readonly (readonly ListShape[])[];
  /** A list that an interrupt handler on CPU0 issues at some time, if any. */
  readonly interrupt: ListShape | null;
  /** Whether CPUs store to something before each list, and the consumer has to find it stored. */
  readonly stores: boolean;
  /** Changes to every CPU's program. */
  readonly edits: readonly Edit[];
}

/** A list as it is issued. */
interface Issued extends CommandBatch {
  /** The program that issues it. */
  readonly by: string;
  /** What is stored to before it, and after its CMD_SYNC. */
  readonly ste: string;
  readonly page: string;
}

const CMDQ = 'cmdq';

/** Every list of the scenario, program by program; each command has a name of its own. */
function issued(p: Params): readonly Issued[] {
  const programs = [
    ...p.cpus.map((lists, cpu) => ({ by: `CPU${cpu}`, lists })),
    ...(p.interrupt === null ? [] : [{ by: 'IRQ', lists: [p.interrupt] }]),
  ];
  return programs.flatMap(({ by, lists }) => lists.map((shape, n) => named(by, shape, n, lists.length)));
}

function named(by: string, { commands, sync }: ListShape, n: number, of: number): Issued {
  const list = of === 1 ? by : `${by} #${n + 1}`;
  const nth = (i: number): string => (commands === 1 ? '' : `, ${'abcdefgh'[i]}`);
  return {
    by,
    commands: Array.from({ length: commands }, (_, i) => `TLBI(${list}${nth(i)})`),
    sync: sync ? `CMD_SYNC(${list})` : null,
    ste: `ste_${by}_${n}`,
    page: `page_${by}_${n}`,
  };
}

const variable = (name: string): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: true,
  fields: [{ name: 'v', cells: [0] }],
});

const namesOf = (l: Issued): readonly string[] =>
  [...l.commands, ...(l.sync === null ? [] : [l.sync])].map(String);

const how = (p: Params, by: string): Issuing => {
  const isAmong = (cpus: readonly number[]): boolean => cpus.some((cpu) => by === `CPU${cpu}`);
  return { ...p, mayFill: isAmong(p.mayFill), mayWait: isAmong(p.mayWait) };
};

function program(p: Params, lists: readonly Issued[]): readonly Stmt[] {
  const q = queueOf(p.shift);
  return lists.flatMap((l) => [
    ...(p.stores ? [store(place(`&${l.ste}`, 'v'), 1)] : []),
    arm_smmu_cmdq_issue_cmdlist(q, `&${CMDQ}`, l, how(p, l.by)),
    ...(l.sync === null ? [] : [call('iommu_unmap', [store(place(`&${l.page}`, 'v'), 1)])]),
  ]);
}

function programOf(p: Params, by: string, lists: readonly Issued[]): Program {
  const own = lists.filter((l) => l.by === by);
  return compile(by, edited(program(p, own), p.edits));
}

const edited = (body: readonly Stmt[], edits: readonly Edit[]): readonly Stmt[] =>
  edits.reduce<readonly Stmt[]>((s, e) => edit(s, e), body);

export function scenario(model: MemoryModel, p: Params): Scenario {
  const lists = issued(p);
  const synced = lists.filter((l) => l.sync !== null);
  const cell = (object: string): CellName => ({ object, field: 'v', index: 0 });
  const engine: EngineDecl = {
    name: 'smmu',
    queues: [CMDQ],
    shift: p.shift,
    start: p.start,
    msi: p.by === 'MSI' ? p.msis : 'none',
    lists: lists.map((l) => ({ commands: namesOf(l), after: p.stores ? cell(l.ste) : null })),
    reuses: synced.map((l) => ({
      cell: cell(l.page),
      // Everything that its CPU issued so far.
      commands: lists
        .slice(0, lists.indexOf(l) + 1)
        .filter((e) => e.by === l.by)
        .flatMap(namesOf),
    })),
    atc: false,
  };
  return {
    model,
    objects: [
      cmdqObject(CMDQ, p.shift, p.start),
      ...(p.stores ? lists.map((l) => variable(l.ste)) : []),
      ...synced.map((l) => variable(l.page)),
    ],
    programs: p.cpus.map((_, cpu) => {
      const main = programOf(p, `CPU${cpu}`, lists);
      return cpu > 0 || p.interrupt === null ? main : interrupted(main, programOf(p, 'IRQ', lists));
    }),
    smmus: [],
    engines: [engine],
  };
}
