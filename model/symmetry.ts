/** Like things of a machine: CPUs that run the same program, each on what is its own. A scenario says what belongs to
 *  each; how a state changes when they are exchanged follows from what a state consists of (machine.ts). Whoever
 *  explores it holds the declaration to what the machine does: what was forgotten here shows as a difference. */
import type { Draft } from 'immer';
import { type Event, type Exchange, ModelBug, type Ref, type Symmetry as SymmetryShape } from './contract.ts';
import { type Cpu, settle, statementId } from './cpu/work.ts';
import type {
  CellName,
  Command,
  Engine,
  GracePeriodEvent,
  Loc,
  Rcu,
  SectionEvent,
  Smmu,
  StoreEvent,
  Thread,
  WindowEntry,
} from './machine.ts';
import type { Cells } from './memory/layout.ts';
import { sorted } from './smmu/entries.ts';
import { columnOf } from './smmu/smmu.ts';
import type { Machine } from './system.ts';

export type Symmetry = SymmetryShape;

/** What belongs to a thing. The first of one thing's list takes the place of the first of another's, and so on. */
export interface Own {
  /** Names of programs. */
  readonly programs?: readonly string[];
  /** Names of objects, SMMUs among them. */
  readonly objects?: readonly string[];
  /** Cells of objects that it shares with others. */
  readonly cells?: readonly CellName[];
  /** Page numbers of IOVAs, StreamIDs, and slots of CMD_SYNCs, as operands of commands and in caches. */
  readonly pages?: readonly number[];
  readonly sids?: readonly number[];
  readonly slots?: readonly number[];
}

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

/** What becomes what. */
interface Renaming {
  loc(loc: Loc): Loc;
  thread(id: number): number;
  /** Names of objects, programs and cells in a text, wherever they stand. */
  text(text: string): string;
  page(page: number): number;
  sid(sid: number): number;
  slot(slot: number): number;
}

function renamingOf(machine: Machine, owned: readonly Own[], places: readonly number[]): Renaming {
  const { layout, cpus } = machine;
  const moved = <T>(list: (own: Own) => readonly T[] | undefined): readonly (readonly [T, T])[] =>
    owned.flatMap((own, i) =>
      (list(own) ?? []).map((x, n): readonly [T, T] => {
        const other = list(owned[places[i]!]!)?.[n];
        if (other === undefined) throw new ModelBug(`things that are alike own different numbers of things`);
        return [x, other];
      }),
    );
  const map = <T>(pairs: readonly (readonly [T, T])[]): ((x: T) => T) => {
    const known = new Map(pairs);
    return (x) => known.get(x) ?? x;
  };
  const locOf = ({ object, field, index }: CellName): Loc =>
    layout.locate(object, field, index, 'declared to belong to a thing that has likes');
  const names = [...moved((o) => o.objects), ...moved((o) => o.programs)];
  const object = map(names);
  const cell = map(moved((o) => o.cells?.map(locOf)));
  const locs = layout.cells.map(({ loc, object: { name }, field, index }) =>
    object(name) === name ? cell(loc) : locOf({ object: object(name), field, index }),
  );
  const cells = layout.cells.flatMap(({ loc, name }): readonly (readonly [string, string])[] =>
    locs[loc] === loc ? [] : [[name, layout.cells[locs[loc]!]!.name]],
  );
  return {
    loc: (loc) => locs[loc] ?? loc,
    thread: map(
      cpus.map(({ id, name }) => [id, cpus.find((c) => c.name === object(name))?.id ?? id] as const),
    ),
    text: replacing([...cells, ...names]),
    page: map(moved((o) => o.pages)),
    sid: map(moved((o) => o.sids)),
    slot: map(moved((o) => o.slots)),
  };
}

/** Replaces names in texts, the longest that fit. */
function replacing(pairs: readonly (readonly [string, string])[]): (text: string) => string {
  const known = new Map(pairs.filter(([from, to]) => from !== to));
  if (known.size === 0) return (text) => text;
  const names = [...known.keys()].sort((a, b) => b.length - a.length);
  const any = new RegExp(`(?<!\\w)(?:${names.map((n) => n.replace(/\W/g, '\\$&')).join('|')})(?!\\w)`, 'g');
  return (text) => text.replace(any, (name) => known.get(name)!);
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

/** All texts in a value renamed; the names of fields stay. */
function textsOf<T>(value: T, r: Renaming): T {
  if (typeof value === 'string') return r.text(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((x) => textsOf(x, r)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, textsOf(x, r)])) as T;
}

