/** Decision tries: what a pure function answered, by the values of the components that it read, in the order in
 *  which it read them. All tries of a run share one growable Int32Array.
 *
 *  A slot holds 0 (unknown), an inner node's position (> 0), or -(answer + 1). A node is [field, width, children,
 *  component, ...], where `field` says where the layout has the component: `width >= 0` is a dense array of that many slots; `width < 0` is an open-addressing table of
 *  -width pairs (number + 1, slot), for components with many values of which a node has met few. */
import type { Layout } from './layout.ts';

/** Where a dense node's slots begin, counted from the node. */
const HEAD = 4;
/** A dense node may have this many slots whatever it has met. */
const ALWAYS_DENSE = 16;
/** Beyond that it must have met one in this many. */
const SPARSE = 8;

/** Every trie of a run. */
export class Tries {
  data = new Int32Array(1 << 10);
  private end = 1;
  private readonly roots: number[] = [];
  private layout: Layout;

  constructor(layout: Layout) {
    this.layout = layout;
  }

  /** A new empty trie; the slot that it returns names it. */
  root(): number {
    const root = this.allocate(1);
    this.roots.push(root);
    return root;
  }

  /** To be called when states are packed in another layout. */
  relay(layout: Layout): void {
    this.layout = layout;
    const slots = [...this.roots];
    for (let slot = slots.pop(); slot !== undefined; slot = slots.pop()) {
      const node = this.data[slot]!;
      if (node <= 0) continue;
      this.data[node] = layout.fieldOf[this.data[node + 3]!]!;
      for (const [, child] of this.children(node)) slots.push(child);
    }
  }

  bytes(): number {
    return this.data.byteLength;
  }

  /** The answer for the packed state at `base`, or -1 if it has not been learned. */
  lookup(root: number, words: Int32Array, base: number): number {
    const data = this.data;
    let node = data[root]!;
    while (node > 0) {
      const field = data[node]!;
      const id = (words[base + (field >>> 10)]! << field) >>> (field >>> 5);
      const width = data[node + 1]!;
      if (id < width) node = data[node + HEAD + id]!;
      else node = width < 0 ? data[this.hashed(node, id)]! : 0;
    }
    return ~node;
  }

  /** Records that the function answered `answer` after reading `path[i]` with number `ids[i]`, in that order.
   *  Returns the index in the path at which an earlier run went another way, or -1 if none did. */
  learn(root: number, path: readonly number[], ids: readonly number[], answer: number): number {
    let slot = root;
    for (let i = 0; i < path.length; i++) {
      const node = this.data[slot]!;
      if (node < 0 || (node > 0 && this.data[node + 3] !== path[i])) return i;
      if (node === 0) this.point(slot, this.node(path[i]!));
      slot = this.childSlot(slot, ids[i]!);
    }
    if (this.data[slot] !== 0) return path.length;
    this.data[slot] = ~answer;
    return -1;
  }

  /** The component that an earlier run read after reading `ids`; -1 if it had read all that it needed. */
  readAfter(root: number, ids: readonly number[]): number {
    let slot = root;
    for (const id of ids) slot = this.childSlot(slot, id);
    const node = this.data[slot]!;
    return node > 0 ? this.data[node + 3]! : -1;
  }

  /** A method of its own because `this.data[slot] = this.node()` would store into the array that it replaces. */
  private point(slot: number, node: number): void {
    this.data[slot] = node;
  }

  private node(c: number): number {
    const node = this.allocate(HEAD + 2);
    this.data[node] = this.layout.fieldOf[c]!;
    this.data[node + 1] = 2;
    this.data[node + 3] = c;
    return node;
  }

  /** The slot of child `id` of the node that `parent` points to, made if there is none. */
  private childSlot(parent: number, id: number): number {
    const node = this.data[parent]!;
    const width = this.data[node + 1]!;
    if (width >= 0 && id < width) return node + HEAD + id;
    if (width < 0) {
      const slot = this.hashed(node, id);
      if (slot !== 0) return slot;
      const children = this.data[node + 2]!;
      if (2 * (children + 1) <= -width) return this.addHashed(node, id);
    }
    this.point(parent, this.widened(node, id));
    return this.childSlot(parent, id);
  }

  /** A copy of the node that has room for child `id`, dense or hashed by how full it would be. */
  private widened(node: number, id: number): number {
    const entries = this.children(node);
    const top = entries.reduce((most, [key]) => Math.max(most, key), id);
    const dense = 2 ** (32 - Math.clz32(top));
    const isDense = dense <= Math.max(ALWAYS_DENSE, SPARSE * (entries.length + 1));
    const pairs = 2 ** (33 - Math.clz32(entries.length + 1));
    const bigger = this.allocate(HEAD + (isDense ? dense : 2 * pairs));
    this.data[bigger] = this.data[node]!;
    this.data[bigger + 1] = isDense ? dense : -pairs;
    this.data[bigger + 3] = this.data[node + 3]!;
    for (const [key, slot] of entries) {
      this.data[isDense ? bigger + HEAD + key : this.addHashed(bigger, key)] = this.data[slot]!;
    }
    return bigger;
  }

  /** The slots in use of a node, with the numbers that lead to them. */
  private children(node: number): [id: number, slot: number][] {
    const width = this.data[node + 1]!;
    const found: [number, number][] = [];
    for (let i = 0; i < Math.abs(width); i++) {
      const slot = width < 0 ? node + HEAD + 2 * i + 1 : node + HEAD + i;
      const id = width < 0 ? this.data[slot - 1]! - 1 : i;
      if (this.data[slot] !== 0) found.push([id, slot]);
    }
    return found;
  }

  /** The slot of child `id` in a hashed node, or 0 (whose content is always 0) if it has none. */
  private hashed(node: number, id: number): number {
    const data = this.data;
    const last = -data[node + 1]! - 1;
    let i = (Math.imul(id, 0x9e3779b1) >>> 8) & last;
    for (;;) {
      const at = node + HEAD + 2 * i;
      const key = data[at]!;
      if (key === id + 1) return at + 1;
      if (key === 0) return 0;
      i = (i + 1) & last;
    }
  }

  private addHashed(node: number, id: number): number {
    const data = this.data;
    const last = -data[node + 1]! - 1;
    let i = (Math.imul(id, 0x9e3779b1) >>> 8) & last;
    while (data[node + HEAD + 2 * i] !== 0) i = (i + 1) & last;
    data[node + HEAD + 2 * i] = id + 1;
    data[node + 2]! += 1;
    return node + HEAD + 2 * i + 1;
  }

  private allocate(size: number): number {
    const at = this.end;
    this.end += size;
    if (this.end > this.data.length) {
      const bigger = new Int32Array(Math.max(2 * this.data.length, this.end));
      bigger.set(this.data);
      this.data = bigger;
    }
    return at;
  }
}
