/** Reads an output folder: the verdicts, the matrices, and the traces that they name. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readInput } from '../files/input.ts';
import { reason } from '../files/reason.ts';
import { misfit } from '../files/shape.ts';
import { readMatrices } from '../matrix/files.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { resultSchema, type WrittenResults } from '../report/json.ts';
import { writtenResultsShape } from '../report/result-shape.ts';
import { parseTraceFile, type SavedTrace } from '../report/trace-file.ts';
import { UsageError } from '../system.ts';
import { traceId } from './data.ts';

export interface Gathered {
  readonly results: readonly WrittenResults[];
  readonly matrices: readonly Matrix[];
  /** Every readable trace that a verdict or a cell names, by its id. */
  readonly traces: ReadonlyMap<string, SavedTrace>;
  /** What is named but cannot be read, one sentence each. */
  readonly missing: readonly string[];
}

/** A trace that a file names. */
interface Named {
  readonly spec: string;
  /** Relative to the folder, with or without `.json`. */
  readonly file: string;
}

/** Everything in `folder` that a report shows, with the traces of the `wanted` specs. */
export function gather(folder: string, wanted: (spec: string) => boolean): Gathered {
  const results = readResults(folder);
  if (results.length === 0) {
    throw new UsageError(
      `${folder} has no results. Run \`heddle check --out ${folder}\`, or name another folder with --from.`,
    );
  }
  const matrices = hasMatrices(folder) ? readMatrices(folder) : [];
  const traces = new Map<string, SavedTrace>();
  const missing: string[] = [];
  const nameOf = (file: string): string => `${file.replace(/\.json$/, '')}.json`;
  const isThere = ({ file }: Named): boolean => existsSync(join(folder, nameOf(file)));
  // They are many, and not kept where results are.
  const cells = matrices.flatMap(inCells);
  const gone = cells.filter((cell) => !isThere(cell)).length;
  for (const { spec, file } of [...results.flatMap(inRuns), ...cells.filter(isThere)]) {
    if (!wanted(spec)) continue;
    try {
      const name = nameOf(file);
      traces.set(traceId(file), parseTraceFile(readInput(join(folder, name)), name));
    } catch (error) {
      missing.push(reason(error));
    }
  }
  if (gone > 0)
    missing.push(`${gone} counterexamples of matrices are not in ${folder}; heddle matrix writes them`);
  return { results, matrices, traces, missing };
}

function hasMatrices(folder: string): boolean {
  const path = join(folder, 'matrix');
  return existsSync(path) && readdirSync(path).some((name) => name.endsWith('.json'));
}

/** The results in `folder`. Other JSON files there, such as a baseline, are none. */
function readResults(folder: string): readonly WrittenResults[] {
  const names = attempt(`cannot read ${folder}`, () => readdirSync(folder));
  const files = names.filter((name) => name.endsWith('.json')).sort();
  return files.flatMap((name) => {
    const path = join(folder, name);
    const value = attempt(`cannot read ${path}`, () => JSON.parse(readInput(path)) as unknown);
    return resultsIn(path, value);
  });
}

function resultsIn(path: string, value: unknown): readonly WrittenResults[] {
  const results = value as Partial<WrittenResults> | null;
  if (typeof results?.spec !== 'string' || !Array.isArray(results.runs)) return [];
  const anew = 'Run `heddle check` again to get it anew.';
  if (results.schema !== resultSchema)
    throw new UsageError(`${path} is of another schema than ${resultSchema}. ${anew}`);
  const wrong = misfit(writtenResultsShape, results);
  if (wrong !== null) throw new UsageError(`${path} is damaged: ${wrong}. ${anew}`);
  return [results as WrittenResults];
}

function inRuns({ spec, runs }: WrittenResults): readonly Named[] {
  return runs.flatMap(({ verdict }) => ('trace' in verdict ? [{ spec, file: verdict.trace }] : []));
}

function inCells({ spec, rows }: Matrix): readonly Named[] {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  return cells.flatMap(({ trace: file }) => (file === undefined ? [] : [{ spec, file }]));
}

/** What `action` returns; where it fails, a usage error that begins with `says`. */
function attempt<T>(says: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw new UsageError(`${says}: ${reason(error)}`);
  }
}
