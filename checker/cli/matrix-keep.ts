/** What `heddle matrix` keeps of a cell, though a file may fail. */
import type { Cache } from '../matrix/cache.ts';
import type { ProposedChange } from '../matrix/changes.ts';
import { cellTraceFile } from '../matrix/files.ts';
import type { Plan } from '../matrix/plan.ts';
import type { Trace } from '../outcome.ts';
import { reason, writeWhole } from '../report/folder.ts';
import { traceFileText } from '../report/trace-file.ts';
import { traceText } from '../report/trace-text.ts';
import { traceTitle } from './counterexample.ts';

/** Does something that may fail: why is among the failures then, once. */
export function attempt(failures: string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    const why = reason(error);
    if (!failures.includes(why)) failures.push(why);
  }
}

/** A cache that cannot be written to costs time, and no answer. */
export function quietly(cache: Cache, failures: string[]): Cache {
  return { ...cache, write: (key, found) => attempt(failures, () => cache.write(key, found)) };
}

/** Writes the counterexample of a cell, and returns its file's name without an ending. */
export function keep(
  out: string,
  { spec, variant }: Plan,
  row: ProposedChange,
  model: string,
  trace: Trace,
  failures: string[],
): string {
  const name = cellTraceFile(spec.name, variant.name, model, row.id);
  const change = `${row.text} in ${row.fn}() ${/^(dropped|moved|behind|value)/.test(row.change) ? row.change : `-> ${row.change}`}`;
  const saved = {
    spec: spec.name,
    variant: variant.name,
    model,
    change: { text: change, edit: row.edit },
    trace,
  };
  const title = traceTitle({ spec, variant, model }, change);
  attempt(failures, () => {
    writeWhole(out, `${name}.json`, traceFileText(saved));
    writeWhole(out, `${name}.txt`, traceText(trace, title));
  });
  return name;
}
