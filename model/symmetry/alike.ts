/** START HERE for like things of a machine: CPUs that run the same program, each on what is its own. A scenario says what
 *  belongs to each; how a state changes when they are exchanged follows from what a state consists of (machine.ts).
 *  Whoever explores it holds the declaration to what the machine does: what was forgotten shows as a difference. */
import { type Exchange, ModelBug, type Ref, type Symmetry as SymmetryShape } from '../contract.ts';
import { type Cpu, statementId } from '../cpu/work.ts';
import type { Command, Engine, Rcu, Smmu, Thread } from '../machine.ts';
import type { Cells } from '../memory/layout.ts';
import { columnOf } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';
import { type Own, type Renaming, renamingOf, textsOf } from './renaming.ts';
import { commandOf, engineOf, eventOf, rcuOf, smmuOf, threadOf } from './values.ts';

export type Symmetry = SymmetryShape;

/** Things of which each owns what the others do. */
export function alike(
  machine: Machine,
  name: string,
  things: readonly string[],
  own: (i: number) => Own,
): Symmetry {
  const owned = things.map((_, i) => own(i));
  return { name, things, exchange: (places) => exchangeOf(machine, renamingOf(machine, owned, places)) };
}

type Act<T> = (value: T) => T;
type Place = <T>(from: Ref<T>, becomes: Ref<T>, act: Act<T>) => void;

function exchangeOf(machine: Machine, r: Renaming): Exchange {
  const { components, cpus, smmus, engines } = machine;
  const to = new Map<number, number>();
  const acts = new Map<number, (value: never) => unknown>();
  const place: Place = (from, becomes, act) => {
    to.set(from.index, becomes.index);
    acts.set(from.index, act);
  };
  const like = <T>(items: readonly T[], nameOf: (x: T) => string, item: T): T =>
    items.find((x) => nameOf(x) === r.text(nameOf(item)))!;
  for (const cpu of cpus) {
    const other = like(cpus, ({ name }) => name, cpu);
    if (other.program.code.length !== cpu.program.code.length)
      throw new ModelBug(
        `${cpu.name} and ${other.name} are declared to be alike, and their programs are not`,
      );
    place(cpu.thread, other.thread, (t: Thread) => threadOf(other, t, r));
  }
  place(machine.rcu, machine.rcu, (rcu: Rcu) => rcuOf(rcu, r));
  placeMemory(machine, r, place);
  for (const unit of smmus) {
    const other = like(smmus, ({ decl }) => decl.name, unit);
    place(unit.state, other.state, (s: Smmu) => smmuOf(s, r));
    place(unit.queue, other.queue, (queue: readonly Command[]) => queue.map((c) => commandOf(c, r)));
  }
  for (const unit of engines) {
    place(unit.state, like(engines, ({ decl }) => decl.name, unit).state, (e: Engine) => engineOf(e, r));
  }
  for (const { ref } of components) if (!acts.has(ref.index)) place(ref, ref, (value) => value);
  const columns = new Map(
    smmus.map(({ decl }) => [columnOf(decl), columnOf({ ...decl, name: r.text(decl.name) })]),
  );
  const statements = statementsOf(cpus, r);
  return {
    component: (c) => to.get(c)!,
    value: (c, value) => acts.get(c)!(value as never),
    event: (event) => eventOf(event, r),
    agent: (name) => columns.get(name) ?? r.text(name),
    statement: (id) => statements.get(id) ?? id,
  };
}

function placeMemory({ layout, components }: Machine, r: Renaming, place: Place): void {
  const groups = new Map(layout.cells.map((cell) => [cell.group.index, cell.group]));
  for (const group of groups.values()) {
    const own = layout.cells.filter((cell) => cell.group.index === group.index);
    const slots = own.map(({ loc }) => layout.cells[r.loc(loc)]!);
    place(group, slots[0]!.group, ({ values, owner }: Cells): Cells => {
      const after = [...values];
      for (const { loc, slot } of own) after[layout.cells[r.loc(loc)]!.slot] = textsOf(values[slot]!, r);
      const owners = Object.entries(owner).map(([slot, by]) => [slots[Number(slot)]!.slot, r.thread(by)]);
      return { values: after, owner: Object.fromEntries(owners) };
    });
  }
  for (const [name, life] of layout.lives) {
    const other = layout.lives.get(r.text(name));
    if (other === undefined || components[other.index] === undefined)
      throw new ModelBug(`${name} and ${r.text(name)} are declared to be alike, and one alone can be freed`);
    place(life, other, (value) => value);
  }
}

/** Statements by what stands at the same place of the other program. */
function statementsOf(cpus: readonly Cpu[], r: Renaming): ReadonlyMap<string, string> {
  return new Map(
    cpus.flatMap(({ name, program }) => {
      const other = cpus.find((c) => c.name === r.text(name))!.program;
      return program.code.map((_, pc) => [statementId(program, pc), statementId(other, pc)] as const);
    }),
  );
}
