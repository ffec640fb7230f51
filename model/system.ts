/** A scenario as a system: its components, its agents, and the initial state. */
import {
  type Agent,
  type Component,
  component,
  type Read,
  type Ref,
  type Statement,
  type Step,
} from './contract.ts';
import { cpuAgent, initialThread, startUp, threadReaction } from './cpu/cpu.ts';
import { factsOf } from './cpu/facts.ts';
import { shownThread } from './cpu/shown.ts';
import { type Cpu, isFinished, statementId } from './cpu/work.ts';
import type { Command, Engine, Rcu, Scenario, Smmu, SmmuDecl, Thread } from './machine.ts';
import { type Cells, type Layout, layOut } from './memory/layout.ts';
import type { Program } from './program/instruction.ts';
import { interruptedAt } from './program/interrupt.ts';
import { placeOf } from './program/places.ts';
import { pointeeOf } from './program/qword.ts';
import { RCU, rcuAgent, rcuComponent } from './rcu/grace-periods.ts';
import { engineAgent, engineComponent } from './smmu/cmdq-engine.ts';
import { type EngineUnit, engineWrites } from './smmu/cmdq-unit.ts';
import { maySet } from './smmu/may-set.ts';
import { COLUMN, type SmmuModel, type SmmuUnit, SYNC_FIELD } from './smmu/smmu.ts';
import { followed } from './smmu/ste.ts';

/** What a scenario comes to, and handles by which properties look at it. */
export interface Machine {
  readonly scenario: Scenario;
  readonly layout: Layout;
  readonly components: readonly Component[];
  readonly agents: readonly Agent[];
  readonly statements: readonly Statement[];
  readonly columns: readonly string[];
  readonly cpus: readonly Cpu[];
  readonly rcu: Ref<Rcu>;
  readonly smmus: readonly SmmuUnit[];
  readonly engines: readonly EngineUnit[];
  /** What the CPUs have done in the initial state already, since nobody can observe when. */
  readonly prelude: readonly Step['label'][];
  /** Who waits for what, in a state without successors; null if every program has ended. */
  stuck(read: Read): string | null;
}

/** Each SMMU is a may-set unless `model` says otherwise: tests put an explicit walker in its place. */
export function buildMachine(
  scenario: Scenario,
  model: (decl: SmmuDecl) => SmmuModel = () => maySet,
): Machine {
  const threads = scenario.programs.map((p, i): Ref<Thread> => ({ index: i, name: p.name }));
  const rcu: Ref<Rcu> = { index: threads.length, name: 'rcu' };
  const layout = layOut(scenario, threads.length + 1, mortals(scenario));
  const smmus = placeSmmus(scenario, layout, threads.length + 1 + layout.components.length, model);
  const facts = factsOf(scenario, layout, deviceAccess(scenario, layout));
  const queues = new Map(smmus.map((s) => [s.decl.name, s.queue]));
  const cpus = scenario.programs.map(
    (program, id): Cpu => ({
      id,
      name: program.name,
      model: scenario.model,
      program,
      layout,
      facts,
      own: facts.threads[id]!,
      thread: threads[id]!,
      rcu,
      queues,
    }),
  );

  const names = cpus.map((c) => c.name);
  const plain = [...cpus.map(threadComponent), rcuComponent(rcu, names), ...layout.components];
  const initial: Read = (r) => plain[r.index]!.initial as never;
  const walkers = smmus.flatMap((s) => s.model.components(s, initial));
  const engines = placeEngines(scenario, layout, plain.length + walkers.length);
  const start = started([...plain, ...walkers, ...engines.map(engineComponent)], cpus);
  return {
    scenario,
    layout,
    cpus,
    rcu,
    smmus,
    engines,
    ...start,
    agents: [
      ...cpus.map(cpuAgent),
      rcuAgent(rcu, layout),
      ...smmus.map((s) => s.model.agent(s)),
      ...engines.map(engineAgent),
    ],
    statements: scenario.programs.flatMap(statementsOf).filter((s) => !executed(start.prelude).has(s.id)),
    columns: [...cpus.map((c) => c.name), RCU, COLUMN],
    stuck: (read) => stuck(read, cpus, layout),
  };
}

function threadComponent(cpu: Cpu): Component {
  return component<Thread>({
    ref: cpu.thread,
    initial: initialThread(cpu),
    column: cpu.name,
    reaction: threadReaction(cpu),
    show: (t) => shownThread(cpu, t),
  });
}

