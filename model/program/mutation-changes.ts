/** Every change to a set of programs that asks "can this go?": each barrier, ordering, dependency, lock, RCU call and
 *  pair of neighbouring steps, dropped, weakened by one step, or moved by one. */
import { registersOf } from './expression.ts';
import { addressOf } from './flow.ts';
import { moveNode } from './mutation-edits.ts';
import { weakerForms } from './mutation-forms.ts';
import { pairsOf } from './mutation-pairs.ts';
import { dropped, nameOf, type Proposal, type Sort, texts } from './mutation-proposal.ts';
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
