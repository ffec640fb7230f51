/** From an output folder and the specs to what the page is given. */
import type { WrittenResults, WrittenRun } from '../report/json.ts';
import { slug } from '../report/slug.ts';
import type { SavedTrace } from '../report/trace-file.ts';
import type { Spec } from '../spec.ts';
import type { System } from '../system.ts';
import type { PageData, PageSpec, PageSystem, PageTrace, PageVariant, TraceEntry } from './data.ts';
import type { Gathered } from './gather.ts';
import { pageTrace } from './page-trace.ts';

export interface Report {
  readonly data: PageData;
  /** Which traces are packed together: those of a spec, which look alike. */
  readonly groups: readonly (readonly PageTrace[])[];
}

/** The system that a saved trace is of; null if there is none any more. */
export type SystemOf = (saved: SavedTrace) => System | null;

/** The report of what was gathered, in the order of the specs; `heddle` is the version that writes it. */
export function reportOf(
  specs: readonly Spec[],
  { results, matrices, traces }: Gathered,
  systemOf: SystemOf,
  heddle: string,
): Report {
  const order = new Map(specs.map(({ name }, i) => [name, i]));
  const place = (spec: string) => order.get(spec) ?? order.size;
  const sorted = [...results].sort((a, b) => place(a.spec) - place(b.spec));
  const names = new Set([...sorted.map(({ spec }) => spec), ...matrices.map(({ spec }) => spec)]);
  const bySpec = [...names].map((spec) => [...traces].filter(([, saved]) => saved.spec === spec));
  const groups = bySpec.map((saved) => saved.map(([id, it]) => pageTrace(id, it, systemOf(it))));
  const entries = bySpec.flatMap((saved, group) => saved.map(([id, it]) => entryOf(id, it, group)));
  const data = { heddle, specs: sorted.map((it) => pageSpec(it, specs)), matrices, traces: entries };
  return { data, groups };
}

function entryOf(id: string, { spec, variant, model, trace }: SavedTrace, group: number): TraceEntry {
  return { id, spec, variant, model, steps: trace.steps.length, group };
}

function pageSpec({ spec, title, source, runs }: WrittenResults, specs: readonly Spec[]): PageSpec {
  const known = specs.find(({ name }) => name === spec);
  const names = [...new Set(runs.map(({ variant }) => variant))];
  const variants = names.map((name): PageVariant => {
    const own = runs.filter(({ variant }) => variant === name);
    return {
      name,
      id: slug(name),
      about: own[0]!.about,
      runs: own,
      ...systemIn(known, own[0]!),
    };
  });
  return { name: spec, title, source, variants };
}

/** What the variant's system consists of: programs and properties are the same under every memory model. */
function systemIn(
  spec: Spec | undefined,
  { variant: name, model }: WrittenRun,
): { readonly system?: PageSystem } {
  const variant = spec?.variants.find((it) => it.name === name);
  if (variant?.expect[model] === undefined) return {};
  const { statements, invariants, witnesses } = variant.build(model);
  return { system: { statements, invariants: invariants.map(nameOf), witnesses: witnesses.map(nameOf) } };
}

const nameOf = ({ name }: { readonly name: string }) => name;
