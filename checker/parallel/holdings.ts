/** What a worker holds: the states that belong to it. Their successors go where they belong, into its own visited set
 *  or into the mail; the owner of a new state judges it. */
import { type Queue, queueFor } from '../explore/queue.ts';
import { Recent } from '../explore/recent.ts';
import { type Successors, successorsOf } from '../explore/successors.ts';
import { Visited } from '../explore/visited.ts';
import type { Layout } from '../intern/layout.ts';
import { nextLayout, relay, type Tables } from '../intern/tables.ts';
import { type Judge, judgeOf } from '../property/judge.ts';
import type { Handover } from './handover.ts';
import { Inbox, Outbox } from './mail.ts';
import { type Owner, ownerByHash, ownerOf } from './ownership.ts';
import type { Rounds } from './rounds.ts';
import { CHUNK_WORDS, common, floatOf, lineOf, own, type Shared } from './shared.ts';

/** Successors that are sorted by owner together. */
const BATCH = 128;

/** Why a worker wants all of them to stop, as bits. */
export const wish = {
  /** A value did not fit its field. */
  relay: 1,
  /** A state breaks an invariant or is stuck, or there are too many: an exploration with traces has to tell. */
  again: 2,
  /** The main thread wants to end. */
  abort: 4,
  /** There is no memory for more states. */
  memory: 8,
} as const;

export class Holdings {
  readonly successors: Successors;
  readonly judge: Judge;
  readonly visited: Visited;
  transitions = 0;
  /** The next state to expand. */
  cursor = 0;
  /** Bits of `wish`. */
  wishes = 0;
  /** How memory ended. */
  why = '';

  private readonly tables: Tables;
  private readonly shared: Shared;
  private readonly me: number;
  private readonly rounds: Rounds;
  private readonly maxStates: number;
  private readonly firstLayout: Layout;
  private readonly inboxes: readonly Inbox[];
  private readonly outboxes: readonly Outbox[];
  private readonly progress: Float64Array;
  private readonly growth: Float64Array;
  /** Until the next look at how much the tables may have to grow. */
  private patience = 0;
  // These depend on the layout.
  /** Null as long as the hash of a state tells its owner. */
  private owner: Owner | null = null;
  private queue = queueFor(1);
  private mail = queueFor(1);
  private flat = new Int32Array(1);
  private recent = new Recent(1);
  /** Words of as many states as fit a chunk. */
  private fullChunk = 0;

  constructor(tables: Tables, shared: Shared, me: number, rounds: Rounds, handover: Handover) {
    this.tables = tables;
    this.shared = shared;
    this.me = me;
    this.rounds = rounds;
    this.maxStates = handover.maxStates;
    this.firstLayout = handover.layout;
    this.successors = successorsOf(tables);
    this.judge = judgeOf(tables, this.successors.changedBy);
    this.visited = new Visited(tables.layout.words, Number.POSITIVE_INFINITY, false);
    const all = Array.from({ length: shared.workers }, (_, w) => w);
    this.inboxes = all.filter((w) => w !== me).map((w) => new Inbox(shared, w, me));
    this.outboxes = all.map((w) => new Outbox(shared, me, w));
    this.progress = floatOf(shared, me, own.transitions);
    this.growth = floatOf(shared, me, own.growth);
    this.prepare();
    this.take(handover);
  }

  /** Expands the states before `levelEnd`, or some of them if somebody is in a hurry, and sends what is to be sent. */
  expandTo(levelEnd: number): void {
    while (this.cursor < levelEnd && this.wishes === 0) {
      this.expandNext();
      if (this.queue.size < BATCH) continue;
      this.deliver();
      if (this.rounds.isHurried()) break;
    }
    this.deliver();
    for (const outbox of this.outboxes) if (outbox.filled > 0) outbox.send();
  }

  /** A method of its own, because it is optimised better than a loop that goes on for a whole level. */
  private expandNext(): void {
    const { queue, flat } = this;
    this.visited.load(this.cursor, flat);
    const start = queue.size;
    const found = this.successors.expand(flat, 0, queue);
    if (found < 0) {
      this.want(wish.relay);
      return;
    }
    this.cursor += 1;
    this.transitions += found;
    this.recent.sift(queue, start);
    if (found === 0 && this.judge.stuck(flat, 0) !== null) this.want(wish.again);
  }

  /** Reads the mail; whether there was any. */
  receive(): boolean {
    const { inboxes, mail, recent } = this;
    const width = this.tables.layout.words;
    let any = false;
    for (let i = 0; i < inboxes.length; i++) {
      const inbox = inboxes[i]!;
      while (inbox.hasMail()) {
        any = true;
        mail.words = inbox.words() as Int32Array as Int32Array<ArrayBuffer>;
        mail.size = inbox.filled() / width;
        recent.sift(mail, 0);
        this.keep(mail);
        inbox.release();
      }
    }
    return any;
  }

