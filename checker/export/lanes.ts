/** Where the nodes of a happens-before picture go: a lane for each column, and time downwards, but for what took effect
 *  against program order. Graphviz itself would put lanes anywhere. */
import type { Picture } from './happens-before.ts';

export interface Box {
  /** The middle, in points, from the lower left. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface Lanes {
  readonly boxes: ReadonlyMap<string, Box>;
  /** The frame of each column, in their order. */
  readonly frames: readonly Box[];
  /** How much of a frame's upper end is for its name. */
  readonly head: number;
}

type Size = Pick<Box, 'width' | 'height'>;

const GAP = { lanes: 70, rows: 16, margin: 14 };
const HEAD = 30;

/** `sizes`: of each node, by its id. */
export function lanesOf(picture: Picture, sizes: ReadonlyMap<string, Size>): Lanes {
  const { columns, nodes } = picture;
  const rows = rowsOf(picture);
  const of = (column: string): readonly string[] =>
    nodes.filter((node) => node.column === column).map(({ id }) => id);
  const inRow = (row: number): readonly string[] =>
    [...rows].filter(([, its]) => its === row).map(([id]) => id);
  const heights = Array.from({ length: Math.max(-1, ...rows.values()) + 1 }, (_, row) =>
    Math.max(...inRow(row).map((id) => sizes.get(id)!.height)),
  );
  const total = heights.reduce((sum, height) => sum + height + GAP.rows, HEAD + 2 * GAP.margin);
  let top = total - HEAD - GAP.margin;
  const middles = heights.map((height) => {
    const y = top - height / 2;
    top -= height + GAP.rows;
    return y;
  });
  let left = 0;
  const frames = columns.map((column): Box => {
    const width = Math.max(80, ...of(column).map((id) => sizes.get(id)!.width)) + 2 * GAP.margin;
    const x = left + width / 2;
    left += width + GAP.lanes;
    return { x, y: total / 2, width, height: total };
  });
  const boxes = new Map(
    nodes.map(({ id, column }): [string, Box] => {
      const { x } = frames[columns.indexOf(column)]!;
      return [id, { ...sizes.get(id)!, x, y: middles[rows.get(id)!]! }];
    }),
  );
  return { boxes, frames, head: HEAD };
}

/** The row of each node: below what comes before it in its program, and below what came before it in time where that
 *  does not contradict. */
function rowsOf({ nodes, edges }: Picture): ReadonlyMap<string, number> {
  const before = new Map<string, string[]>(nodes.map(({ id }) => [id, []]));
  for (const { kind, from, to } of edges) if (kind === 'po') before.get(to)!.push(from);
  const follows = (id: string, other: string): boolean => {
    const met = new Set<string>();
    const open = [id];
    for (let at = open.pop(); at !== undefined; at = open.pop()) {
      if (at === other) return true;
      if (met.has(at)) continue;
      met.add(at);
      open.push(...before.get(at)!);
    }
    return false;
  };
  nodes.slice(1).forEach((node, i) => {
    const earlier = nodes[i]!;
    if (earlier.column !== node.column && !follows(earlier.id, node.id))
      before.get(node.id)!.push(earlier.id);
  });
  const rows = new Map<string, number>();
  const waiting = new Set(nodes.map(({ id }) => id));
  while (waiting.size > 0) {
    for (const id of waiting) {
      const above = before.get(id)!.map((other) => rows.get(other));
      if (above.includes(undefined)) continue;
      rows.set(id, Math.max(-1, ...above.map((row) => row!)) + 1);
      waiting.delete(id);
    }
  }
  return rows;
}
