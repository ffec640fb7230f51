/** Every change to a set of programs that asks "can this go?": each barrier, ordering, dependency, lock, RCU call and
 *  pair of neighbouring steps, dropped, weakened by one step, or moved by one. */
import { registersOf } from './expression.ts';
import { addressOf } from './flow.ts';
import { type LineEdit, moveNode } from './mutation-edits.ts';
import { otherSide, weakerForms } from './mutation-forms.ts';
import { type IsStep, independent, instructionOf, nextStep, registersIn, stepsOf } from './mutation-steps.ts';
import {
  type Block,
  type Leaf,
  type LineOfSource,
  leavesOf,
  listsOf,
  type Node,
  nodesOf,
} from './mutation-tree.ts';

export type Sort =
  | 'fence'
  | 'acquire or release'
  | 'atomic'
  | 'dependency'
  | 'lock'
  | 'RCU'
  | 'interrupts'
  | 'order';

/** A change as it is proposed; `edits` are made in this order. */
export interface Proposal {
  readonly at: LineOfSource;
  /** The statement as its first inlined copy shows it. */
  readonly text: string;
  readonly sort: Sort;
  /** What is done, for readers, and the same without the names of objects. */
  readonly change: string;
  readonly key: string;
  readonly edits: readonly LineEdit[];
  /** Statements, as `fn(): text`; if none of some group is ever executed, the change changes nothing. */
  readonly touches: readonly (readonly string[])[];
}

/** Everything that could be proposed for one program, in program order. */
export function proposalsFor(tree: Block, fresh: () => Block): readonly Proposal[] {
  const isStep = stepsOf(tree);
  const dependsOnAddress = addressRegisters(tree);
  return listsOf(tree)
    .flatMap((list) => list.map((node, at) => ({ list, node, at })))
    .flatMap(({ list, node, at }) => [
      ...weakenings(node),
      ...moves(node, fresh),
      ...dependencies(node, dependsOnAddress),
      ...pairsOf(tree, node),
      ...swaps(list, at, isStep),
      ...drops(tree, node),
    ]);
}

const dropped = { change: 'dropped', key: 'dropped' };

function weakenings(n: Node): readonly Proposal[] {
  if (n.kind !== 'do') return [];
  const weaker = weakerForms(n.stmt);
  if (weaker === null) return [];
  const head = { at: n.line, text: nameOf(n), sort: weaker.sort, touches: [texts([n])] };
  return [
    ...(weaker.sort === 'fence'
      ? [{ ...head, ...dropped, edits: [{ do: 'drop', at: n.line } as const] }]
      : []),
    ...weaker.forms.map(({ name }) => ({
      ...head,
      change: name,
      key: name,
      edits: [{ do: 'weaken', at: n.line, to: name } as const],
    })),
  ];
}

/** A fence, and the ends of a read-side section towards its middle, past one access. */
function moves(n: Node, fresh: () => Block): readonly Proposal[] {
  if (n.kind !== 'do') return [];
  const { operation: o } = n.stmt;
  const ways =
    o.op === 'fence'
      ? (['earlier', 'later'] as const)
      : o.op === 'rcu' && o.what === 'lock'
        ? (['later'] as const)
        : o.op === 'rcu' && o.what === 'unlock'
          ? (['earlier'] as const)
          : [];
  return ways.flatMap((to) => {
    const passed = neighbour(fresh(), n.line, to);
    if (passed === null) return [];
    return [
      {
        at: n.line,
        text: nameOf(n),
        sort: o.op === 'fence' ? ('fence' as const) : ('RCU' as const),
        change: `moved ${to === 'later' ? 'behind' : 'before'} ${nameOf(passed)}`,
        key: `moved ${to}`,
        edits: [{ do: 'move' as const, at: n.line, to }],
        touches: [texts([n]), texts([passed])],
      },
    ];
  });
}

/** What a line passes if it moves. */
function neighbour(tree: Block, line: LineOfSource, to: 'earlier' | 'later'): Node | null {
  const isStep = stepsOf(tree);
  for (const list of listsOf(tree)) {
    const node = list.find((n) => JSON.stringify(n.line) === JSON.stringify(line));
    if (node === undefined) continue;
    const passed = moveNode(tree, list, node, to, isStep);
    if (passed !== null) return passed;
  }
  return null;
}

/** Loads by whose value something is addressed: the compiler may guess that. */
function dependencies(n: Node, addressing: ReadonlySet<string>): readonly Proposal[] {
  if (n.kind !== 'do' || n.stmt.text === '') return [];
  const { operation: o } = n.stmt;
  const reads = o.op === 'load' || o.op === 'rmw' || o.op === 'cas';
  if (!reads || o.dst === null || !addressing.has(o.dst)) return [];
  return [
    {
      at: n.line,
      text: nameOf(n),
      sort: 'dependency',
      change: 'value guessed',
      key: 'guessed',
      edits: [{ do: 'guess', at: n.line }],
      touches: [texts([n])],
    },
  ];
}

/** Registers whose values get into an address. */
function addressRegisters(tree: Block): ReadonlySet<string> {
  const instructions = leavesOf(tree).map((n) => instructionOf(n.stmt));
  const found = new Set<string>();
  for (const i of instructions) {
    const address = addressOf(i);
    if (address !== null)
      for (const name of [address.base, address.index].flatMap(registersOf)) found.add(name);
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const i of instructions)
      if (i.op === 'set' && found.has(i.dst)) for (const name of registersOf(i.value)) found.add(name);
  }
  return found;
}

