/** How wide the columns of a trace are. */

/** Between two columns. */
export const separator = ' | ';

/** A column that needs more than this is not squeezed below it. */
export const narrowest = 22;

/**
 * The widths of columns that need `needs` where `room` characters are there for all of them and their separators:
 * what they need if there is room, otherwise the split with the fewest rows (`rowsAt` counts them), the most even
 * one among equals. Null if a column would become too narrow to read.
 */
export function columnWidths(
  room: number,
  needs: readonly number[],
  rowsAt: (widths: readonly number[]) => number,
): readonly number[] | null {
  const available = room - separator.length * (needs.length - 1);
  if (sum(needs) <= available) return needs;
  const candidates = splits(available, needs);
  const scored = candidates.map((widths) => ({ widths, rows: rowsAt(widths), spread: spread(widths) }));
  const [best] = scored.sort((a, b) => a.rows - b.rows || a.spread - b.spread);
  return best?.widths ?? null;
}

/** Every way to split `available` so that each column has between its least width and what it needs. */
function splits(available: number, needs: readonly number[]): readonly (readonly number[])[] {
  const [need, ...others] = needs;
  if (need === undefined) return [[]];
  const rest = others.map((other) => Math.min(other, narrowest));
  const most = Math.min(need, available - sum(rest));
  const least = Math.max(Math.min(need, narrowest), Math.min(most, available - sum(others)));
  return range(least, most).flatMap((width) =>
    splits(available - width, others).map((widths) => [width, ...widths]),
  );
}

function range(least: number, most: number): readonly number[] {
  return Array.from({ length: Math.max(0, most - least + 1) }, (_, i) => least + i);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

function spread(widths: readonly number[]): number {
  return Math.max(...widths) - Math.min(...widths);
}
