/** What is proposed, and how it is told. */
import type { LineEdit } from './mutation-edits.ts';
import { type LineOfSource, leafName, leavesOf, type Node } from './mutation-tree.ts';

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

export const dropped = { change: 'dropped', key: 'dropped' };

/** The statements, as `fn(): text`, copies of one in the same body told apart. */
export const texts = (nodes: readonly Node[]): readonly string[] => [
  ...new Set(
    nodes.flatMap(leavesOf).flatMap((x) => (x.stmt.text === '' ? [] : [`${x.line.fn}(): ${leafName(x)}`])),
  ),
];

/** What a reader knows it by. */
export function nameOf(n: Node): string {
  if (n.kind === 'do') return leafName(n);
  if (n.kind === 'call') return n.twin === 1 ? plainName(n) : `${plainName(n)} #${n.twin}`;
  const first = leavesOf(n).find((x) => x.stmt.text !== '');
  const within = first === undefined ? '' : leafName(first);
  return n.kind === 'optional' ? within : `${n.kind} (...) ${within}`.trimEnd();
}

/** Without telling copies apart. */
export function plainName(n: Node): string {
  if (n.kind === 'do') return n.stmt.text || n.stmt.operation.op;
  return n.kind === 'call' ? `${n.fn}()` : n.kind;
}
