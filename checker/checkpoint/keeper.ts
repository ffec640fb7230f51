/** START HERE for checkpoints: writes one of an exploration now and then and when it is stopped, and takes one up. */
import { existsSync, rmSync } from 'node:fs';
import type { MemoryGuard } from '../explore/memory.ts';
import type { Successors } from '../explore/successors.ts';
import { reason } from '../files/reason.ts';
import type { Tables } from '../intern/tables.ts';
import type { Outcome } from '../outcome.ts';
import { coverageFrom, united } from '../property/coverage.ts';
import { UsageError } from '../system.ts';
import {
  type Manner,
  mannerOf,
  type Program,
  type RunName,
  refuseOther,
  refuseOtherManner,
  type Way,
  words,
} from './about.ts';
import { type Container, ContainerWriter, openContainer } from './container.ts';
import { restore, restoreTables, type Underway, write } from './snapshot.ts';
import { refuseDiscord, summaryIn, takingUp } from './sound.ts';
import type { Summary } from './summary.ts';

/** What a checkpoint cost. */
export interface Written {
  readonly file: string;
  readonly states: number;
  readonly bytes: number;
  /** For which nothing was explored. */
  readonly seconds: number;
}

/** Where and when checkpoints are written. */
export interface Keeping {
  readonly file: string;
  /** Seconds between two of them; more if writing one takes more than a tenth of that. */
  readonly every: number;
  readonly run: RunName;
  readonly program: Program;
  /** Told of each. */
  onWritten?(written: Written): void;
  /** Told why one could not be written; the one before stays, and the exploration goes on. */
  onFailure?(why: string): void;
}

/** A checkpoint that was found whole, and its file. */
export interface Kept {
  readonly file: string;
  readonly summary: Summary;
  readonly container: Container;
}

/** Opens a checkpoint; a UsageError says why it cannot be used. */
export function openCheckpoint(file: string): Kept {
  const container = openContainer(file);
  try {
    return { file, summary: summaryIn(file, container.about), container };
  } catch (error) {
    container.close();
    throw error;
  }
}

/** Refuses to take up what belongs to another run or program. */
export function refuseForeign({ file, summary }: Kept, run: RunName, program: Program): void {
  refuseOther(file, summary, run, program);
}

/** Refuses a place at which nothing can be written, or where something would be lost. */
export function preparePlace(file: string): void {
  if (existsSync(file)) {
    const { summary, container } = openCheckpoint(file);
    container.close();
    throw new UsageError(
      `${file} keeps ${statesOf(summary.states)} of ${words(summary.run)} from an earlier run. Go on with ` +
        `--resume ${file}, or remove it.`,
    );
  }
  try {
    new ContainerWriter(file).abandon();
  } catch (error) {
    throw new UsageError(`cannot write the checkpoint: ${reason(error)}`);
  }
}

/** The first half of taking up a checkpoint: everything that tables must know before anything is made of them. */
export function takeUpTables({ file, summary, container }: Kept, tables: Tables, way: Way): void {
  refuseOtherManner(file, summary.manner, mannerOf(tables.system, way));
  takingUp(file, () => {
    refuseDiscord(file, summary, tables.values.length);
    restoreTables(tables, summary, container);
  });
}

/** The second half: the states. `underway` has just begun. */
export function takeUp({ file, summary, container }: Kept, underway: Underway, guard: MemoryGuard): void {
  takingUp(file, () => restore(underway, summary, container, guard));
  container.close();
}

/** Successors that count as covered what was covered before. */
export function withCovered(successors: Successors, kept: Kept | undefined): Successors {
  if (kept === undefined) return successors;
  return {
    ...successors,
    covered: () => united([coverageFrom(kept.summary.coverage), successors.covered()]),
  };
}

export interface Keeper {
  /** To be called between slices: writes a checkpoint if it is time. */
  look(): void;
  /** To be called before the exploration is stopped: writes what there is. */
  stopping(): void;
  /** To be called when it was: says how to go on. */
  stopped(): string;
  /** To be called when there is a verdict: there is nothing to go on with any more. */
  done(): void;
}

/** Keeps `underway`. `kept` is what it was taken up from. */
export function keeperOf(
  underway: Underway & { readonly started: number },
  keeping: Keeping,
  way: Way,
  kept: Kept | undefined,
): Keeper {
  const { file, every, run, program } = keeping;
  const { exploration, tables } = underway;
  const manner = mannerOf(tables.system, way);
  let next = performance.now() + 1000 * every;
  /** States in the file as it is. */
  let states = kept?.file === file ? kept.summary.states : null;

  /** Whether that is all that there was when the exploration was stopped. */
  let isWhole = false;

  /** Whether it was written. */
  function keep(): boolean {
    const queued = exploration.save();
    if (queued === null) return false;
    const started = performance.now();
    try {
      const seconds = (started - underway.started) / 1000;
      const bytes = write(file, underway, queued, { run, program, manner }, seconds);
      states = exploration.visited.count;
      const took = (performance.now() - started) / 1000;
      keeping.onWritten?.({ file, states, bytes, seconds: took });
      return true;
    } catch (error) {
      if (!(error instanceof Error && 'code' in error)) throw error;
      keeping.onFailure?.(`could not write the checkpoint ${file}: ${reason(error)}`);
      return false;
    } finally {
      const ended = performance.now();
      next = ended + Math.max(1000 * every, 9 * (ended - started));
    }
  }

  return {
    look() {
      if (performance.now() >= next) keep();
    },
    stopping() {
      isWhole = keep();
    },
    stopped() {
      // It came to its end, and only what is looked for then was too much.
      if (exploration.stopped === null) isWhole = keep();
      if (states === null) return `nothing was kept in ${file}`;
      const what = isWhole ? 'the work is kept' : `the work up to ${statesOf(states)} is kept`;
      return `${what}: go on with ${wayOn(file, manner)}`;
    },
    done: () => rmSync(file, { force: true }),
  };
}

/** The outcome of what the keeper has kept: if it is incomplete, it says how to go on. */
export function keptBy(keeper: Keeper | null, outcome: Outcome): Outcome {
  if (keeper === null) return outcome;
  const { verdict } = outcome;
  if (verdict.kind === 'incomplete') {
    return { ...outcome, verdict: { ...verdict, why: `${verdict.why}; ${keeper.stopped()}` } };
  }
  keeper.done();
  return outcome;
}

function statesOf(count: number): string {
  return count === 1 ? '1 state' : `${count.toLocaleString('en-US')} states`;
}

function wayOn(file: string, { search, symmetry }: Manner): string {
  const options = [
    ...(search === 'bfs' ? [] : [`--search ${search}`]),
    ...(symmetry ? [] : ['--no-symmetry']),
  ];
  const quoted = /^[\w./-]+$/.test(file) ? file : `'${file.replaceAll("'", "'\\''")}'`;
  return ['heddle check', ...options, '--resume', quoted].join(' ');
}
