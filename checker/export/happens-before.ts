/** What happened before what in a trace, as a graph: accesses in program order, who read whose store, which store of
 *  a cell came after which, and what took effect in another order than the program's. */
import type { Trace, TraceStep } from '../outcome.ts';
import type { Access, Line, Reordering } from '../system.ts';

export interface Node {
  readonly id: string;
  readonly column: string;
  /** `missing`: a store that the trace ends before. `effect`: what a step changed in another column. */
  readonly kind: Access['kind'] | 'missing' | 'effect';
  readonly text: string;
  readonly fn?: string;
  /** Number of the step, from 0; null if there was none. */
  readonly step: number | null;
  readonly access?: Access;
  readonly reorderings: readonly Reordering[];
}

/** `po`: next in its program. `rf`: reads what that stored. `co`: overwrites it. `fr`: read what this overwrites.
 *  `reordered`: took effect before what it points to, which comes earlier in its program. `seen`: what the step
 *  changed elsewhere, or commands on their way. */
export interface Edge {
  readonly kind: 'po' | 'rf' | 'co' | 'fr' | 'reordered' | 'seen';
  readonly from: string;
  readonly to: string;
}

export interface Picture {
  readonly columns: readonly string[];
  /** In the order in which they took effect. */
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
}

/** The picture of a trace: of lines that say nothing of memory the line itself, and of accesses those that somebody
 *  else has to do with. */
export function happensBefore(trace: Trace): Picture {
  const all = trace.steps.flatMap(nodesOf);
  const nodes = withMissing(all).filter(isWorthShowing(all));
  const columns = trace.columns.filter((column) => nodes.some((node) => node.column === column));
  const edges = [
    ...programOrder(columns, nodes),
    ...reordered(nodes),
    ...seen(nodes),
    ...communication(nodes),
  ];
  return { columns, nodes, edges };
}

function nodesOf(step: TraceStep, s: number): readonly Node[] {
  const { agent, column = agent, lines, effects } = step;
  const done = lines.flatMap((line, l) => lineNodes(line, column, s, l));
  const elsewhere = [...new Set(effects.map((effect) => effect.column))].map((other, e): Node => {
    const text = effects.filter((effect) => effect.column === other).map((effect) => effect.text);
    return {
      id: `s${s}e${e}`,
      column: other,
      kind: 'effect',
      text: text.join('\n'),
      step: s,
      reorderings: [],
    };
  });
  return [...done, ...elsewhere];
}

function lineNodes(line: Line, column: string, s: number, l: number): readonly Node[] {
  const { text, fn, accesses = [], reorderings = [] } = line;
  const about = { column, text, step: s, ...(fn === undefined ? {} : { fn }) };
  if (accesses.length === 0) return [{ ...about, id: `s${s}l${l}`, kind: 'other', reorderings }];
  return accesses.map((access, a) => ({
    ...about,
    // The store of an atomic that takes effect together with its load.
    text:
      a > 0 && access.kind === 'write' && accesses[a - 1]!.pc === access.pc ? `stores ${access.value}` : text,
    id: `s${s}l${l}a${a}`,
    kind: access.kind,
    access,
    reorderings: a === 0 ? reorderings : [],
  }));
}

/** `domain->invs` and `domain.invs` are the same cell. */
const plain = (text: string): string => text.replaceAll('->', '.');

const isSame = (node: Node, other: Reordering): boolean =>
  node.text.startsWith(other.other) && (other.fn === undefined || node.fn === other.fn);

/** With stores that others have overtaken and that the trace does not come to. */
function withMissing(nodes: readonly Node[]): readonly Node[] {
  const added = new Set<string>();
  return nodes.flatMap((node, i) => {
    const later = nodes.slice(i + 1);
    const missing = node.reorderings.filter((r) => {
      const key = `${node.column} ${r.fn} ${r.other}`;
      const is =
        r.kind === 'early' && !added.has(key) && !later.some((n) => n.column === node.column && isSame(n, r));
      if (is) added.add(key);
      return is;
    });
    const ghosts = missing.map(({ other, fn }, m): Node => {
      const about = { id: `${node.id}m${m}`, column: node.column, kind: 'missing', text: other } as const;
      return { ...about, step: null, reorderings: [], ...(fn === undefined ? {} : { fn }) };
    });
    return [...ghosts, node];
  });
}

/** Reads of cells that nobody else has to do with say nothing about order. */
function isWorthShowing(all: readonly Node[]): (node: Node) => boolean {
  const overtaken = all.flatMap((node) => node.reorderings.map((r) => plain(r.other)));
  return ({ kind, access, column, reorderings, text }) => {
    if (kind !== 'read' || access === undefined || reorderings.length > 0) return true;
    const { place } = access;
    const others = all.filter((node) => node.column !== column || node.kind === 'write');
    return (
      others.some((node) => node.access?.place === place) ||
      overtaken.some((other) => other.includes(plain(place)) || plain(text).startsWith(other))
    );
  };
}

