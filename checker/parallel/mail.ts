/** Mailboxes: from each worker to each other one a ring of chunks of packed states. One thread writes a ring and one
 *  reads it. A chunk belongs to the writer until it is counted as sent, and to the reader until it is counted as taken;
 *  both counts are atomic, so that what was written before is seen whole. */
import { CHUNK_WORDS, CHUNKS, LINE, lineOf, MAILBOX_WORDS, own, type Shared } from './shared.ts';

/** Makes worker `w` look whether it has something to do. */
export function ring({ control }: Shared, w: number): void {
  const bell = lineOf(w) + own.bell;
  Atomics.add(control, bell, 1);
  if (Atomics.load(control, lineOf(w) + own.asleep) !== 0) Atomics.notify(control, bell);
}

/** The ring from worker `from` to worker `to`. */
class Ring {
  protected readonly shared: Shared;
  protected readonly mail: Int32Array<SharedArrayBuffer>;
  protected readonly sentAt: number;
  protected readonly takenAt: number;
  protected readonly sizesAt: number;
  protected readonly chunks: readonly Int32Array<SharedArrayBuffer>[];

  constructor(shared: Shared, from: number, to: number) {
    const at = (from * shared.workers + to) * MAILBOX_WORDS;
    this.shared = shared;
    this.mail = shared.mail;
    this.sentAt = at;
    this.takenAt = at + LINE;
    this.sizesAt = at + 2 * LINE;
    this.chunks = Array.from({ length: CHUNKS }, (_, i) => {
      const first = at + 3 * LINE + i * CHUNK_WORDS;
      return shared.mail.subarray(first, first + CHUNK_WORDS);
    });
  }
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
    this.words = this.chunks[0]!;
  }

  /** Whether the chunk to fill is ours, and not still unread. */
  isFree(): boolean {
    return ((this.sent - Atomics.load(this.mail, this.takenAt)) | 0) < CHUNKS;
  }

  /** Sends the words that were filled in. Before more are filled in, `isFree` must say so. */
  send(): void {
    this.mail[this.sizesAt + (this.sent & (CHUNKS - 1))] = this.filled;
    this.sent = (this.sent + 1) | 0;
    Atomics.store(this.mail, this.sentAt, this.sent);
    this.words = this.chunks[this.sent & (CHUNKS - 1)]!;
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

  /** The oldest chunk. */
  chunk(): Int32Array<SharedArrayBuffer> {
    return this.chunks[this.taken & (CHUNKS - 1)]!;
  }

  /** How many words of it are filled. */
  filled(): number {
    return this.mail[this.sizesAt + (this.taken & (CHUNKS - 1))]!;
  }

  /** Gives the oldest chunk back to the writer. */
  release(): void {
    this.taken = (this.taken + 1) | 0;
    Atomics.store(this.mail, this.takenAt, this.taken);
    ring(this.shared, this.from);
  }
}
