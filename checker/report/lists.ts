/** Lists that many runs share in most of their parts, written once: a run says which places of the common list are its. */

/** A list that grows by what is new, by its JSON. */
export class Common<T> {
  readonly all: T[] = [];
  private readonly places = new Map<string, number>();

  /** Where these are, as `0-4 7`. */
  ranges(items: readonly T[]): string {
    return rangesOf(items.map((item) => this.placeOf(item)));
  }

  private placeOf(item: T): number {
    const key = JSON.stringify(item);
    const known = this.places.get(key) ?? this.all.push(item) - 1;
    this.places.set(key, known);
    return known;
  }
}

/** Numbers in ranges, in their order: `0-4 7`. */
export function rangesOf(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const n of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && n === last[1] + 1) last[1] = n;
    else ranges.push([n, n]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(' ');
}

/** What stands at these places; what is no place is left out. */
export function at<T>(all: readonly T[], places: string): readonly T[] {
  const ranges = [...places.matchAll(/(\d+)(?:-(\d+))?/g)];
  return ranges.flatMap(([, from = '', to = from]) => all.slice(Number(from), Number(to) + 1));
}
