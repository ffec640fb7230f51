/** How lists of a diagram are made: from the last value to the first, because a node holds what follows it. */
import { EMPTY, Nodes } from './nodes.ts';

/** The nodes of a run, with a stack of what is to become lists. */
export class Lists extends Nodes {
  /** The lists under construction, as pairs (value, down); a stack, because lists are built within lists. */
  protected pairs = new Int32Array(1 << 12);
  protected top = 0;

  /** The height of the stack, to be given to `build`. */
  begin(): number {
    return this.top;
  }

  /** Adds to the list under construction: values must ascend. */
  push(value: number, down: number): void {
    if (down === EMPTY) return;
    if (this.top + 2 > this.pairs.length) {
      const bigger = new Int32Array(2 * this.pairs.length);
      bigger.set(this.pairs);
      this.pairs = bigger;
    }
    this.pairs[this.top++] = value;
    this.pairs[this.top++] = down;
  }

  /** The list that was pushed since `base`, followed by `tail`. */
  build(base: number, tail: number): number {
    let list = tail;
    while (this.top > base) {
      this.top -= 2;
      list = this.make(this.pairs[this.top]!, this.pairs[this.top + 1]!, list);
    }
    return list;
  }
}
