/** From an output folder and the specs to what the page is given. */
import type { Matrix } from '../matrix/matrix.ts';
import { type WrittenResults, withShared } from '../report/json.ts';
import { slug } from '../report/slug.ts';
import type { SavedTrace } from '../report/trace-file.ts';
import type { Spec } from '../spec.ts';
import type { System } from '../system.ts';
import {
  type PageData,
  type PageSpec,
  type PageTrace,
  type PageVariant,
  type TraceEntry,
  traceId,
} from './data.ts';
import type { Gathered } from './gather.ts';
import { type KnownSystem, pageSystem } from './page-system.ts';
import { pageTrace } from './page-trace.ts';

export interface Report {
  readonly data: PageData;
  /** Which traces are packed together: those of a spec, which look alike. */
  readonly groups: readonly (readonly PageTrace[])[];
}

/** What whoever knows the specs knows. */
export interface Systems {
  /** Null where there is none of that name any more, or it cannot be built. */
  of(spec: string, variant: string, model: string): System | null;
  /** The one that a trace of changed programs was found in. */
  changed(saved: SavedTrace): System | null;
  /** The lines above the text of a trace; asked for before the trace is taken through its system once more. */
  title(saved: SavedTrace): readonly string[];
}

/** The report of what was gathered, in the order of the specs; `heddle` is the version that writes it. */
export function reportOf(
  specs: readonly Spec[],
  { results, matrices, traces }: Gathered,
  systems: Systems,
  heddle: string,
): Report {
  const order = new Map(specs.map(({ name }, i) => [name, i]));
  const place = (spec: string) => order.get(spec) ?? order.size;
  const sorted = [...results].sort((a, b) => place(a.spec) - place(b.spec));
  const read = sorted.map((it) => pageSpec(it, traces, systems));
  const changed = matrices.map((matrix) => changedTraces(matrix, traces, systems));
  const groups = [...read.map((spec) => spec.traces), ...changed].filter(({ length }) => length > 0);
  const entries = groups.flatMap((group, i) => group.map(({ id }) => entryOf(id, traces.get(id)!, i)));
  const data = { heddle, specs: read.map(({ spec }) => spec), matrices, traces: entries };
  return { data, groups };
}

function entryOf(id: string, { spec, variant, model, change, trace }: SavedTrace, group: number): TraceEntry {
  const changed = change === undefined ? {} : { change: change.text };
  return { id, spec, variant, model, ...changed, steps: trace.steps.length, group };
}

/** The traces of a matrix, each of changed programs. */
function changedTraces(
  { spec, variant }: Matrix,
  traces: Gathered['traces'],
  systems: Systems,
): readonly PageTrace[] {
  return [...traces].flatMap(([id, saved]) => {
    if (saved.change === undefined || saved.spec !== spec || saved.variant !== variant) return [];
    return [pageTrace(id, saved, systems.changed(saved), systems.title(saved))];
  });
}

/** A spec with its traces. */
function pageSpec(
  results: WrittenResults,
  traces: Gathered['traces'],
  systems: Systems,
): { readonly spec: PageSpec; readonly traces: readonly PageTrace[] } {
  const { spec, title, source } = results;
  const runs = results.runs.map((run) => withShared(run, results));
  const shown: PageTrace[] = [];
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const variants = names.map((name): PageVariant => {
    const own = runs.filter(({ variant }) => variant === name);
    const known: KnownSystem[] = [];
    for (const { model, verdict, all } of own) {
      const id = 'trace' in verdict ? traceId(verdict.trace) : '';
      const saved = traces.get(id);
      // Systems take their time to build: for a trace, and for what is known of them from nowhere else.
      const needed = saved !== undefined || all === undefined || !known.some(({ system }) => system);
      const system = needed ? systems.of(spec, name, model) : null;
      known.push(all === undefined ? { model, system } : { model, statements: all, system });
      if (saved) shown.push(pageTrace(id, saved, system, systems.title(saved)));
    }
    const pageRuns = own.map(({ all: _, ...run }) => run);
    return { name, id: slug(name), about: own[0]!.about, runs: pageRuns, ...pageSystem(known) };
  });
  return { spec: { name: spec, title, source, variants }, traces: shown };
}