/** A record by location. */
const byLoc = <T>(record: Readonly<Record<string, T>>, r: Renaming): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([loc, x]) => [r.loc(Number(loc)), x]));

/** The thread as it would be on the other CPU. Where it is kept in the order of cells, that is another order now. */
function threadOf(cpu: Cpu, thread: Thread, r: Renaming): Thread {
  const t = textsOf(thread, r);
  const at = <E extends { readonly loc: Loc }>(e: E): E => ({ ...e, loc: r.loc(e.loc) });
  const pending = <E extends { readonly loc: Loc; readonly gps: readonly string[] }>(e: E): E => ({
    ...at(e),
    gps: [...e.gps].sort(),
  });
  const moved: Thread = {
    ...t,
    lag: t.lag.map(at),
    coh: byLoc(t.coh, r),
    base: byLoc(t.base, r),
    fwd: byLoc(t.fwd, r),
    window: t.window.map((w) => payloadOf(pending(w), r)),
    deferred: t.deferred.map(pending),
    monitor: t.monitor === null ? null : at(t.monitor),
    hidden: [...t.hidden].sort(),
    freed: [...t.freed].sort(),
    rcu: { ...t.rcu, blocks: [...t.rcu.blocks].sort() },
  };
  settle(cpu, moved as Draft<Thread>);
  return moved;
}

function payloadOf(w: WindowEntry, r: Renaming): WindowEntry {
  if (w.payload?.kind !== 'commands') return w;
  return { ...w, payload: { ...w.payload, commands: w.payload.commands.map((c) => numbersOf(c, r)) } };
}

const commandOf = (c: Command, r: Renaming): Command => numbersOf(textsOf(c, r), r);

function numbersOf(c: Command, r: Renaming): Command {
  const { page, sid, slot } = c.operands;
  return {
    ...c,
    operands: {
      ...c.operands,
      ...(typeof page === 'number' ? { page: r.page(page) } : {}),
      ...(typeof sid === 'number' ? { sid: r.sid(sid) } : {}),
      ...(typeof slot === 'number' ? { slot: r.slot(slot) } : {}),
    },
  };
}

function rcuOf(rcu: Rcu, r: Renaming): Rcu {
  const { fault, readers, gps } = textsOf(rcu, r);
  const threads = (ids: readonly number[]): readonly number[] => ids.map(r.thread).sort((a, b) => a - b);
  return {
    fault,
    readers: threads(readers),
    gps: gps
      .map((gp) => ({
        ...gp,
        next: gp.next.kind === 'resume' ? { ...gp.next, thread: r.thread(gp.next.thread) } : gp.next,
        wait: threads(gp.wait),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

function smmuOf(smmu: Smmu, r: Renaming): Smmu {
  const s = textsOf(smmu, r);
  const streamed = <E extends { readonly sid: number }>(e: E): E => ({ ...e, sid: r.sid(e.sid) });
  const paged = <E extends { readonly page: number }>(e: E): E => ({ ...e, page: r.page(e.page) });
  const { cd, atc, held } = s;
  return {
    ...s,
    ste: sorted(s.ste.map(streamed)),
    ...(cd === undefined ? {} : { cd: sorted(cd.map(streamed)) }),
    walks: sorted(
      s.walks.map((e, i) => (e.table === smmu.walks[i]!.table ? e : { ...e, page: r.page(e.page) })),
    ),
    tlb: sorted(s.tlb.map(paged)),
    ...(atc === undefined ? {} : { atc: sorted(atc.map((e) => paged(streamed(e)))) }),
    ...(held === undefined ? {} : { held: sorted(held.map((e) => paged(streamed(e)))) }),
    consumed: s.consumed.map((c) => numbersOf(c, r)),
  };
}

function engineOf(engine: Engine, r: Renaming): Engine {
  const e = textsOf(engine, r);
  return {
    ...e,
    completed: [...e.completed].sort(),
    queues: e.queues.map((q) => ({
      ...q,
      consumed: [...q.consumed].sort(),
      unanswered: [...q.unanswered].sort(),
    })),
  };
}

function eventOf(event: Event, r: Renaming): Event {
  return announced(textsOf(event, r) as StoreEvent | GracePeriodEvent | SectionEvent, r);
}

function announced<E extends StoreEvent | GracePeriodEvent | SectionEvent>(e: E, r: Renaming): E {
  const by = r.thread(e.by);
  if (e.kind === 'store') return { ...e, by, loc: r.loc(e.loc) };
  const after = byLoc(e.after, r);
  return e.kind === 'gp-begin' ? { ...e, by, after } : { ...e, by, after, gps: [...e.gps].sort() };
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
