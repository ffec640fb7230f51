/** Changes to the trees of programs, told by lines of source. */
import { destinationOf } from './flow.ts';
import type { Operation } from './instruction.ts';
import { guessed, otherSide, weakerForms } from './mutation-forms.ts';
import { type IsStep, nextStep, stepsOf } from './mutation-steps.ts';
import {
  type Block,
  type Leaf,
  type LineOfSource,
  leavesOf,
  listsOf,
  type Node,
  sameLine,
} from './mutation-tree.ts';

/** One change to a line, wherever it is inlined; plain data. */
export type LineEdit =
  | { readonly do: 'drop' | 'guess' | 'other side'; readonly at: LineOfSource }
  /** To its weaker form of that name. */
  | { readonly do: 'weaken'; readonly at: LineOfSource; readonly to: string }
  /** Past the neighbouring step. */
  | { readonly do: 'move'; readonly at: LineOfSource; readonly to: 'earlier' | 'later' }
  /** With the next step in the same list of statements. */
  | { readonly do: 'swap'; readonly at: LineOfSource };

/** Makes the change; false if there was nothing to change. */
export function applyEdit(tree: Block, edit: LineEdit): boolean {
  const isStep = stepsOf(tree);
  const found = listsOf(tree).flatMap((list) =>
    list.filter((n) => sameLine(n.line, edit.at)).map((node) => ({ list, node })),
  );
  return found.map(({ list, node }) => applyTo(tree, list, node, edit, isStep)).includes(true);
}

function applyTo(tree: Block, list: Node[], node: Node, edit: LineEdit, isStep: IsStep): boolean {
  const at = list.indexOf(node);
  const put = (...nodes: readonly Node[]): true => {
    list.splice(at, 1, ...nodes);
    return true;
  };
  if (edit.do === 'drop') return put();
  if (edit.do === 'swap') return swapWithNext(list, at, isStep);
  if (node.kind !== 'do') return false;
  if (edit.do === 'move') return moveNode(tree, list, node, edit.to, isStep) !== null;
  if (edit.do === 'guess') {
    const dst = destinationOf({ ...node.stmt.operation, at: { fn: '', text: '' } });
    return dst !== null && put(node, leaf(node, guessed(dst)));
  }
  const by =
    edit.do === 'weaken'
      ? weakerForms(node.stmt)?.forms.find((f) => f.name === edit.to)?.stmt
      : otherSide(node.stmt);
  return by === undefined || by === null ? false : put(leaf(node, by));
}

const leaf = (at: Leaf, stmt: ReturnType<typeof guessed>): Leaf => ({ ...at, stmt: stmt as Leaf['stmt'] });

function swapWithNext(list: Node[], at: number, isStep: IsStep): boolean {
  const between = nextStep(list, at, isStep);
  if (between === null) return false;
  const { from, next } = between;
  const [step, fences, other] = [list[at]!, list.slice(at + 1, from), list.slice(from, next + 1)];
  list.splice(at, next - at + 1, ...other, ...fences, step);
  return true;
}

/** Where a node comes to stand if it moves past the next step in that direction, through the beginnings and ends of
 *  functions, but not out of a condition or a loop. Returns the step that it passed, or null if there is none. */
export function moveNode(
  tree: Block,
  list: Node[],
  node: Node,
  to: 'earlier' | 'later',
  isStep: IsStep,
): Node | null {
  const ahead = to === 'later';
  const orders = orderedBy(node);
  const concerns = (n: Node): boolean => isStep(n) && leavesOf(n).some((x) => orders(x.stmt.operation));
  const start = list.indexOf(node);
  let here = list;
  // The gap between two siblings in which it stands, once it is taken out.
  let gap = start;
  list.splice(start, 1);
  const settle = (at: number, passed: Node | null): Node | null => {
    if (passed === null) list.splice(start, 0, node);
    else here.splice(at, 0, node);
    return passed;
  };
  for (;;) {
    const n = here[ahead ? gap : gap - 1];
    if (n === undefined) {
      const out = placeOf(tree, here);
      if (out === null || !isTransparent(out.block)) return settle(gap, null);
      here = out.list;
      gap = out.at + (ahead ? 1 : 0);
    } else if (n.kind === 'do' && closes(node, n)) return settle(gap, null);
    else if (!concerns(n)) gap += ahead ? 1 : -1;
    else if (n.kind !== 'do' && isTransparent(n)) {
      here = n.body;
      gap = ahead ? 0 : n.body.length;
    } else return settle(ahead ? gap + 1 : gap - 1, n);
  }
}

/** What a fence orders: one between stores may pass loads without a difference. */
function orderedBy(node: Node): (o: Operation) => boolean {
  const o = node.kind === 'do' ? node.stmt.operation : null;
  if (o?.op !== 'fence' || o.access === 'full') return () => true;
  const reads = ['load', 'await', 'rmw', 'cas', 'blockingRmw'];
  const only = o.access === 'load' ? ['store', 'push', 'free', 'kfree_rcu'] : ['load', 'await'];
  return ({ op }) => !only.includes(op) && (o.access === 'store' || reads.includes(op));
}

/** Straight on, into it and out of it. */
const isTransparent = (block: Block): boolean => block.kind === 'call' || block.kind === 'optional';

/** The two ends of a read-side section do not pass each other. */
const closes = (a: Node, b: Leaf): boolean =>
  a.kind === 'do' && a.stmt.operation.op === 'rcu' && b.stmt.operation.op === 'rcu';

/** The block that has the list, and where that block stands itself. */
function placeOf(
  tree: Block,
  list: Node[],
): { readonly block: Block; readonly list: Node[]; readonly at: number } | null {
  for (const outer of listsOf(tree)) {
    const at = outer.findIndex((n) => n.kind !== 'do' && (n.body === list || n.otherwise === list));
    if (at >= 0) return { block: outer[at] as Block, list: outer, at };
  }
  return null;
}
