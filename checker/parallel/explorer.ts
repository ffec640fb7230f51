/** What a worker does within a level: it takes states from the lists, looks their successors up in the common visited
 *  set, and keeps and judges those that it was the first to find. */
import { queueFor } from '../explore/queue.ts';
import { hashOfState, Recent } from '../explore/recent.ts';
import { type Successors, successorsOf } from '../explore/successors.ts';
import { type Layout, repack } from '../intern/layout.ts';
import { nextLayout, relay, type Tables } from '../intern/tables.ts';
import { type Judge, judgeOf } from '../property/judge.ts';
import type { Handover } from './handover.ts';
import { type Block, Lists } from './list.ts';
import type { Rounds } from './rounds.ts';
import { common, floatOf, lineOf, makeRoom, own, type Shared } from './shared.ts';
import { bitsFor, isPlain, MOST_FULL, Table } from './table.ts';

/** Successors that are looked up together. */
const BATCH = 64;
/** States that workers take in turns when work is handed over. */
const TURN = 64;
/** States that are packed anew together. */
const PORTION = 256;

/** Why a worker wants all of them to stop, as bits. */
export const wish = {
  /** A value did not fit its field. */
  relay: 1,
  /** The visited set is as full as it may be. */
  grow: 2,
  /** A state breaks an invariant or is stuck, or there are too many: an exploration with traces has to tell. */
  again: 4,
  /** The main thread wants to end. */
  abort: 8,
  /** There is no memory for more states. */
  memory: 16,
} as const;

export class Explorer {
  readonly successors: Successors;
  readonly judge: Judge;
  readonly lists: Lists;
  /** How many states this worker was the first to find, and how many it has expanded. */
  states = 0;
  expanded = 0;
  transitions = 0;
  /** Bits of `wish`. */
  wishes = 0;
  /** How memory ended. */
  why = '';

  private readonly tables: Tables;
  private readonly shared: Shared;
  private readonly me: number;
  private readonly rounds: Rounds;
  private readonly maxStates: number;
  private readonly progress: Float64Array;
  private readonly growth: Float64Array;
  private block: Block | null = null;
  private queue = queueFor(1);
  private recent = new Recent(1);
  private table: Table;
  private bits: number;
  /** Which of the shared tables it is. */
  private which = 0;
  /** States that this worker may add before the table is too full. */
  private room = 0;

  constructor(tables: Tables, shared: Shared, me: number, rounds: Rounds, handover: Handover) {
    this.tables = tables;
    this.shared = shared;
    this.me = me;
    this.rounds = rounds;
    this.maxStates = handover.maxStates;
    this.successors = successorsOf(tables);
    this.judge = judgeOf(tables, this.successors.changedBy);
    this.lists = new Lists(shared, me, handover.level);
    this.progress = floatOf(shared, me, own.transitions);
    this.growth = floatOf(shared, me, own.growth);
    this.bits = handover.bits;
    this.table = new Table(shared.tables[0]!, this.bits, tables.layout.words);
    this.prepare();
    this.take(handover);
  }

  /** Expands states of this level until there are none left, or somebody is in a hurry. */
  expandLevel(): void {
    this.flush();
    while (this.wishes === 0 && !this.rounds.isHurried()) {
      if (this.block === null || this.block.from === this.block.to) {
        this.block = this.lists.take();
        if (this.block === null) break;
      }
      this.expandBlock(this.block);
    }
    this.flush();
  }

  /** All workers have said how many states they have found: the level of these begins. */
  nextLevel(sizes: readonly number[]): void {
    this.lists.nextLevel(sizes, this.tables.layout.words);
  }

  /** Makes room for more states than all `states`, or for the values that are known by now if `isWider`: then nobody has
   *  successors that are not looked up. All workers do it together. */
  rebuild(states: number, isWider: boolean): void {
    const isFull = states >= 0.8 * MOST_FULL * this.table.slots;
    if (!(isWider || isFull) || this.remake(states, isWider, isFull)) this.share(states);
  }

  /** Moves everything to another table; false if there is no memory for it. */
  private remake(states: number, isWider: boolean, isFull: boolean): boolean {
    const { tables, shared, me, rounds } = this;
    const from = tables.layout;
    const to = isWider ? nextLayout(tables) : from;
    this.withinMemory(() => {
      this.bits = bitsFor(isFull ? 1.5 * states : states, to.words);
      if (me === 0) makeRoom(shared.tables[1 - this.which]!, Table.bytes(this.bits, to.words));
    });
    if (rounds.end([this.wishes]).some(([wishes]) => (wishes! & wish.memory) !== 0)) {
      this.wishes |= wish.memory;
      return false;
    }
    const bigger = new Table(shared.tables[1 - this.which]!, this.bits, to.words);
    bigger.clear(me, shared.workers);
    rounds.end();
    this.move(bigger, from, to);
    if (isWider) this.relay(from, to);
    rounds.end();
    this.table = bigger;
    this.which = 1 - this.which;
    this.lists.look(to.words);
    if (this.block !== null) this.block = this.lists.again(this.block);
    return true;
  }

