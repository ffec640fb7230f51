/** Which levels of a vector an operation is about: a list, from the top down, in which equal rests are one, so that
 *  what was computed for a rest serves every list that ends in it. */
export interface Levels {
  readonly id: number;
  readonly level: number;
  /** Whether a filter applies to this level. */
  readonly filtered: boolean;
  readonly rest: Levels | null;
}

/** More levels than this do not fit into the name of an operation. */
export const MOST_LEVELS = 256;
const MOST_LISTS = 1 << 18;

/** All lists of a run. */
export class LevelLists {
  private readonly known = new Map<string, Levels>();

  /** The list of `levels`, which ascend; `filtered` is one of them, or -1. */
  of(levels: readonly number[], filtered = -1): Levels | null {
    let list: Levels | null = null;
    for (const level of [...levels].reverse()) list = this.cons(level, level === filtered, list);
    return list;
  }

  private cons(level: number, filtered: boolean, rest: Levels | null): Levels {
    const key = `${level}${filtered ? '!' : ' '}${rest?.id ?? ''}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const list = { id: this.known.size + 1, level, filtered, rest };
    if (list.id >= MOST_LISTS) throw new RangeError('too many lists of levels');
    this.known.set(key, list);
    return list;
  }
}

/** The name of operation `kind` (1 to 15) on vectors that begin at `level`, with `levels` still to come. */
export function operation(kind: number, level: number, levels: Levels): number {
  return (levels.id << 12) | (level << 4) | kind;
}
