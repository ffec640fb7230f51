/** Reads an output folder: the verdicts, the traces that they name, and the matrices. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { clipped, misfit } from '../files/shape.ts';
import { type Matrix, matrixSchema } from '../matrix/matrix.ts';
import { matrixShape } from '../matrix/matrix-shape.ts';
import { reason } from '../report/folder.ts';
import { resultSchema, type WrittenResults } from '../report/json.ts';
import { writtenResultsShape } from '../report/result-shape.ts';
import { parseTraceFile, type SavedTrace } from '../report/trace-file.ts';
import { UsageError } from '../system.ts';

export interface Gathered {
  readonly results: readonly WrittenResults[];
  readonly matrices: readonly Matrix[];
  /** Every readable trace that a verdict or a cell names, by the file's name without folder and ending. */
  readonly traces: ReadonlyMap<string, SavedTrace>;
  /** What is named but cannot be read, one sentence each. */
  readonly missing: readonly string[];
}

/** Everything in `folder` that a report shows. `wanted` says of which traces, by name and spec. */
export function gather(folder: string, wanted: (id: string, spec: string) => boolean): Gathered {
  const results = jsonFiles(folder, '').flatMap(([name, value]) => resultsIn(name, value));
  if (results.length === 0) {
    throw new UsageError(
      `${folder} has no results. Run \`heddle check --out ${folder}\`, or name another folder with --from.`,
    );
  }
  const matrices = jsonFiles(folder, 'matrix').flatMap(([name, value]) => matrixIn(name, value));
  const traces = new Map<string, SavedTrace>();
  const missing: string[] = [];
  for (const [file, spec] of [...results.flatMap(tracesOfRuns), ...matrices.flatMap(tracesOfCells)]) {
    const id = traceId(file);
    if (traces.has(id) || !wanted(id, spec)) continue;
    try {
      traces.set(id, parseTraceFile(readFileSync(join(folder, `traces/${id}.json`), 'utf8'), file));
    } catch (error) {
      missing.push(`${file}: ${reason(error)}`);
    }
  }
  return { results, matrices, traces, missing };
}

/** What a trace is called in links: `traces/a--b--sc.json` is `a--b--sc`. */
export function traceId(file: string): string {
  return file.replace(/^traces\//, '').replace(/\.json$/, '');
}

/** The JSON files of a folder by name, in the order of their names; none if there is no such folder. */
function jsonFiles(folder: string, below: string): readonly (readonly [string, unknown])[] {
  const path = join(folder, below);
  const names = attempt(() => readdirSync(path), below === '' ? `cannot read ${path}` : null) ?? [];
  return names
    .filter((name) => name.endsWith('.json'))
    .sort()
    .map((name) => {
      const file = join(path, name);
      const value = attempt((): unknown => JSON.parse(readFileSync(file, 'utf8')), `cannot read ${file}`);
      return [file, value] as const;
    });
}

/** What `action` returns; where it fails, a usage error that begins with `says`, or null if that is null. */
function attempt<T>(action: () => T, says: string | null): T | null {
  try {
    return action();
  } catch (error) {
    if (says === null) return null;
    throw new UsageError(`${says}: ${reason(error)}`);
  }
}

/** Other files in the folder, such as a baseline, are no results. */
function resultsIn(file: string, value: unknown): readonly WrittenResults[] {
  const results = value as Partial<WrittenResults> | null;
  if (typeof results?.spec !== 'string' || !Array.isArray(results.runs)) return [];
  if (results.schema === resultSchema) {
    refuseMisfit(file, writtenResultsShape, results);
    return [results as WrittenResults];
  }
  throw new UsageError(otherSchema(file, results.schema, resultSchema));
}

function matrixIn(file: string, value: unknown): readonly Matrix[] {
  const matrix = value as Partial<Matrix> | null;
  if (matrix?.kind !== 'heddle matrix') return [];
  if (matrix.schema === matrixSchema) {
    refuseMisfit(file, matrixShape, matrix);
    return [matrix as Matrix];
  }
  throw new UsageError(otherSchema(file, matrix.schema, matrixSchema));
}

function refuseMisfit(file: string, shape: Parameters<typeof misfit>[0], value: unknown): void {
  const wrong = misfit(shape, value);
  if (wrong !== null) throw new UsageError(`${file} is damaged: ${wrong}. Make the file anew.`);
}

function otherSchema(file: string, found: unknown, known: number): string {
  return `${file} has schema ${clipped(found)}; this heddle reads schema ${known}. Make the file anew.`;
}

function tracesOfRuns({ spec, runs }: WrittenResults): readonly (readonly [string, string])[] {
  return runs.flatMap(({ verdict }) => ('trace' in verdict ? [[verdict.trace, spec] as const] : []));
}

function tracesOfCells({ spec, rows }: Matrix): readonly (readonly [string, string])[] {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  return cells.flatMap(({ trace }) => (trace === undefined ? [] : [[trace, spec] as const]));
}
