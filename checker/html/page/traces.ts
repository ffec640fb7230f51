/** The traces that the file has, by their names. */
import type { PageData, TraceEntry } from '../data.ts';

const indexes = new WeakMap<PageData, ReadonlyMap<string, TraceEntry>>();

/** The trace called `id`, if the file has it. */
export function traceNamed(data: PageData, id: string): TraceEntry | undefined {
  const known = indexes.get(data);
  const index = known ?? new Map(data.traces.map((entry) => [entry.id, entry]));
  if (!known) indexes.set(data, index);
  return index.get(id);
}
