/** Reads back what a run has left in its output folder. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { reason } from '../files/reason.ts';
import { clipped, misfit } from '../files/shape.ts';
import type { Trace } from '../outcome.ts';
import { resultSchema, type WrittenResults, type WrittenRun, withShared } from '../report/json.ts';
import { shardFile } from '../report/names.ts';
import { writtenResultsShape } from '../report/result-shape.ts';
import { parseTraceFile } from '../report/trace-file.ts';
import { UsageError } from '../system.ts';
import { type Case, type Cost, caseName } from './case.ts';
import { parseShard, type ShardFile } from './shard.ts';

/** An output folder, or one file of it. */
export interface FoundResults {
  readonly cases: readonly Case[];
  /** If the folder holds a part of a run. */
  readonly shard: ShardFile | null;
}

/** What is in the folder `path`, or in the file `<spec>.json`. A UsageError says what cannot be used. */
export function resultsIn(path: string): FoundResults {
  const isFolder = attempt(path, () => statSync(path)).isDirectory();
  const folder = isFolder ? path : dirname(path);
  const names = isFolder ? attempt(path, () => readdirSync(path)).sort() : [basename(path)];
  const shard = isFolder && names.includes(shardFile) ? shardIn(folder) : null;
  const results = names
    .filter((name) => name.endsWith('.json') && name !== shardFile)
    .flatMap((name) => resultsOf(join(folder, name), !isFolder));
  if (results.length === 0) throw new UsageError(`${path} has no results that heddle check has written.`);
  const cases = results.flatMap((file) => {
    const { spec, title, runs } = file;
    return runs.map((run) => caseIn(folder, { spec, title, run: withShared(run, file) }, shard?.costs ?? {}));
  });
  return { cases, shard };
}

function shardIn(folder: string): ShardFile {
  const file = join(folder, shardFile);
  return parseShard(
    attempt(file, () => readFileSync(file, 'utf8')),
    file,
  );
}

/** The results in a file; another JSON file, such as a baseline, is none, unless it was named. */
function resultsOf(file: string, isNamed: boolean): readonly WrittenResults[] {
  const text = attempt(file, () => readFileSync(file, 'utf8'));
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError(`${file} is damaged: it cannot be parsed. Run heddle check again.`);
  }
  const results = value as Partial<WrittenResults> | null;
  if (!isNamed && (typeof results?.spec !== 'string' || !Array.isArray(results.runs))) return [];
  if (typeof results?.schema === 'number' && results.schema !== resultSchema)
    throw new UsageError(
      `${file} has schema ${results.schema}, and this heddle reads schema ${resultSchema}.`,
    );
  const why = misfit(writtenResultsShape, value);
  if (why !== null) throw new UsageError(`${file} cannot be used as results: ${why}`);
  return [value as WrittenResults];
}

function caseIn(
  folder: string,
  about: Pick<Case, 'spec' | 'title' | 'run'>,
  costs: Readonly<Record<string, Cost>>,
): Case {
  const base: Case = { ...about, trace: null, cost: null };
  return { ...base, trace: traceOf(folder, about.run), cost: costs[caseName(base)] ?? null };
}

function traceOf(folder: string, { verdict }: WrittenRun): Trace | null {
  if (!('trace' in verdict)) return null;
  if (!/^traces\/[\w.-]+\.json$/.test(verdict.trace))
    throw new UsageError(`${folder} names a trace that is none of its own: ${clipped(verdict.trace)}`);
  const file = join(folder, verdict.trace);
  return parseTraceFile(
    attempt(file, () => readFileSync(file, 'utf8')),
    file,
  ).trace;
}

function attempt<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new UsageError(`cannot read ${path}: ${reason(error)}`);
  }
}