function placeSmmus(
  scenario: Scenario,
  layout: Layout,
  first: number,
  model: (decl: SmmuDecl) => SmmuModel,
): readonly SmmuUnit[] {
  return scenario.smmus.map((decl, i) => ({
    decl,
    layout,
    words: followed(scenario, decl),
    hardware: scenario.hardware ?? {},
    model: model(decl),
    state: { index: first + 2 * i, name: decl.name } as Ref<Smmu>,
    queue: { index: first + 2 * i + 1, name: `${decl.name}.cmdq` } as Ref<readonly Command[]>,
  }));
}

function placeEngines(scenario: Scenario, layout: Layout, first: number): readonly EngineUnit[] {
  return (scenario.engines ?? []).map((decl, i) => ({
    decl,
    layout,
    state: { index: first + i, name: decl.name } as Ref<Engine>,
  }));
}

/** Objects that some program can allocate or free: any that a pointer may lead to, if there is a free at all. */
function mortals(scenario: Scenario): ReadonlySet<string> {
  const code = scenario.programs.flatMap((p) => p.code);
  const named = new Set<string>();
  let any = false;
  for (const i of code) {
    if (i.op === 'alloc') for (const name of i.pool) named.add(name);
    if (i.op !== 'free' && i.op !== 'kfree_rcu') continue;
    if (i.pointer.kind === 'const' && typeof i.pointer.value === 'string')
      named.add(i.pointer.value.slice(1));
    else any = true;
  }
  // A pointer in a register may be to anything that pointers in memory lead to.
  if (any)
    for (const o of scenario.objects)
      for (const f of o.fields)
        for (const v of f.cells) {
          const object = v === null ? null : pointeeOf(v);
          if (object !== null) named.add(object);
        }
  return named;
}

/** Cells that the SMMUs read (whatever is declared as read by devices) and write (by a CMD_SYNC's MSI, and CONS). */
function deviceAccess(
  scenario: Scenario,
  layout: Layout,
): { reads: readonly number[]; writes: readonly number[] } {
  return {
    reads: layout.cells.filter((c) => c.object.device).map((c) => c.loc),
    writes: [
      ...scenario.smmus.flatMap((s) => layout.cellsOf(s.name, SYNC_FIELD)),
      ...(scenario.engines ?? []).flatMap((e) => engineWrites(e, layout)),
    ],
  };
}

/** The components after every CPU has done what nobody can observe at the start of its program. */
function started(
  components: readonly Component[],
  cpus: readonly Cpu[],
): Pick<Machine, 'components' | 'prelude'> {
  const values = components.map((c) => c.initial);
  const prelude = cpus.map((cpu) => {
    const step = startUp(cpu, (r) => values[r.index] as never);
    applyStep(components, values, step);
    return step.label;
  });
  return { components: components.map((c, i) => ({ ...c, initial: values[i] })), prelude };
}

const executed = (labels: readonly Step['label'][]): ReadonlySet<string | undefined> =>
  new Set(labels.flatMap((l) => l.lines.map((line) => line.statement)));

/** What the contract says that a step does: its writes, then each event absorbed by all at once. */
function applyStep(components: readonly Component[], values: unknown[], step: Step): void {
  for (const w of step.writes) values[w.component.index] = w.value;
  for (const event of step.events ?? []) {
    const before = [...values];
    for (const c of components) {
      if (c.reaction?.listens(event)) {
        values[c.ref.index] = c.reaction.react(event, before[c.ref.index], (r) => before[r.index] as never);
      }
    }
  }
}

function statementsOf(program: Program): readonly Statement[] {
  const found = new Map<string, Statement>();
  program.code.forEach((i, pc) => {
    if (i.at.text === '' || i.at.covered === false) return;
    const id = statementId(program, pc);
    found.set(id, { id, fn: i.at.fn, text: i.at.text, place: () => placeOf(i.at) });
  });
  return [...found.values()];
}

function stuck(read: Read, cpus: readonly Cpu[], layout: Layout): string | null {
  const waiting = cpus.flatMap((cpu) => {
    const t = read(cpu.thread);
    if (isFinished(cpu, t)) return [];
    const at = cpu.program.code[t.pc]?.at;
    const from = interruptedAt(cpu.program, t.pc);
    const interrupted = from === null ? '' : `, interrupted in ${cpu.program.code[from]!.at.fn}(),`;
    return [`${cpu.name}${interrupted} waits${at === undefined ? '' : ` in ${at.fn}(): ${at.text}`}`];
  });
  if (waiting.length === 0) return null;
  // A thread half-way through an atomic that cannot complete was a guess that led nowhere, not a deadlock.
  const groups = new Map(layout.cells.map((c) => [c.group.index, c.group]));
  const guessing = [...groups.values()].some((g: Ref<Cells>) => Object.keys(read(g).owner).length > 0);
  return guessing ? null : waiting.join('; ');
}
