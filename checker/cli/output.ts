/** Puts what was found into the output folder, as soon as it is known. */
import type { StillHeld } from '../files/lock.ts';
import { alone, readIfThere, reason, removeFiles, writeWhole } from '../report/folder.ts';
import { type FinishedJob, type Search, wasInterrupted } from '../report/job.ts';
import { earlierRuns, mergedRuns, type Run, textOf, writtenRun } from '../report/json.ts';
import { isTraceFileOf, resultsFile, traceFile } from '../report/names.ts';
import { traceFileText } from '../report/trace-file.ts';
import { traceText } from '../report/trace-text.ts';
import type { Spec } from '../spec.ts';
import { traceOf, traceTitle } from './counterexample.ts';

export interface Output {
  /** Writes the job's trace and the spec's results so far; false if that could not be done. */
  add(job: FinishedJob): boolean;
  /** Writes these files, and tries once more to write what could not be written: there may be room by now. */
  finish(files: readonly OutputFile[]): void;
  /** What could not be written, in sentences. Nothing is thrown, so that the table is printed in any case. */
  failures(): readonly string[];
}

/** A file that tells of the whole run. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
}

/** The output folder `folder`, which was found writable. Without a folder, nothing is written. */
export function output(folder: string, search: Search): Output {
  const failed = new Map<FinishedJob | string, Failure>();
  const finished = new Map<FinishedJob, Run>();
  const written = new Map<string, Written>();
  const attempt = (what: FinishedJob | string, name: string, write: () => void): boolean => {
    try {
      write();
      failed.delete(what);
      return true;
    } catch (error) {
      failed.set(what, { name, why: reason(error) });
      return false;
    }
  };
  // The traces of a spec change with its results, or another run that cannot find them there would remove them.
  const put = (job: FinishedJob) =>
    attempt(job, resultsFile(job.spec.name), () =>
      alone(folder, (stillHeld) => {
        writeTrace(folder, job);
        writeResults(folder, job.spec, finished, stillHeld, written);
      }),
    );
  return {
    add: (job) => {
      // An interrupted job found nothing that is worth more than what an earlier run found.
      if (wasInterrupted(job)) return true;
      finished.set(job, writtenRun(job, search));
      return put(job);
    },
    finish: (files) => {
      for (const job of [...finished.keys()].filter((it) => failed.has(it))) put(job);
      for (const { name, text } of files) attempt(name, name, () => writeWhole(folder, name, text));
    },
    failures: () => failureTexts(folder, [...failed.values()]),
  };
}

interface Failure {
  readonly name: string;
  readonly why: string;
}

/** One text for each cause: where a disk is full, no file can be written. */
function failureTexts(folder: string, failed: readonly Failure[]): readonly string[] {
  return [...new Set(failed.map(({ why }) => why))].map((cause) => {
    const [name, ...others] = new Set(failed.filter(({ why }) => why === cause).map((it) => it.name));
    const more = others.length === 0 ? '' : ` and ${others.length} more`;
    return `could not write ${folder}/${name}${more}: ${cause}`;
  });
}

function writeTrace(folder: string, job: FinishedJob): void {
  const trace = traceOf(job);
  if (trace === null) return;
  const { spec, variant, model } = job;
  const saved = { spec: spec.name, variant: variant.name, model, trace };
  writeWhole(folder, `${traceFile(job)}.json`, traceFileText(saved));
  writeWhole(folder, `${traceFile(job)}.txt`, traceText(trace, traceTitle(job)));
}

/** What a file held when it was written last: it need not be read again if nobody else has written it. */
interface Written {
  readonly text: string;
  readonly runs: readonly Run[];
}

/** Writes `<spec>.json` and removes the traces that it does not name, so that none outlives its verdict. */
function writeResults(
  folder: string,
  spec: Spec,
  finished: ReadonlyMap<FinishedJob, Run>,
  stillHeld: StillHeld,
  written: Map<string, Written>,
): void {
  const name = resultsFile(spec.name);
  const fresh = [...finished].flatMap(([job, run]) => (job.spec === spec ? [run] : []));
  const there = readIfThere(folder, name);
  const last = written.get(name);
  const runs = mergedRuns(spec, fresh, there === last?.text ? last.runs : earlierRuns(there));
  const text = textOf(spec, runs);
  writeWhole(folder, name, text, stillHeld);
  written.set(name, { text, runs });
  const named = new Set(
    runs.flatMap(({ verdict }) => ('trace' in verdict ? [verdict.trace.replace(/\.json$/, '')] : [])),
  );
  removeFiles(`${folder}/traces`, (file) => {
    return isTraceFileOf(spec.name, file) && !named.has(`traces/${file.replace(/\.(txt|json)$/, '')}`);
  });
}
