/** What a matrix says, in sentences: one for each barrier, lock or dependency, and one for the order of steps. */
import type { Matrix, Row } from './matrix.ts';

export function sentences(matrix: Matrix): readonly string[] {
  const lines = new Map<string, Row[]>();
  for (const row of matrix.rows) {
    if (row.sort === 'order' || row.sort === 'pair' || Object.keys(row.cells).length === 0) continue;
    const key = row.id.slice(0, row.id.lastIndexOf('.'));
    lines.set(key, [...(lines.get(key) ?? []), row]);
  }
  return [...lines.values()].flatMap((rows) => lineSentence(rows, matrix.models));
}

/** The strongest change to the line says whether it is needed; the others, what would do in its place. */
function lineSentence(rows: readonly Row[], models: readonly string[]): readonly string[] {
  const whole =
    rows.find(({ change }) => change === 'dropped') ?? rows.findLast(({ change }) => !isMove(change));
  if (whole === undefined) return [];
  const by = (row: Row, verdict: string): readonly string[] =>
    models.filter((m) => row.cells[m]?.verdict === verdict);
  const [needed, redundant] = [by(whole, 'needed'), by(whole, 'redundant')];
  const other = models.filter(
    (m) => whole.cells[m] !== undefined && !needed.includes(m) && !redundant.includes(m),
  );
  if (needed.length + redundant.length === 0) return [];
  const what =
    whole.sort === 'dependency'
      ? `The dependency on ${whole.text} in ${whole.fn}()`
      : `${whole.text} in ${whole.fn}()`;
  const said = [
    ...(needed.length > 0 ? [`needed on ${list(needed)}`] : []),
    ...(redundant.length > 0
      ? [needed.length > 0 ? `not on ${list(redundant)}` : `redundant here on ${list(redundant)}`]
      : []),
    ...other.map((m) => `${whole.cells[m]!.verdict} on ${m}`),
  ];
  const isWhole = whole.change === 'dropped' || whole.sort === 'dependency';
  const instead = isWhole || needed.length === 0 ? '' : ` (${whole.change} does not do)`;
  const weaker = needed.length === 0 || whole.change !== 'dropped' ? [] : substitutes(rows, whole, needed);
  return [`${what}: ${said.join(', ')}${instead}.${weaker.join('')}`];
}

const isMove = (change: string): boolean => change.startsWith('moved');

/** Weaker forms, tried where the whole is needed. */
function substitutes(rows: readonly Row[], whole: Row, needed: readonly string[]): readonly string[] {
  const others = rows.filter((row) => row !== whole && !isMove(row.change));
  const does = others.filter((row) => needed.every((m) => row.cells[m]?.verdict === 'redundant'));
  const fails = others.filter((row) => needed.some((m) => row.cells[m]?.verdict === 'needed'));
  return [
    ...(does.length > 0 ? [` ${list(does.map(({ change }) => change))} would do here.`] : []),
    ...(fails.length > 0 ? [` ${list(fails.map(({ change }) => change))} would not do.`] : []),
  ];
}

const list = (words: readonly string[]): string =>
  words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