  /** Moves this worker's part of the table. */
  private move(bigger: Table, from: Layout, to: Layout): void {
    const states = new Int32Array(PORTION * from.words);
    const hashes = new Int32Array(PORTION);
    for (const count of this.table.states(this.me, this.shared.workers, states)) {
      const packed = from === to ? states : repack(states, count, from, to, count);
      for (let i = 0; i < count; i++) hashes[i] = hashOfState(packed, i * to.words, to.words);
      bigger.touch(hashes, count);
      for (let i = 0; i < count; i++) this.add(bigger, packed, i * to.words, hashes[i]!);
    }
  }

  /** Adds a state that is in no table yet. */
  private add(table: Table, words: Int32Array, from: number, hash: number): void {
    if (isPlain(words, from, table.width)) table.add(words, from, hash);
    else this.want(wish.again);
  }

  private relay(from: Layout, to: Layout): void {
    this.withinMemory(() => this.lists.relay(from, to));
    relay(this.tables, to);
    this.successors.relaid();
    this.prepare();
    this.wishes &= ~wish.relay;
  }

  /** Makes what depends on the layout. */
  private prepare(): void {
    const { words } = this.tables.layout;
    this.queue = queueFor(words);
    this.recent = new Recent(words);
  }

  /** Shares out the room that the table has left. */
  private share(states: number): void {
    const { table, shared } = this;
    this.room = Math.max(0, Math.floor((MOST_FULL * table.slots - states) / shared.workers));
    this.wishes &= ~wish.grow;
  }

  /** Takes a part of the states that were found before. */
  private take({ words, states, expanded }: Handover): void {
    const { table, lists, judge, me, shared } = this;
    const { width } = table;
    for (let state = 0; state < states; state++) {
      if (Math.floor(state / TURN) % shared.workers !== me) continue;
      this.add(table, words, state * width, hashOfState(words, state * width, width));
      this.states += 1;
      if (state < expanded) {
        this.expanded += 1;
        continue;
      }
      lists.append(words, state * width, width);
      // They were judged in the main thread; here, the judge has to know what that depends on.
      if (judge.judge(words, state * width, 0) !== null) this.want(wish.again);
    }
    this.share(states);
  }

  private expandBlock(block: Block): void {
    while (block.from < block.to && this.wishes === 0) {
      this.expandNext(block);
      if (this.queue.size >= BATCH) this.flush();
    }
  }

  /** A method of its own, because it is optimised better than a loop that goes on for a whole level. */
  private expandNext(block: Block): void {
    const { queue, me } = this;
    const base = block.from * this.table.width;
    const start = queue.size;
    const found = this.successors.expand(block.words, base, queue);
    if (found < 0) {
      this.want(wish.relay);
      return;
    }
    block.from += 1;
    this.expanded += 1;
    this.transitions += found;
    if (found === 0 && this.judge.stuck(block.words, base) !== null) this.want(wish.again);
    // What another judge has found says nothing about what this one need not ask.
    if (block.of !== me) queue.moves.fill(0, start, queue.size);
    this.recent.sift(queue, start);
  }

  /** Looks up what is queued, as long as there is room for new states. */
  private flush(): void {
    const { queue, table, lists } = this;
    const { words, moves, hashes, size } = queue;
    const { width } = table;
    table.touch(hashes, size);
    let i = 0;
    for (; i < size && this.room > 0; i++) {
      const from = i * width;
      if (!isPlain(words, from, width)) this.want(wish.again);
      else if (table.add(words, from, hashes[i]!)) {
        this.room -= 1;
        this.states += 1;
        lists.append(words, from, width);
        if (this.judge.judge(words, from, 0, moves[i]!) !== null) this.want(wish.again);
      }
    }
    queue.size = size - i;
    if (i < size) {
      words.copyWithin(0, i * width, size * width);
      moves.copyWithin(0, i, size);
      hashes.copyWithin(0, i, size);
      this.want(wish.grow);
    }
    this.tell();
  }

  /** Wants all workers to stop, for the reason that `bit` is. */
  private want(bit: number): void {
    this.wishes |= bit;
    this.rounds.hurry();
  }

  /** Says how far we are, and hears whether that is too far. */
  private tell(): void {
    const { control, workers } = this.shared;
    control[lineOf(this.me) + own.states] = this.states;
    control[lineOf(this.me) + own.expanded] = this.expanded;
    this.progress[0] = this.transitions;
    this.growth[0] = this.room < this.table.slots / 16 / workers ? (2 * this.tableBytes()) / workers : 0;
    if (Atomics.load(control, common.abort) !== 0) this.want(wish.abort);
    if (this.maxStates === Number.POSITIVE_INFINITY) return;
    let states = 0;
    for (let w = 0; w < workers; w++) states += Atomics.load(control, lineOf(w) + own.states);
    if (states > this.maxStates) this.want(wish.again);
  }

  private tableBytes(): number {
    return Table.bytes(this.bits, this.table.width);
  }

  private withinMemory(allocate: () => void): void {
    try {
      allocate();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      this.why = error.message;
      this.want(wish.memory);
    }
  }
}
