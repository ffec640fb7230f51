/** A cell of a matrix: what becomes of the spec with a change, under one memory model. */
import type { Cell } from '../../matrix/matrix.ts';
import { type PageData, traceId } from '../data.ts';
import { hashOf } from './route.ts';
import { traceNamed } from './traces.ts';
import { counted } from './words.ts';

/** What a cell comes to, also where its line is never executed. */
export type CellKind = Cell['verdict'] | 'never executed';

export const meanings: Readonly<Record<CellKind, readonly [mark: string, meaning: string]>> = {
  needed: ['●', 'a property breaks without it'],
  redundant: ['○', 'the spec holds without it, in every state'],
  incomplete: ['…', 'a bound was hit'],
  vacuous: ['?', 'without it the spec no longer puts its question'],
  'never executed': ['–', 'the line is never executed in this spec: not tried'],
  'no program': ['–', 'what is left is no program'],
  fault: ['!', 'a bug of heddle or of a model'],
};

export function kindOf(cell: Cell): CellKind {
  return cell.unexecuted ? 'never executed' : cell.verdict;
}

export function classOf(kind: CellKind): string {
  return kind.replaceAll(' ', '-');
}

interface Props {
  readonly data: PageData;
  readonly cell: Cell | undefined;
  /** Of the program as it is. */
  readonly unchanged?: boolean;
}

export function CellOf({ data, cell, unchanged = false }: Props) {
  if (!cell) return <td class="none">not run</td>;
  const kind = kindOf(cell);
  const holds = unchanged && kind === 'redundant';
  const { by, why, states, steps, trace } = cell;
  const id = trace === undefined ? '' : traceId(trace);
  const text = (
    <>
      <span class="mark" aria-hidden="true">
        {holds ? '✓' : meanings[kind][0]}
      </span>
      {holds ? 'holds' : kind}
      {by !== undefined && `: ${by}`}
    </>
  );
  const numbers = [
    ...(states === undefined ? [] : [counted(states, 'state')]),
    ...(steps === undefined ? [] : [counted(steps, 'step')]),
  ];
  return (
    <td class={classOf(kind)} title={why ?? meanings[kind][1]}>
      {traceNamed(data, id) ? (
        <a class="verdict" href={hashOf({ view: 'trace', id, step: 0 })}>
          {text}
        </a>
      ) : (
        <span class="verdict">{text}</span>
      )}
      {numbers.length > 0 && <p class="numbers">{numbers.join(', ')}</p>}
    </td>
  );
}
