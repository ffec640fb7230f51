/** Text in aligned columns, as tables on a terminal and in a mail have it. */

export type Align = 'left' | 'right';

/** One text of a row; `paint` colours it after it was padded, so that colours do not disturb the alignment. */
export interface GridCell {
  readonly text: string;
  readonly paint?: (text: string) => string;
}

/** The rows as lines with two spaces between columns. A short row leaves its last columns empty. */
export function grid(rows: readonly (readonly GridCell[])[], align: readonly Align[]): readonly string[] {
  const widths = align.map((_, column) => Math.max(0, ...rows.map((row) => row[column]?.text.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const width = widths[column] ?? 0;
        const padded = align[column] === 'right' ? cell.text.padStart(width) : cell.text.padEnd(width);
        const shown = column === row.length - 1 ? padded.trimEnd() : padded;
        return cell.paint ? cell.paint(shown) : shown;
      })
      .join('  ')
      .trimEnd(),
  );
}
