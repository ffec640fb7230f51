/** An exploration between two of its slices, as it is kept and taken up again: what was found, in which order it goes
 *  on, and what the verdict will need to know of the past. What was learned is not kept: it is learned again. */
import type { Exploration } from '../explore/explore.ts';
import type { Frontier } from '../explore/frontier.ts';
import type { MemoryGuard } from '../explore/memory.ts';
import { type Queue, queueFor, reserve } from '../explore/queue.ts';
import type { Successors } from '../explore/successors.ts';
import { relay, type Tables } from '../intern/tables.ts';
import { told } from '../property/coverage.ts';
import type { Judge } from '../property/judge.ts';
import { UsageError } from '../system.ts';
import type { About } from './about.ts';
import { type Container, ContainerWriter } from './container.ts';
import { refuseStrangers, refuseUnknownValues } from './sound.ts';
import type { Summary } from './summary.ts';

/** An exploration and what belongs to it. */
export interface Underway {
  readonly tables: Tables;
  readonly successors: Successors;
  readonly judge: Judge;
  readonly frontier: Frontier;
  readonly exploration: Exploration;
}

/** States that are copied at a time. */
const BATCH = 4096;

/** Writes an exploration, of which `queued` was saved. The number of bytes. */
export function write(
  file: string,
  underway: Underway,
  queued: readonly Int32Array[],
  about: About,
  seconds: number,
): number {
  const writer = new ContainerWriter(file);
  try {
    const { tables, exploration, frontier } = underway;
    writer.section('values', (add) => writeValues(tables, add));
    writer.section('states', (add) => writeStates(tables, exploration, add));
    if (exploration.visited.keepParents) writer.section('parents', (add) => writeParents(exploration, add));
    writeLists(writer, 'frontier', frontier.save().lists);
    writeLists(writer, 'queued', queued);
    return writer.finish(summaryOf(underway, queued.length, about, seconds));
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

function summaryOf(underway: Underway, queued: number, about: About, seconds: number): Summary {
  const { tables, successors, judge, frontier, exploration } = underway;
  const { words, ...fields } = tables.layout;
  const [wordOf, shiftOf, maskOf, fieldOf] = [
    fields.wordOf,
    fields.shiftOf,
    fields.maskOf,
    fields.fieldOf,
  ].map((numbers) => [...numbers]) as [number[], number[], number[], number[]];
  const { numbers, lists } = frontier.save();
  const { slowCalls, lookups, slowSeconds } = tables;
  return {
    ...about,
    states: exploration.visited.count,
    transitions: exploration.transitions,
    seconds,
    stuck: exploration.stuck,
    layout: { words, wordOf, shiftOf, maskOf, fieldOf },
    values: tables.values.map((known) => known.count()),
    growth: { counts: tables.counts, heat: tables.heat },
    judge: judge.save(),
    coverage: told(successors.covered()),
    frontier: { numbers, lists: lists.length },
    queued,
    cost: { slowCalls, lookups, slowSeconds },
  };
}

/** One JSON text a line: the values of the first component by their numbers, then those of the second, ... */
function writeValues({ values }: Tables, add: (bytes: Uint8Array) => void): void {
  for (const known of values) {
    for (let id = 0; id < known.count(); id++) add(Buffer.from(`${JSON.stringify(known.valueOf(id))}\n`));
  }
}

function writeStates(tables: Tables, { visited }: Exploration, add: (bytes: Uint8Array) => void): void {
  const { words } = tables.layout;
  const flat = new Int32Array(words);
  const batch = new Int32Array(BATCH * words);
  for (let from = 0; from < visited.count; from += BATCH) {
    const size = Math.min(BATCH, visited.count - from);
    for (let i = 0; i < size; i++) {
      visited.load(from + i, flat);
      for (let w = 0; w < words; w++) batch[i * words + w] = flat[w]!;
    }
    add(bytesOf(batch.subarray(0, size * words)));
  }
}

function writeParents({ visited }: Exploration, add: (bytes: Uint8Array) => void): void {
  const batch = new Int32Array(BATCH);
  for (let from = 0; from < visited.count; from += BATCH) {
    const size = Math.min(BATCH, visited.count - from);
    for (let i = 0; i < size; i++) batch[i] = visited.parentOf(from + i);
    add(bytesOf(batch.subarray(0, size)));
  }
}

function bytesOf(numbers: Int32Array): Uint8Array {
  return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
}

/** Gives the values their numbers and the fields their places. To be called before anything else is made of `tables`. */
export function restoreTables(
  tables: Tables,
  { values, layout, growth, cost }: Summary,
  container: Container,
): void {
  let c = 0;
  let id = 0;
  for (const line of lines(container.parts('values', 1))) {
    while (id === values[c]) {
      c += 1;
      id = 0;
    }
    const given = tables.values[c]!.idOf(JSON.parse(line.toString()));
    if (given !== id) throw new Error(`value ${id} of component ${c} of a checkpoint is value ${given} now`);
    id += 1;
  }
  const { words, wordOf, shiftOf, maskOf, fieldOf } = layout;
  relay(tables, {
    words,
    wordOf: Int32Array.from(wordOf),
    shiftOf: Int32Array.from(shiftOf),
    maskOf: Int32Array.from(maskOf),
    fieldOf: Int32Array.from(fieldOf),
  });
  tables.counts.splice(0, tables.counts.length, ...growth.counts);
  tables.heat.splice(0, tables.heat.length, ...growth.heat);
  Object.assign(tables, cost);
}

/** The lines of a text that comes in parts, without their ends. */
function* lines(parts: Iterable<Buffer>): Generator<Buffer> {
  let begun: Buffer[] = [];
  for (const part of parts) {
    let from = 0;
    for (let end = part.indexOf(10); end >= 0; end = part.indexOf(10, from)) {
      yield Buffer.concat([...begun, part.subarray(from, end)]);
      begun = [];
      from = end + 1;
    }
    if (from < part.length) begun.push(part.subarray(from));
  }
}

/** Puts the states and the frontier into an exploration that has just begun with restored tables. */
export function restore(
  { tables, judge, frontier, exploration }: Omit<Underway, 'successors'>,
  summary: Summary,
  container: Container,
  guard: MemoryGuard,
): void {
  const { numbers, lists } = summary.frontier;
  judge.restore(summary.judge);
  frontier.restore({ numbers, lists: readLists(container, 'frontier', lists) }, summary.states);
  fill(tables, exploration.visited, summary, container, guard);
  const queued = readLists(container, 'queued', summary.queued);
  const [words, parents] = queued;
  refuseUnknownValues(summary.layout, summary.values, words!, parents!.length);
  refuseStrangers(parents!, summary.states, summary.states === 0 ? -1 : 0);
  exploration.restore(summary.transitions, summary.stuck, queued);
}

function fill(
  tables: Tables,
  visited: Exploration['visited'],
  summary: Summary,
  container: Container,
  guard: MemoryGuard,
): void {
  const { words } = tables.layout;
  const queue = roomy(words);
  const states = source(container.parts('states', 4));
  const parents = visited.keepParents ? source(container.parts('parents', 4)) : null;
  while (visited.count < summary.states) {
    // The first state comes alone: it is the one that is there without having been found.
    const size = visited.count === 0 ? 1 : Math.min(BATCH, summary.states - visited.count);
    states(queue.words, size * words);
    parents?.(queue.parents, size);
    queue.size = size;
    const before = visited.count;
    refuseUnknownValues(summary.layout, summary.values, queue.words, size);
    if (parents !== null)
      refuseStrangers(queue.parents.subarray(0, size), before + size, before === 0 ? -1 : 0);
    visited.insert(queue);
    if (visited.count !== before + size) throw new Error('a checkpoint has a state twice');
    refuseBeyond(guard, visited, summary);
  }
}

function refuseBeyond(guard: MemoryGuard, visited: Exploration['visited'], { states }: Summary): void {
  const full = guard.look(visited.growth());
  if (full === null) return;
  throw new UsageError(
    `${visited.count} of the checkpoint's ${states} states were read, then ${full}. It needs a larger limit, or a ` +
      'larger machine.',
  );
}

/** An empty queue with room for a batch. */
function roomy(words: number): Queue {
  const queue = queueFor(words);
  reserve(queue, BATCH, words);
  return queue;
}

/** Reads the numbers of a section in order, as many at a time as are wanted. */
function source(parts: Iterator<Buffer>): (into: Int32Array, count: number) => void {
  let part = new Int32Array(0);
  let at = 0;
  return (into, count) => {
    for (let done = 0; done < count; ) {
      if (at === part.length) {
        part = numbersOf(parts.next().value as Buffer);
        at = 0;
      }
      const size = Math.min(count - done, part.length - at);
      into.set(part.subarray(at, at + size), done);
      at += size;
      done += size;
    }
  };
}

function writeLists(writer: ContainerWriter, name: string, lists: readonly Int32Array[]): void {
  for (const [i, list] of lists.entries()) writer.section(`${name} ${i}`, (add) => add(bytesOf(list)));
}

function readLists(container: Container, name: string, count: number): readonly Int32Array[] {
  return Array.from({ length: count }, (_, i) =>
    numbersOf(Buffer.concat([...container.parts(`${name} ${i}`, 4)])),
  );
}

function numbersOf(bytes: Buffer): Int32Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes);
  return new Int32Array(copy.buffer);
}
