/** What is opened and closed: locks, sections, stretches without interrupts. They go together. */
import { otherSide } from './mutation-forms.ts';
import { dropped, nameOf, type Proposal, plainName, type Sort, texts } from './mutation-proposal.ts';
import { type Block, type Node, nodesOf } from './mutation-tree.ts';

/** What is opened, and what closes it in the same function: dropped together. */
export function pairsOf(tree: Block, n: Node): readonly Proposal[] {
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