  /** Gives every field the bits that its component's values need by now. All workers do it at the same point. */
  widen(): void {
    const from = this.tables.layout;
    const to = nextLayout(this.tables);
    this.withinMemory(() => this.visited.relay(from, to));
    relay(this.tables, to);
    this.successors.relaid();
    this.wishes &= ~wish.relay;
    this.prepare();
  }

  /** Wants all workers to stop, for the reason that `bit` is. */
  private want(bit: number): void {
    this.wishes |= bit;
    this.rounds.hurry();
  }

  /** Makes what depends on the layout. */
  private prepare(): void {
    const { layout } = this.tables;
    const perChunk = Math.floor(CHUNK_WORDS / layout.words);
    if (perChunk === 0) throw new Error(`a state of ${layout.words} words does not fit a chunk of mail`);
    this.fullChunk = perChunk * layout.words;
    this.queue = queueFor(layout.words);
    // None of its arrays is the queue's: mail may come while the queue is gone through.
    this.mail = {
      words: new Int32Array(0),
      parents: new Int32Array(perChunk),
      moves: new Int32Array(perChunk),
      hashes: new Int32Array(perChunk),
      size: 0,
      room: perChunk,
    };
    this.flat = new Int32Array(layout.words);
    this.recent = new Recent(layout.words);
    const { firstLayout, shared } = this;
    this.owner = layout === firstLayout ? null : ownerOf(firstLayout, layout, shared.workers);
  }

  /** Keeps what is ours of the states that were found before. The initial one is everybody's. */
  private take({ words, states, expanded }: Handover): void {
    const { queue, recent } = this;
    const width = this.tables.layout.words;
    queue.size = 1;
    this.keep(queue);
    for (let state = 1; state <= states; state++) {
      if (queue.size === BATCH || state === expanded || state === states) this.keep(queue);
      if (state === expanded) this.cursor = this.visited.count;
      if (state === states) break;
      copy(words, state * width, queue.words, queue.size * width, width);
      queue.size += 1;
      recent.sift(queue, queue.size - 1);
      if (ownerByHash(queue.hashes[queue.size - 1]!, this.shared.workers) !== this.me) queue.size -= 1;
    }
  }

  /** Sends the successors in the queue that belong to others, and keeps ours. */
  private deliver(): void {
    const { queue, owner, me } = this;
    const { workers } = this.shared;
    const { words, moves, hashes, size } = queue;
    const width = this.tables.layout.words;
    let kept = 0;
    for (let i = 0; i < size; i++) {
      const to = owner === null ? ownerByHash(hashes[i]!, workers) : owner(words, i * width);
      if (to !== me) {
        this.post(to, words, i * width, width);
        continue;
      }
      if (kept < i) copy(words, i * width, words, kept * width, width);
      hashes[kept] = hashes[i]!;
      moves[kept++] = moves[i]!;
    }
    queue.size = kept;
    this.keep(queue);
    this.receive();
    this.tell();
  }

  private post(to: number, words: Int32Array, from: number, width: number): void {
    const outbox = this.outboxes[to]!;
    if (outbox.filled === 0 && !outbox.isFree()) {
      // Whoever waits reads its own mail meanwhile: two that wait for each other would wait for ever.
      this.rounds.until(() => !this.receive() && outbox.isFree());
    }
    copy(words, from, outbox.words, outbox.filled, width);
    outbox.filled += width;
    if (outbox.filled === this.fullChunk) outbox.send();
  }

  /** Adds the states in the queue that are new, and judges them. */
  private keep(queue: Queue): void {
    const { visited, judge } = this;
    const { words, moves } = queue;
    const width = this.tables.layout.words;
    const from = visited.count;
    if ((this.wishes & wish.memory) !== 0) queue.size = 0;
    this.withinMemory(() => visited.insert(queue, true));
    const { fresh } = visited;
    for (let state = from; state < visited.count; state++) {
      const i = fresh[state - from]!;
      if (judge.judge(words, i * width, state, moves[i]!) === null) continue;
      this.want(wish.again);
      break;
    }
  }

  /** Says how far we are, and hears whether that is too far. */
  private tell(): void {
    const { control, workers } = this.shared;
    control[lineOf(this.me) + own.states] = this.visited.count - 1;
    control[lineOf(this.me) + own.expanded] = this.cursor - 1;
    this.progress[0] = this.transitions;
    if (--this.patience < 0) {
      this.growth[0] = this.visited.growth();
      this.patience = 64;
    }
    if (Atomics.load(control, common.abort) !== 0) this.want(wish.abort);
    if (this.maxStates === Number.POSITIVE_INFINITY) return;
    let states = 1;
    for (let w = 0; w < workers; w++) states += Atomics.load(control, lineOf(w) + own.states);
    if (states > this.maxStates) this.want(wish.again);
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

function copy(from: Int32Array, at: number, to: Int32Array, into: number, width: number): void {
  for (let w = 0; w < width; w++) to[into + w] = from[at + w]!;
}
