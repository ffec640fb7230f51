/** Which statements do something that others may notice, and what a change of their order may not take apart. */
import { registersOf } from './expression.ts';
import { destinationOf, usesOf } from './flow.ts';
import type { Instruction } from './instruction.ts';
import { type Block, type DoStmt, type Leaf, leavesOf, type Node, nodesOf } from './mutation-tree.ts';

/** Whether a node accesses what others can reach: memory that is shared, a device, an object that is freed. Lines that
 *  are kept but have no use in the scenario do not count where they stand behind a condition. */
export type IsStep = (n: Node) => boolean;

export function stepsOf(tree: Block): IsStep {
  const hidden = unpublished(tree);
  const isStep = (n: Node): boolean => {
    if (n.kind === 'do') return accesses(n) && !hidden.has(n);
    const inside = [...n.body, ...n.otherwise];
    const behindCondition = n.kind === 'if' || n.kind === 'while';
    return inside.some((child) => !(behindCondition && child.kind === 'optional') && isStep(child));
  };
  return isStep;
}

const ACCESSES = ['load', 'store', 'rmw', 'cas', 'blockingRmw', 'await', 'push', 'free', 'kfree_rcu'];

function accesses({ stmt: { operation } }: Leaf): boolean {
  return ACCESSES.includes(operation.op) || (operation.op === 'rcu' && operation.what === 'synchronize');
}

/** Accesses to objects that the program has allocated and not stored a pointer to yet. */
function unpublished(tree: Block): ReadonlySet<Leaf> {
  const leaves = leavesOf(tree);
  const own = new Set<string>();
  for (let before = -1; before !== own.size; ) {
    before = own.size;
    for (const { stmt } of leaves) {
      const o = stmt.operation;
      if (o.op === 'alloc' || (o.op === 'set' && registersOf(o.value).some((r) => own.has(r))))
        own.add(o.dst);
    }
  }
  const publishes = ({ stmt: { operation: o } }: Leaf): boolean => {
    const stored =
      o.op === 'store' ? o.value : o.op === 'cas' ? o.desired : o.op === 'rmw' ? o.operand : null;
    return stored !== null && registersOf(stored).some((r) => own.has(r));
  };
  // What a loop publishes may be published before any of its statements.
  const first = nodesOf(tree).find(
    (n) => (n.kind === 'do' && publishes(n)) || (n.kind === 'while' && leavesOf(n).some(publishes)),
  );
  const from = first === undefined ? leaves.length : leaves.indexOf(leavesOf(first)[0]!);
  return new Set(
    leaves.slice(0, from).filter(({ stmt: { operation: o } }) => {
      return 'addr' in o && o.addr.base.kind === 'reg' && own.has(o.addr.base.name);
    }),
  );
}

/** Registers that nodes read and write. */
export function registersIn(nodes: readonly Node[]): {
  readonly uses: ReadonlySet<string>;
  readonly sets: ReadonlySet<string>;
} {
  const uses = new Set<string>();
  const sets = new Set<string>();
  for (const n of nodes.flatMap(nodesOf)) {
    if (n.kind !== 'do') {
      if (n.cond !== null) for (const name of registersOf(n.cond)) uses.add(name);
      continue;
    }
    const i = instructionOf(n.stmt);
    for (const name of usesOf(i)) uses.add(name);
    const dst = destinationOf(i);
    if (dst !== null) sets.add(dst);
  }
  return { uses, sets };
}

const instructions = new WeakMap<DoStmt, Instruction>();

/** The statement's instruction, the same each time. */
export function instructionOf(s: DoStmt): Instruction {
  const known = instructions.get(s) ?? { ...s.operation, at: { fn: '', text: s.text } };
  instructions.set(s, known);
  return known;
}

/** Whether each can be executed before the other with the same values in its registers. */
export function independent(a: readonly Node[], b: readonly Node[]): boolean {
  const [x, y] = [registersIn(a), registersIn(b)];
  const meet = (s: ReadonlySet<string>, t: ReadonlySet<string>): boolean =>
    [...s].some((name) => t.has(name));
  return !meet(x.sets, y.uses) && !meet(x.uses, y.sets) && !meet(x.sets, y.sets);
}

/** In a list of siblings: the step at `at`, the next one, and where what belongs to that begins (arithmetic right before
 *  it, past any fence). Null where something stands between that makes their order another question. */
export function nextStep(
  list: readonly Node[],
  at: number,
  isStep: IsStep,
): { readonly from: number; readonly next: number } | null {
  if (!isStep(list[at]!)) return null;
  let from = at + 1;
  for (let i = at + 1; i < list.length; i++) {
    const n = list[i]!;
    if (isStep(n)) return { from, next: i };
    if (n.kind !== 'do' || !['set', 'fence', 'assert'].includes(n.stmt.operation.op)) return null;
    if (n.stmt.operation.op === 'fence') from = i + 1;
  }
  return null;
}