function programOrder(columns: readonly string[], nodes: readonly Node[]): readonly Edge[] {
  return columns.flatMap((column) =>
    pairs(inProgramOrder(nodes.filter((node) => node.column === column))).map(
      ([from, to]): Edge => ({ kind: 'po', from: from.id, to: to.id }),
    ),
  );
}

/** By their numbers in the program, where they have one; what has none stays behind what it followed. */
function inProgramOrder(nodes: readonly Node[]): readonly Node[] {
  let last = Number.NEGATIVE_INFINITY;
  const placed = nodes.map((node, i) => {
    const number = node.access?.nth ?? (node.kind === 'missing' ? numberAfter(nodes, i) - 0.5 : last);
    last = Math.max(last, number);
    return { node, number };
  });
  return placed.sort((a, b) => a.number - b.number).map(({ node }) => node);
}

const numberAfter = (nodes: readonly Node[], i: number): number =>
  nodes.slice(i).find((node) => node.access?.nth !== undefined)?.access?.nth ?? 0;

function reordered(nodes: readonly Node[]): readonly Edge[] {
  return nodes.flatMap((node, i) =>
    node.reorderings.flatMap((r): readonly Edge[] => {
      const others = nodes.filter((n) => n.column === node.column && n.id !== node.id && isSame(n, r));
      const before = others.filter((n) => nodes.indexOf(n) < i).at(-1);
      const after = others.find((n) => nodes.indexOf(n) > i || n.kind === 'missing');
      const [first, second] = r.kind === 'late' ? [before ?? after, node] : [node, after ?? before];
      return first === undefined || second === undefined
        ? []
        : [{ kind: 'reordered', from: first.id, to: second.id }];
    }),
  );
}

/** From a step to what it changed elsewhere, and from a list of commands to who takes them. */
function seen(nodes: readonly Node[]): readonly Edge[] {
  return nodes.flatMap((node, i): readonly Edge[] => {
    const before = nodes.slice(0, i);
    const cause =
      node.kind === 'effect'
        ? before.filter((n) => n.step === node.step && n.kind !== 'effect').at(-1)
        : before.filter((n) => publishes(n, node)).at(-1);
    return cause === undefined ? [] : [{ kind: 'seen', from: cause.id, to: node.id }];
  });
}

/** Whether `node` takes a command that `from` has put into the queue. */
function publishes(from: Node, node: Node): boolean {
  const command = /^(\S+) consumes (\w+)/.exec(node.text)?.[2];
  return command !== undefined && from.column !== node.column && from.text.includes(command);
}

/** Stores reach memory in the order of the trace, so that is the order of those of one cell. */
function communication(nodes: readonly Node[]): readonly Edge[] {
  const places = new Map<string, readonly Node[]>();
  for (const node of nodes) {
    const place = node.access?.place ?? '';
    if (place !== '') places.set(place, [...(places.get(place) ?? []), node]);
  }
  return [...places].flatMap(([place, of]) => {
    const stores = [
      ...of.filter(({ kind }) => kind === 'write'),
      ...nodes.filter((n) => n.kind === 'missing' && plain(n.text).includes(plain(place))),
    ];
    // Of one CPU's own stores program order says it.
    const co = pairs(stores)
      .filter(([from, to]) => from.column !== to.column)
      .map(([from, to]): Edge => ({ kind: 'co', from: from.id, to: to.id }));
    const reads = of.filter(({ kind }) => kind === 'read');
    return [...co, ...reads.flatMap((read) => readEdges(nodes, stores, read))];
  });
}

/** From the store that was read, and to the one that overwrites it. Of an atomic both parts are one. */
function readEdges(nodes: readonly Node[], stores: readonly Node[], read: Node): readonly Edge[] {
  const at = nodes.indexOf(read);
  const before = stores.filter((store) => nodes.indexOf(store) < at && store.kind === 'write');
  const source = before.filter((store) => store.access?.value === read.access?.value).at(-1);
  const rf: readonly Edge[] = source === undefined ? [] : [{ kind: 'rf', from: source.id, to: read.id }];
  const next = stores[source === undefined ? 0 : stores.indexOf(source) + 1];
  const isOwnAtomic = next?.column === read.column && next.access?.pc === read.access?.pc;
  if (next === undefined || isOwnAtomic || (source === undefined && isFromElsewhere(before, read))) return rf;
  return [...rf, { kind: 'fr', from: read.id, to: next.id }];
}

/** A device has written what was read: there is a store before it, and the value is none of these. */
const isFromElsewhere = (before: readonly Node[], read: Node): boolean =>
  before.some((store) => store.column === read.column);

function pairs<T>(all: readonly T[]): readonly (readonly [T, T])[] {
  return all.slice(1).map((b, i) => [all[i]!, b]);
}
