/** Puts what was found into the output folder, as soon as it is known. */

import { readIfThere, reason, removeFiles, writeWhole } from '../report/folder.ts';
import { type FinishedJob, type Search, wasInterrupted } from '../report/job.ts';
import { earlierRuns, resultsText, writtenRun } from '../report/json.ts';
import { junitText } from '../report/junit.ts';
import { isTraceFileOf, junitFile, resultsFile, traceFile } from '../report/names.ts';
import { traceFileText } from '../report/trace-file.ts';
import { traceText } from '../report/trace-text.ts';
import type { Spec } from '../spec.ts';
import { traceOf, traceTitle } from './counterexample.ts';

export interface Output {
  /** Writes the job's trace and the spec's results so far. */
  add(job: FinishedJob): void;
  /** Writes junit.xml. */
  finish(jobs: readonly FinishedJob[]): void;
  /** What could not be written, one sentence each. Nothing is thrown, so that the table is printed in any case. */
  readonly failures: readonly string[];
}

/** The output folder `folder`, which was found writable. Without a folder, nothing is written. */
export function output(folder: string, search: Search): Output {
  const failures: string[] = [];
  const finished: FinishedJob[] = [];
  const attempt = (name: string, write: () => void) => {
    try {
      write();
    } catch (error) {
      failures.push(`could not write ${folder}/${name}: ${reason(error)}`);
    }
  };
  return {
    failures,
    add: (job) => {
      // An interrupted job found nothing that is worth more than what an earlier run found.
      if (wasInterrupted(job)) return;
      finished.push(job);
      attempt(traceFile(job), () => writeTrace(folder, job));
      attempt(resultsFile(job.spec.name), () => writeResults(folder, job.spec, finished, search));
    },
    finish: (jobs) => attempt(junitFile, () => writeWhole(folder, junitFile, junitText(jobs))),
  };
}

function writeTrace(folder: string, job: FinishedJob): void {
  const trace = traceOf(job);
  if (trace === null) return;
  const { spec, variant, model } = job;
  const saved = { spec: spec.name, variant: variant.name, model, trace };
  writeWhole(folder, `${traceFile(job)}.json`, traceFileText(saved));
  writeWhole(folder, `${traceFile(job)}.txt`, traceText(trace, traceTitle(job)));
}

/** Writes `<spec>.json` and removes the traces that it does not name, so that none outlives its verdict. */
function writeResults(folder: string, spec: Spec, finished: readonly FinishedJob[], search: Search): void {
  const name = resultsFile(spec.name);
  const fresh = finished.filter((job) => job.spec === spec).map((job) => writtenRun(job, search));
  const text = resultsText(spec, fresh, earlierRuns(readIfThere(folder, name)));
  writeWhole(folder, name, text);
  const named = new Set(
    earlierRuns(text).flatMap(({ verdict }) =>
      'trace' in verdict ? [verdict.trace.replace(/\.json$/, '')] : [],
    ),
  );
  removeFiles(`${folder}/traces`, (file) => {
    return isTraceFileOf(spec.name, file) && !named.has(`traces/${file.replace(/\.(txt|json)$/, '')}`);
  });
}
