/** What becomes what when things that are alike are exchanged, given what belongs to each: cells, threads, names, and the
 *  numbers by which commands and caches mean pages, streams and slots. */
import { ModelBug } from '../contract.ts';
import type { CellName, Loc } from '../machine.ts';
import type { Machine } from '../system.ts';

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

/** What becomes what. */
export interface Renaming {
  loc(loc: Loc): Loc;
  thread(id: number): number;
  /** Names of objects, programs and cells in a text, wherever they stand. */
  text(text: string): string;
  page(page: number): number;
  sid(sid: number): number;
  slot(slot: number): number;
}

export function renamingOf(machine: Machine, owned: readonly Own[], places: readonly number[]): Renaming {
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

/** All texts in a value renamed; the names of fields stay. */
export function textsOf<T>(value: T, r: Renaming): T {
  if (typeof value === 'string') return r.text(value) as T;
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((x) => textsOf(x, r)) as T;
  return Object.fromEntries(Object.entries(value).map(([key, x]) => [key, textsOf(x, r)])) as T;
}
