/** A checkpoint as a file: sections of bytes, then a footer in JSON that says where they are, and a hash over it all.
 *
 *      magic · format · section · section · ... · footer · length of the footer · SHA-256 of everything before
 *
 *  It is written in one go beside its place, brought to the disk and then moved there, so that a file of that name is
 *  whole at any moment, whatever happens to the process or the machine. */
import { createHash, type Hash } from 'node:crypto';
import { closeSync, fstatSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import * as v from 'valibot';
import { reason } from '../files/reason.ts';
import { misfit } from '../files/shape.ts';
import { bringToDisk, placeOf, sweep, unfinishedName } from '../files/whole.ts';
import { UsageError } from '../system.ts';

const MAGIC = 'heddle checkpoint\n';
/** Goes up when the content changes its meaning. */
export const FORMAT = 1;
const HEAD = MAGIC.length + 4;
/** The footer's length and the hash. */
const TAIL = 4 + 32;
const BUFFER = 1 << 20;

export interface Section {
  readonly name: string;
  readonly from: number;
  readonly bytes: number;
}

/** What is at the end of a file; `about` is whatever the writer gave. */
interface Footer {
  readonly about: unknown;
  readonly sections: readonly Section[];
}

/** Writes a file; nothing is at its place, or what was there before stays, unless `finish` came to its end. */
export class ContainerWriter {
  private readonly file: string;
  /** Where it is written before it is moved to its place: no other run's. */
  private readonly unfinished: string;
  private readonly handle: number;
  private readonly hash: Hash = createHash('sha256');
  private readonly buffer = Buffer.alloc(BUFFER);
  private filled = 0;
  private written = 0;
  private readonly sections: Section[] = [];

  constructor(file: string) {
    this.file = placeOf(file);
    const folder = dirname(this.file);
    sweep(folder);
    this.unfinished = join(folder, unfinishedName());
    this.handle = openSync(this.unfinished, 'wx', 0o600);
    const head = Buffer.alloc(HEAD);
    head.write(MAGIC, 'latin1');
    head.writeUInt32LE(FORMAT, MAGIC.length);
    this.add(head);
  }

  /** A section of what `fill` adds. */
  section(name: string, fill: (add: (bytes: Uint8Array) => void) => void): void {
    const from = this.written;
    fill((bytes) => this.add(bytes));
    this.sections.push({ name, from, bytes: this.written - from });
  }

  /** Adds the footer and moves the file to its place. The number of bytes. */
  finish(about: unknown): number {
    const footer: Footer = { about, sections: this.sections };
    const text = Buffer.from(JSON.stringify(footer));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(text.length);
    this.add(text);
    this.add(length);
    this.flush();
    writeAll(this.handle, this.hash.digest());
    fsyncSync(this.handle);
    closeSync(this.handle);
    renameSync(this.unfinished, this.file);
    bringToDisk(dirname(this.file));
    return this.written + 32;
  }

  /** Leaves nothing behind. */
  abandon(): void {
    try {
      closeSync(this.handle);
    } catch {
      // It may be closed already, by `finish`.
    }
    rmSync(this.unfinished, { force: true });
  }

  private add(bytes: Uint8Array): void {
    this.written += bytes.length;
    for (let from = 0; from < bytes.length; ) {
      const part = bytes.subarray(from, from + BUFFER - this.filled);
      this.buffer.set(part, this.filled);
      this.filled += part.length;
      from += part.length;
      if (this.filled === BUFFER) this.flush();
    }
  }

  private flush(): void {
    const bytes = this.buffer.subarray(0, this.filled);
    this.hash.update(bytes);
    writeAll(this.handle, bytes);
    this.filled = 0;
  }
}

function writeAll(handle: number, bytes: Uint8Array): void {
  for (let done = 0; done < bytes.length; ) done += writeSync(handle, bytes, done);
}

/** A file that was found whole. */
export interface Container {
  readonly about: unknown;
  /** The section's bytes in parts; each part but the last is a multiple of `unit` bytes. Valid until the next. */
  parts(name: string, unit: number): Generator<Buffer>;
  close(): void;
}

/** Opens a file and makes sure that it is what was written; a UsageError says what is wrong with it. */
export function openContainer(file: string): Container {
  const handle = opened(file);
  try {
    const { size } = fstatSync(handle);
    const head = read(handle, 0, Math.min(size, HEAD));
    if (head.toString('latin1', 0, MAGIC.length) !== MAGIC) {
      throw new UsageError(`${file} is not a checkpoint of heddle.`);
    }
    const damaged = new UsageError(
      `${file} is damaged or cut short: its content does not match its hash. ` +
        'Is there another copy? Otherwise check anew, without --resume.',
    );
    if (size < HEAD + TAIL) throw damaged;
    const format = head.readUInt32LE(MAGIC.length);
    const sound = hashOf(handle, size - 32).equals(read(handle, size - 32, 32));
    if (format !== FORMAT && sound) {
      throw new UsageError(
        `${file} has checkpoint format ${format}, and this heddle reads format ${FORMAT}. Check anew, without --resume.`,
      );
    }
    if (!sound) throw damaged;
    const { about, sections } = footerOf(file, handle, size);
    return {
      about,
      parts: (name, unit) => parts(handle, sections, name, unit),
      close: () => closeSync(handle),
    };
  } catch (error) {
    closeSync(handle);
    throw error;
  }
}

const footerShape = v.looseObject({
  about: v.unknown(),
  sections: v.array(v.looseObject({ name: v.string(), from: v.number(), bytes: v.number() })),
});

function footerOf(file: string, handle: number, size: number): Footer {
  const length = read(handle, size - TAIL, 4).readUInt32LE();
  const end = size - TAIL - length;
  try {
    const footer: unknown = end < HEAD ? null : JSON.parse(read(handle, end, length).toString());
    if (misfit(footerShape, footer) === null) {
      const { sections } = footer as Footer;
      const isWithin = ({ from, bytes }: Section) =>
        Number.isSafeInteger(from) &&
        Number.isSafeInteger(bytes) &&
        from >= HEAD &&
        bytes >= 0 &&
        from + bytes <= end;
      if (sections.every(isWithin)) return footer as Footer;
    }
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof RangeError)) throw error;
  }
  throw new UsageError(
    `${file} is not a checkpoint that heddle wrote: it does not say where what is. Check anew, without --resume.`,
  );
}

function opened(file: string): number {
  try {
    const handle = openSync(file, 'r');
    if (fstatSync(handle).isFile()) return handle;
    closeSync(handle);
  } catch (error) {
    throw new UsageError(`cannot read the checkpoint: ${reason(error)}`);
  }
  throw new UsageError(`cannot read the checkpoint: ${file} is not a file`);
}

function read(handle: number, from: number, length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let done = 0; done < length; ) {
    const more = readSync(handle, bytes, done, length - done, from + done);
    if (more === 0) throw new UsageError('the checkpoint became shorter while it was read');
    done += more;
  }
  return bytes;
}

function hashOf(handle: number, end: number): Buffer {
  const hash = createHash('sha256');
  for (let from = 0; from < end; from += BUFFER)
    hash.update(read(handle, from, Math.min(BUFFER, end - from)));
  return hash.digest();
}

function* parts(handle: number, sections: readonly Section[], name: string, unit: number): Generator<Buffer> {
  const section = sections.find((it) => it.name === name);
  if (section === undefined) throw new Error(`the checkpoint has no section ${name}`);
  const size = Math.max(1, Math.floor(BUFFER / unit)) * unit;
  const end = section.from + section.bytes;
  for (let from = section.from; from < end; from += size)
    yield read(handle, from, Math.min(size, end - from));
}