/** What is opened, and what closes it in the same function: dropped together. */
function pairsOf(tree: Block, n: Node): readonly Proposal[] {
  const opening = openingOf(n);
  if (opening === null) return [];
  const { closing, sort } = opening;
  const own = nodesOf(bodyWith(tree, n)).filter((x) => x.line.fn === n.line.fn);
  const openings = own.filter((x) => openingOf(x)?.closing === closing);
  const closings = own.filter((x) => plainName(x) === closing && closesSomething(x));
  // One end for each beginning, in their order; else it cannot be told which belong together.
  const paired = openings.length === closings.length;
  const k = openings.indexOf(n);
  if (!paired && k > 0) return [];
  const both = paired ? [n, closings[k]!] : [...openings, ...closings];
  const head = { at: n.line, text: nameOf(n), sort, touches: [texts(both)] };
  const flips = both.every((x) => x.kind === 'do' && otherSide(x.stmt) !== null);
  return [
    { ...head, ...dropped, edits: both.map((x) => ({ do: 'drop', at: x.line })) },
    ...(flips
      ? [
          {
            ...head,
            change: otherName(plainName(n)),
            key: 'other side',
            edits: both.map((x) => ({ do: 'other side' as const, at: x.line })),
          },
        ]
      : []),
  ];
}

const otherName = (text: string): string =>
  `${text.startsWith('read') ? 'write' : 'read'}_lock(), and its unlock`;

/** The function's body (one inlined copy of it) in which a node stands. */
function bodyWith(tree: Block, n: Node): Block {
  let inner = tree;
  for (const x of nodesOf(tree)) if (x.kind === 'call' && nodesOf(x).includes(n) && x !== n) inner = x;
  return inner;
}

function openingOf(n: Node): { readonly closing: string; readonly sort: Sort } | null {
  if (n.kind === 'call')
    return /lock$/.test(n.fn) && !/(un|try)lock$/.test(n.fn)
      ? { closing: `${n.fn.replace(/lock$/, 'unlock')}()`, sort: 'lock' }
      : null;
  if (n.kind !== 'do') return null;
  const { operation: o, text } = n.stmt;
  if (o.op === 'rcu' && o.what === 'lock') return { closing: 'rcu_read_unlock()', sort: 'RCU' };
  if (o.op === 'irq' && !o.enabled) return { closing: 'local_irq_restore()', sort: 'interrupts' };
  if (o.op !== 'blockingRmw' || !/^\w+_lock\(/.test(text)) return null;
  return { closing: text.replace('_lock(', '_unlock('), sort: 'lock' };
}

const closesSomething = (n: Node): boolean =>
  n.kind === 'call' || (n.kind === 'do' && (n.stmt.operation.op !== 'irq' || n.stmt.operation.enabled));

function swaps(list: readonly Node[], at: number, isStep: IsStep): readonly Proposal[] {
  const between = nextStep(list, at, isStep);
  if (between === null) return [];
  const step = list[at]!;
  const other = list.slice(between.from, between.next + 1);
  if (!independent([step], other)) return [];
  const next = list[between.next]!;
  return [
    {
      at: step.line,
      text: nameOf(step),
      sort: 'order',
      change: `behind ${nameOf(next)}`,
      key: 'swapped',
      edits: [{ do: 'swap', at: step.line }],
      touches: [texts([step]), texts([next])],
    },
  ];
}

/** What a driver does to devices, or waits for. */
function drops(tree: Block, n: Node): readonly Proposal[] {
  const sort = droppable(n);
  if (sort === null) return [];
  const needed = registersIn([n]).sets;
  const outside = leavesOf(tree).filter((x) => !leavesOf(n).includes(x));
  const { uses, sets } = usesOutside(tree, n, outside);
  if ([...needed].some((name) => uses.has(name) && !sets.has(name))) return [];
  const head = { at: n.line, text: nameOf(n), sort, touches: [texts([n])] };
  return [{ ...head, ...dropped, edits: [{ do: 'drop', at: n.line }] }];
}

function usesOutside(tree: Block, n: Node, outside: readonly Leaf[]): ReturnType<typeof registersIn> {
  const inside = new Set(nodesOf(n));
  const conditions = nodesOf(tree).filter((x) => x.kind !== 'do' && !inside.has(x));
  const uses = new Set(registersIn(outside).uses);
  for (const x of conditions)
    if (x.kind !== 'do' && x.cond !== null) for (const name of registersOf(x.cond)) uses.add(name);
  return { uses, sets: registersIn(outside).sets };
}

function droppable(n: Node): Sort | null {
  if (n.kind === 'call') return leavesOf(n).some(actsOnDevice) ? 'order' : null;
  if (n.kind !== 'do') return null;
  const { operation: o } = n.stmt;
  if (o.op === 'rcu' && o.what === 'synchronize') return 'RCU';
  return actsOnDevice(n) ? 'order' : null;
}

const actsOnDevice = ({ stmt: { operation: o } }: Leaf): boolean => o.op === 'push' || o.op === 'await';

const texts = (nodes: readonly Node[]): readonly string[] => [
  ...new Set(
    nodes.flatMap(leavesOf).flatMap((x) => (x.stmt.text === '' ? [] : [`${x.line.fn}(): ${x.stmt.text}`])),
  ),
];

/** What a reader knows it by. */
const nameOf = (n: Node): string => (n.twin === 1 ? plainName(n) : `${plainName(n)} #${n.twin}`);

function plainName(n: Node): string {
  if (n.kind === 'do') return n.stmt.text || n.stmt.operation.op;
  if (n.kind === 'call') return `${n.fn}()`;
  const first = leavesOf(n).find((x) => x.stmt.text !== '');
  return first === undefined ? n.kind : `${n.kind} (...) ${first.stmt.text}`;
}
