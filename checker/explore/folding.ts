/** Between a packed state of any width and a key of two words: neighbouring words are replaced by the number of their
 *  pair until two are left. Equal states have equal keys and different states have different ones. */
import { Pairs } from './pairs.ts';

export interface Folding {
  /** Writes the keys of the first `count` states of `words`. May return `words` itself. */
  keysOf(words: Int32Array, count: number): Int32Array;
  /** Writes the state of a key to the beginning of `into`. */
  unfold(a: number, b: number, into: Int32Array): void;
  bytes(): number;
}

/** Of states that are `width` words wide. */
export function foldingOf(width: number): Folding {
  if (width === 1) return single();
  if (width === 2) return asItIs;
  return tree(width);
}

const asItIs: Folding = {
  keysOf: (words) => words,
  unfold(a, b, into) {
    into[0] = a;
    into[1] = b;
  },
  bytes: () => 0,
};

function single(): Folding {
  let keys = new Int32Array(512);
  return {
    keysOf(words, count) {
      if (keys.length < 2 * count) keys = new Int32Array(4 * count);
      for (let i = 0; i < count; i++) keys[2 * i] = words[i]!;
      return keys;
    },
    unfold(a, _b, into) {
      into[0] = a;
    },
    bytes: () => 0,
  };
}

/** A row of the tree: how many words it has below the next one. A last word without a partner goes up as it is. */
interface Row {
  readonly size: number;
  /** One table for each pair of words. */
  readonly pairs: readonly Pairs[];
}

function tree(width: number): Folding {
  const rows: Row[] = [];
  for (let size = width; size > 2; size = (size + 1) >> 1) {
    rows.push({ size, pairs: Array.from({ length: size >> 1 }, () => new Pairs()) });
  }
  let keys = new Int32Array(512);
  const row = new Int32Array(width);
  return {
    keysOf(words, count) {
      if (keys.length < 2 * count) keys = new Int32Array(4 * count);
      for (let i = 0; i < count; i++) {
        const base = i * width;
        for (let w = 0; w < width; w++) row[w] = words[base + w]!;
        for (let r = 0; r < rows.length; r++) {
          const { size, pairs } = rows[r]!;
          for (let p = 0; p < pairs.length; p++) row[p] = pairs[p]!.idOf(row[2 * p]!, row[2 * p + 1]!);
          if ((size & 1) === 1) row[pairs.length] = row[size - 1]!;
        }
        keys[2 * i] = row[0]!;
        keys[2 * i + 1] = row[1]!;
      }
      return keys;
    },
    unfold(a, b, into) {
      into[0] = a;
      into[1] = b;
      for (let r = rows.length - 1; r >= 0; r--) {
        const { size, pairs } = rows[r]!;
        if ((size & 1) === 1) into[size - 1] = into[pairs.length]!;
        for (let p = pairs.length - 1; p >= 0; p--) {
          const id = into[p]!;
          into[2 * p + 1] = pairs[p]!.second(id);
          into[2 * p] = pairs[p]!.first(id);
        }
      }
    },
    bytes: () => rows.reduce((sum, { pairs }) => sum + pairs.reduce((all, it) => all + it.bytes(), 0), 0),
  };
}
