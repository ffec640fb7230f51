/** Two jobs side by side: verdicts, counts, the statements that only one of them has, and both counterexamples. */
import type { Occurred, Trace } from '../outcome.ts';
import { orderWords } from '../report/coverage-text.ts';
import type { FinishedJob } from '../report/job.ts';
import { count } from '../report/numbers.ts';
import { printable, wrap } from '../report/wrap.ts';
import type { System } from '../system.ts';
import { type Case, caseName, expectedWords, foundWords } from './case.ts';

/** A job, and the system that it was of. */
export interface Compared {
  readonly it: Case;
  readonly job: FinishedJob;
  readonly system: Pick<System, 'statements' | 'prelude'>;
}

/** Within the 80 columns of a mail. */
const width = 80;
const half = (width - 3) / 2;

/** The comparison, with a line end after each line. */
export function compareText(a: Compared, b: Compared): string {
  const sections = [
    [`A  ${caseName(a.it)}`, `B  ${caseName(b.it)}`],
    rows(a.it, b.it),
    differing('Statements', statementsOf(a), statementsOf(b)),
    differing('Reorderings that occurred', reorderingsOf(a), reorderingsOf(b)),
    traces(a.it.trace, b.it.trace),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** What is said of each; `=` where both are the same. */
function rows(a: Case, b: Case): readonly string[] {
  const facts: readonly (readonly [string, string, string])[] = [
    ['verdict', foundWords(a), foundWords(b)],
    ['expected', expectedWords(a), expectedWords(b)],
    ...(['states', 'transitions', 'depth'] as const).map(
      (what) => [what, figure(a.run.effort?.[what]), figure(b.run.effort?.[what])] as const,
    ),
    ['steps of trace', figure(a.trace?.steps.length), figure(b.trace?.steps.length)],
    ['statements', figure(a.run.coverage?.statements), figure(b.run.coverage?.statements)],
    ['executed', figure(a.run.coverage?.executed), figure(b.run.coverage?.executed)],
    ['witnesses', figure(a.run.witnesses?.reached.length), figure(b.run.witnesses?.reached.length)],
  ];
  const wide = Math.max(...facts.map(([, one]) => one.length), 1);
  return ['', ...facts].map((fact) =>
    fact === ''
      ? `${''.padEnd(15)}  ${'A'.padEnd(wide)}  B`
      : `${fact[0].padEnd(15)}  ${fact[1].padEnd(wide)}  ${fact[1] === fact[2] ? '=' : fact[2]}`,
  );
}

function figure(value: number | null | undefined): string {
  return value === undefined || value === null ? '-' : count(value);
}

/** By their ids, with those that were executed before the first state. */
function statementsOf({ system }: Compared): readonly string[] {
  const before = (system.prelude ?? []).flatMap(({ lines }) =>
    lines.flatMap(({ statement = [] }) => statement),
  );
  return [...new Set([...before, ...system.statements.map(({ id }) => id)])];
}

function reorderingsOf({ job: { result } }: Compared): readonly string[] {
  const all: readonly Occurred[] = result.kind === 'outcome' ? (result.outcome.reorderings ?? []) : [];
  return all.map((it) => `${it.statement}; ${orderWords(it)}`);
}

/** What only one of them has. */
function differing(title: string, a: readonly string[], b: readonly string[]): readonly string[] {
  const onlyIn = (these: readonly string[], those: readonly string[], mark: string) => {
    const known = new Set(those);
    return these
      .filter((it) => !known.has(it))
      .flatMap((it) => wrap(`  only ${mark}  ${it}`, width, '            '));
  };
  const lines = [...onlyIn(a, b, 'A'), ...onlyIn(b, a, 'B')];
  if (lines.length > 0) return [`${title}:`, ...lines];
  return a.length === 0 ? [] : [`${title}: the same ${a.length}`];
}

/** Both, a line for each that they show; the same lines in the same row, as far as their order lets them. */
function traces(a: Trace | null, b: Trace | null): readonly string[] {
  const [left, right] = [linesOf(a), linesOf(b)];
  if (left.length === 0 && right.length === 0) return [];
  if (left.length === 0) return ['Counterexample of B:', ...right.map((line) => `  ${line}`)];
  if (right.length === 0) return ['Counterexample of A:', ...left.map((line) => `  ${line}`)];
  const pairs = aligned(left, right).map(
    ([one, other]) => `${clipped(one).padEnd(half)} ${one === other ? '=' : '|'} ${clipped(other)}`,
  );
  return ['Counterexamples:', ...pairs.map((line) => line.trimEnd())];
}

function linesOf(trace: Trace | null): readonly string[] {
  if (trace === null) return [];
  const lines = trace.steps.flatMap(({ agent, column = agent, lines: own }) =>
    own.filter(({ text }) => text !== '').map(({ text }) => `${column}: ${printable(text)}`),
  );
  return [...lines, `=> ${printable(trace.ending)}`];
}

function clipped(text: string): string {
  return text.length <= half ? text : `${text.slice(0, Math.floor(half) - 3)}...`;
}

/** Rows of both, with a longest common subsequence side by side. */
function aligned(a: readonly string[], b: readonly string[]): readonly (readonly [string, string])[] {
  const longest = Array.from({ length: a.length + 1 }, () => new Array<number>(b.length + 1).fill(0));
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      longest[i]![j] =
        a[i] === b[j] ? 1 + longest[i + 1]![j + 1]! : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!);
    }
  }
  const pairs: (readonly [string, string])[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) pairs.push([a[i++]!, b[j++]!]);
    else if (j >= b.length || (i < a.length && longest[i + 1]![j]! >= longest[i]![j + 1]!))
      pairs.push([a[i++]!, '']);
    else pairs.push(['', b[j++]!]);
  }
  return pairs;
}
