/** Mailboxes: from each worker to each other one a ring of chunks of packed states. One thread writes a ring and one
 *  reads it. A chunk belongs to the writer until it is counted as sent, and to the reader until it is counted as taken;
 *  both counts are atomic, so that what was written before is seen whole. */
import { CHUNK_WORDS, LINE, lineOf, mailboxWords, own, type Shared } from './shared.ts';

/** Makes worker `w` look whether it has something to do, if it sleeps. Whoever falls asleep says so first and looks
 *  then (`Rounds.until`): either it sees what was done before this, or this sees that it sleeps. */
export function ring({ control }: Shared, w: number): void {
  if (Atomics.load(control, lineOf(w) + own.asleep) === 0) return;
  Atomics.add(control, lineOf(w) + own.bell, 1);
  Atomics.notify(control, lineOf(w) + own.bell);
}

/** The ring from worker `from` to worker `to`. */
class Ring {
  protected readonly shared: Shared;
  protected readonly mail: Int32Array<SharedArrayBuffer>;
  protected readonly sentAt: number;
  protected readonly takenAt: number;
  /** The word before each chunk says how many of its words are filled. */
  protected readonly chunks: readonly Chunk[];

  constructor(shared: Shared, from: number, to: number) {
    const at = (from * shared.workers + to) * mailboxWords(shared.chunks);
    this.shared = shared;
    this.mail = shared.mail;
    this.sentAt = at;
    this.takenAt = at + LINE;
    this.chunks = Array.from({ length: shared.chunks }, (_, i) => {
      const first = at + 2 * LINE + i * (LINE + CHUNK_WORDS) + LINE;
      return { words: shared.mail.subarray(first, first + CHUNK_WORDS), filledAt: first - 1 };
    });
  }

  /** The chunk of this number, counted from the first that was ever sent. */
  protected chunk(number: number): Chunk {
    return this.chunks[number & (this.chunks.length - 1)]!;
  }
}

interface Chunk {
  readonly words: Int32Array<SharedArrayBuffer>;
  readonly filledAt: number;
}

/** The writer's end. */
export class Outbox extends Ring {
  /** The chunk that is being filled, and how many words of it are. */
  words: Int32Array<SharedArrayBuffer>;
  filled = 0;
  private sent = 0;
  private readonly to: number;

  constructor(shared: Shared, from: number, to: number) {
    super(shared, from, to);
    this.to = to;
    this.words = this.chunk(0).words;
  }

  /** Whether the chunk to fill is ours, and not still unread. */
  isFree(): boolean {
    return ((this.sent - Atomics.load(this.mail, this.takenAt)) | 0) < this.chunks.length;
  }

  /** Sends the words that were filled in. Before more are filled in, `isFree` must say so. */
  send(): void {
    this.mail[this.chunk(this.sent).filledAt] = this.filled;
    this.sent = (this.sent + 1) | 0;
    Atomics.store(this.mail, this.sentAt, this.sent);
    this.words = this.chunk(this.sent).words;
    this.filled = 0;
    ring(this.shared, this.to);
  }
}

/** The reader's end. */
export class Inbox extends Ring {
  private taken = 0;
  private readonly from: number;

  constructor(shared: Shared, from: number, to: number) {
    super(shared, from, to);
    this.from = from;
  }

  /** Whether a chunk is there. */
  hasMail(): boolean {
    return Atomics.load(this.mail, this.sentAt) !== this.taken;
  }

  /** The words of the oldest chunk. */
  words(): Int32Array<SharedArrayBuffer> {
    return this.chunk(this.taken).words;
  }

  /** How many of them are filled. */
  filled(): number {
    return this.mail[this.chunk(this.taken).filledAt]!;
  }

  /** Gives the oldest chunk back to the writer. */
  release(): void {
    this.taken = (this.taken + 1) | 0;
    Atomics.store(this.mail, this.takenAt, this.taken);
    ring(this.shared, this.from);
  }
}
