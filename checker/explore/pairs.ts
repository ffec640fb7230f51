/** Numbers for pairs of words: the inner nodes of the tree in which states of more than 64 bits are stored. Two
 *  words that many states share are stored once, and stand in the states as one number (tree compression:
 *  Laarman, van de Pol, Weber, "Parallel recursive state compression for free", 2011). */
import { hashOf } from './key-set.ts';
import { grown } from './leaves.ts';

const FIRST_BITS = 6;
/** Pairs that were asked for last, found without a look at the whole table. */
const RECENT_BITS = 9;
const MAX_BITS = 27;

export class Pairs {
  private bits = FIRST_BITS;
  /** Slot `s` is the words `4 s` and `4 s + 1`, and the pair's number in `4 s + 2`; 0: empty. */
  private table = new Int32Array(4 << FIRST_BITS);
  /** Pair `n` is the words `2 n` and `2 n + 1`. Number 0 is (0, 0). */
  private words = new Int32Array(2 << FIRST_BITS);
  private count = 1;
  /** Like `table`, but a new pair takes the place of the one before. */
  private readonly recent = new Int32Array(4 << RECENT_BITS);

  bytes(): number {
    return this.table.byteLength + this.words.byteLength;
  }

  first(pair: number): number {
    return this.words[2 * pair]!;
  }

  second(pair: number): number {
    return this.words[2 * pair + 1]!;
  }

  /** The number of (a, b); a new pair gets the next one. */
  idOf(a: number, b: number): number {
    if ((a | b) === 0) return 0;
    const hash = hashOf(a, b);
    const { recent } = this;
    const near = (hash & ((1 << RECENT_BITS) - 1)) << 2;
    if (recent[near] === a && recent[near + 1] === b) return recent[near + 2]!;
    const id = this.lookUp(a, b, hash);
    recent[near] = a;
    recent[near + 1] = b;
    recent[near + 2] = id;
    return id;
  }

  private lookUp(a: number, b: number, hash: number): number {
    const { table } = this;
    const last = table.length - 1;
    let at = (hash >>> (32 - this.bits)) << 2;
    for (let id = table[at + 2]!; id !== 0; id = table[at + 2]!) {
      if (table[at] === a && table[at + 1] === b) return id;
      at = (at + 4) & last;
    }
    return this.add(a, b, at);
  }

  private add(a: number, b: number, at: number): number {
    if (2 * this.count > 1 << this.bits) {
      this.grow();
      return this.lookUp(a, b, hashOf(a, b));
    }
    const id = this.count;
    if (2 * id >= this.words.length) this.words = grown(this.words, 2 * id + 2);
    this.words[2 * id] = a;
    this.words[2 * id + 1] = b;
    this.point(at, id);
    this.count = id + 1;
    return id;
  }

  private point(at: number, id: number): void {
    this.table[at] = this.words[2 * id]!;
    this.table[at + 1] = this.words[2 * id + 1]!;
    this.table[at + 2] = id;
  }

  private grow(): void {
    if (this.bits === MAX_BITS) throw new RangeError('too many states');
    const table = new Int32Array(8 << this.bits);
    this.bits += 1;
    this.table = table;
    const last = table.length - 1;
    for (let id = 1; id < this.count; id++) {
      let at = (hashOf(this.words[2 * id]!, this.words[2 * id + 1]!) >>> (32 - this.bits)) << 2;
      while (table[at + 2] !== 0) at = (at + 4) & last;
      this.point(at, id);
    }
  }
}
