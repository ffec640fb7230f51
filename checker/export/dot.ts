/** The happens-before picture in Graphviz's language, and as SVG. A frame for each column, program order downwards;
 *  what took effect in another order is red. Colours can be read on light and on dark ground. */
import { wrap } from '../report/wrap.ts';
import { type Edge, happensBefore, type Node } from './happens-before.ts';
import { type Box, lanesOf } from './lanes.ts';
import { type ExportedRun, titleOf } from './run.ts';

const GROUND = { read: '#dbeafe', write: '#fde68a', fence: '#e5e7eb', other: '#f3f4f6' } as const;

const EDGES: Readonly<Record<Edge['kind'], string>> = {
  po: 'color="#8b95a1"',
  rf: 'color="#2f9e5b", fontcolor="#2f9e5b", xlabel="rf", penwidth=1.6',
  co: 'color="#3b82f6", fontcolor="#3b82f6", xlabel="co", penwidth=1.6',
  fr: 'color="#e07b1a", fontcolor="#e07b1a", xlabel="fr", penwidth=1.6',
  reordered: 'color="#e5484d", penwidth=2.4, tailport=w, headport=w',
  seen: 'color="#8b5cf6", style=dashed',
};

const LEGEND = [
  'Downwards: program order. rf: is read by. co: is overwritten by. fr: reads what is overwritten by.',
  'Red arrow: took effect before what it points to, against program order. Dashed: what a device sees, or what is not',
  'in memory when the trace ends.',
];

/** Of these Graphviz knows the widths. */
const SANS = 'fontname="Helvetica"';
const MONO = 'fontname="Courier"';
const LETTER = 6.05;
const LINE = 12;

export function traceDot(run: ExportedRun): string {
  const picture = happensBefore(run.trace);
  const { columns, nodes, edges } = picture;
  const texts = new Map(nodes.map((node) => [node.id, nodeText(node)]));
  const lanes = lanesOf(picture, new Map([...texts].map(([id, text]) => [id, sizeOf(text)])));
  const label = [titleOf(run), ...wrap(run.trace.ending, 100), ...LEGEND].map(escaped).join('\\l');
  const shown = (node: Node): string =>
    `${node.id} [label="${texts.get(node.id)!.map(escaped).join('\\l')}\\l", ${place(lanes.boxes.get(node.id)!)}${look(node)}];`;
  return `${[
    'digraph trace {',
    '  graph [layout=nop, splines=true, bgcolor="transparent", forcelabels=true];',
    `  graph [label="${label}\\l", labelloc=b, labeljust=l, ${SANS}, fontsize=11, fontcolor="#8b95a1"];`,
    `  node [shape=box, style="filled,rounded", fixedsize=true, ${MONO}, fontsize=10, color="#8b95a1", fontcolor="#111827"];`,
    `  edge [${SANS}, fontsize=10, arrowsize=0.7];`,
    ...columns.flatMap((column, c) => {
      const frame = lanes.frames[c]!;
      const name = { x: frame.x, y: frame.height - lanes.head / 2, width: frame.width, height: lanes.head };
      return [
        `  subgraph cluster_${c} {`,
        `    graph [bb="${corners(frame)}", label="", color="#8b95a1", style=rounded];`,
        `    head${c} [label="${escaped(column)}", ${place(name)}, shape=plaintext, style="", ${SANS}, fontsize=13, fontcolor="#8b95a1"];`,
        ...nodes.filter((node) => node.column === column).map((node) => `    ${shown(node)}`),
        '  }',
      ];
    }),
    ...edges.map((edge) => `  ${edge.from} -> ${edge.to} [${EDGES[edge.kind]}];`),
    '}',
  ].join('\n')}\n`;
}

/** Drawn by Graphviz itself, compiled to WebAssembly; it is loaded only here. */
export async function traceSvg(run: ExportedRun): Promise<string> {
  const { instance } = await import('@viz-js/viz');
  return (await instance()).renderString(traceDot(run), { format: 'svg' });
}

function nodeText({ kind, text, fn, step, reorderings }: Node): readonly string[] {
  const above = [step === null ? '' : `${step + 1}.`, fn === undefined ? '' : `${fn}():`].join(' ').trim();
  const remedies = reorderings.flatMap((r) => r.forbiddenBy.slice(0, 1).map((by) => `forbidden by ${by}`));
  const below = kind === 'missing' ? ['not in memory when the trace ends'] : [...new Set(remedies)];
  return [...(above === '' ? [] : [above]), ...text.split('\n'), ...below].flatMap((t) => wrap(t, 36));
}

const sizeOf = (text: readonly string[]): Pick<Box, 'width' | 'height'> => ({
  width: Math.ceil(Math.max(...text.map((line) => line.length)) * LETTER) + 18,
  height: text.length * LINE + 10,
});

const inches = (points: number): string => (points / 72).toFixed(4);
const place = ({ x, y, width, height }: Box): string =>
  `pos="${x},${y}", width=${inches(width)}, height=${inches(height)}`;
const corners = ({ x, y, width, height }: Box): string =>
  [x - width / 2, y - height / 2, x + width / 2, y + height / 2].join(',');

function look({ kind, reorderings }: Node): string {
  if (kind === 'missing') return ', style="rounded,dashed", color="#e5484d", fontcolor="#e5484d"';
  if (kind === 'effect') return ', shape=note, style=filled, fillcolor="#ede9fe", color="#8b5cf6"';
  return `, fillcolor="${GROUND[kind]}"${reorderings.length > 0 ? ', color="#e5484d", penwidth=2.4' : ''}`;
}

const escaped = (text: string): string => text.replace(/[\\"]/g, '\\$&');
