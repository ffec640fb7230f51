/** A trace as a Mermaid sequence diagram, which GitHub and GitLab draw where it stands in Markdown. Statements are
 *  notes; arrows are stores that others read, commands, and what devices see of a step. */
import type { TraceStep } from '../outcome.ts';
import type { Line } from '../system.ts';
import { type Edge, happensBefore, type Node } from './happens-before.ts';
import { type ExportedRun, titleOf } from './run.ts';

export function traceMermaid(run: ExportedRun): string {
  const { trace } = run;
  const names = new Map(trace.columns.map((column, i) => [column, `p${i}`]));
  const arrows = arrowsInto(run);
  const body = trace.steps.flatMap((step, s) => [
    ...(s === trace.repeats ? ['loop for ever'] : []),
    ...stepLines(
      step,
      s,
      names,
      arrows.filter(({ to }) => to.step === s),
    ),
  ]);
  const prelude = (trace.prelude ?? []).flatMap(({ agent, lines }) =>
    lines.map((line) => `Note over ${names.get(agent)}: ${escaped(lineText(line))}`),
  );
  const all = [
    ...[...names].map(([column, name]) => `participant ${name} as ${escaped(column)}`),
    ...prelude,
    ...body,
    ...(trace.repeats === undefined ? [] : ['end']),
    `Note over ${[...new Set(['p0', `p${names.size - 1}`])].join(',')}: ${escaped(trace.ending)}`,
  ];
  return `%% ${titleOf(run).replace(/[{}]/g, '')}\nsequenceDiagram\n${all.map((line) => `  ${line}\n`).join('')}`;
}

interface Arrow {
  readonly kind: Edge['kind'];
  readonly from: Node;
  readonly to: Node;
}

/** Whose store was read by another column, and whose command was taken. */
function arrowsInto({ trace }: ExportedRun): readonly Arrow[] {
  const { nodes, edges } = happensBefore(trace);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  return edges
    .map(({ kind, from, to }) => ({ kind, from: byId.get(from)!, to: byId.get(to)! }))
    .filter(({ kind, from, to }) => {
      const tells = kind === 'rf' || (kind === 'seen' && to.kind !== 'effect');
      return tells && from.column !== to.column && to.step !== null;
    });
}

function stepLines(
  step: TraceStep,
  s: number,
  names: ReadonlyMap<string, string>,
  arrows: readonly Arrow[],
): readonly string[] {
  const { agent, column = agent, lines, effects } = step;
  const name = names.get(column)!;
  const into = arrows.map(({ kind, from, to }) => {
    const what = kind === 'rf' ? `${to.access?.place ?? ''} == ${to.access?.value ?? ''}` : 'commands';
    return `${names.get(from.column)}-->>${name}: ${escaped(what)}`;
  });
  const said = lines.map(lineText).join('\n');
  const others = [...new Set(effects.map((effect) => effect.column))];
  const seen = others.map((other) => {
    const texts = effects.filter((effect) => effect.column === other).map(({ text }) => text);
    if (other === column) return `Note over ${name}: ${escaped(texts.join('\n'))}`;
    return `${name}->>${names.get(other)}: ${escaped(texts.join('\n'))}`;
  });
  return [...into, ...(said === '' ? [] : [`Note over ${name}: ${escaped(`${s + 1}. ${said}`)}`]), ...seen];
}

function lineText({ text, fn, notes = [], reorderings = [] }: Line): string {
  const what = fn === undefined ? text : `${fn}(): ${text}`;
  const remedies = reorderings.flatMap(({ forbiddenBy }) => forbiddenBy.slice(0, 1));
  const why = remedies.length > 0 ? [`(forbidden by ${[...new Set(remedies)].join(', ')})`] : [];
  return [what, ...notes, ...why].join('\n');
}

/** Mermaid ends a statement at a semicolon, and takes what looks like HTML for it. Its own entities are no way out: not
 *  every version shows them as what they stand for. */
const escaped = (text: string): string =>
  text
    .replace(/;/g, ',')
    .replace(/#/g, 'no. ')
    .replace(/<(?=\S)/g, '< ')
    .replace(/%%/g, '% %')
    .split('\n')
    .join('<br/>');
