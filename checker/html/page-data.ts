/** From an output folder and the specs to what the page is given. */
import type { WrittenResults } from '../report/json.ts';
import { slug } from '../report/slug.ts';
import type { SavedTrace } from '../report/trace-file.ts';
import type { Spec } from '../spec.ts';
import type { System } from '../system.ts';
import type { PageData, PageSpec, PageTrace, PageVariant, TraceEntry } from './data.ts';
import { type Gathered, traceId } from './gather.ts';
import { pageSystem } from './page-system.ts';
import { pageTrace } from './page-trace.ts';

export interface Report {
  readonly data: PageData;
  /** Which traces are packed together: those of a spec, which look alike. */
  readonly groups: readonly (readonly PageTrace[])[];
}

/** Builds systems; null where there is none of that name any more. */
export interface Systems {
  of(spec: string, variant: string, model: string): System | null;
  /** The one that a trace of a matrix is of: that of a changed program. */
  changed(saved: SavedTrace): System | null;
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
  const shown = new Set(read.flatMap((spec) => spec.traces.map(({ id }) => id)));
  const others = [...traces].filter(([id]) => !shown.has(id));
  const changed = others.map(([id, saved]) => pageTrace(id, saved, systems.changed(saved)));
  const groups = [...read.map((spec) => spec.traces), changed].filter(({ length }) => length > 0);
  const entries = groups.flatMap((group, i) => group.map(({ id }) => entryOf(id, traces.get(id)!, i)));
  const data = { heddle, specs: read.map(({ spec }) => spec), matrices, traces: entries };
  return { data, groups };
}

function entryOf(id: string, { spec, variant, model, trace }: SavedTrace, group: number): TraceEntry {
  return { id, spec, variant, model, steps: trace.steps.length, group };
}

/** A spec with its traces. Each system is built once, for its statements and for its trace. */
function pageSpec(
  { spec, title, source, runs }: WrittenResults,
  traces: Gathered['traces'],
  systems: Systems,
): { readonly spec: PageSpec; readonly traces: readonly PageTrace[] } {
  const shown: PageTrace[] = [];
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const variants = names.map((name): PageVariant => {
    const own = runs.filter(({ variant }) => variant === name);
    const built = new Map<string, System>();
    for (const { model, verdict } of own) {
      const system = systems.of(spec, name, model);
      if (system) built.set(model, system);
      const id = 'trace' in verdict ? traceId(verdict.trace) : '';
      const saved = traces.get(id);
      if (saved) shown.push(pageTrace(id, saved, system));
    }
    return { name, id: slug(name), about: own[0]!.about, runs: own, ...pageSystem(built) };
  });
  return { spec: { name: spec, title, source, variants }, traces: shown };
}
