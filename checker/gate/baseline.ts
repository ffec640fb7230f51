/** The baseline: what every job is known to come to, kept beside the results, so that a gate notices what changes though
 *  nobody expected anything of it. One line per job, so that a diff of two baselines can be read. */
import * as v from 'valibot';
import { misfit } from '../files/shape.ts';
import { heddleVersion } from '../report/version.ts';
import { UsageError } from '../system.ts';
import type { Case } from './case.ts';

/** Goes up when a field changes its meaning or goes away. */
export const baselineSchema = 1;

/** Where it is unless somebody says otherwise. */
export const baselineFile = 'results/baseline.json';

/** What is known of a job. Counts are absent where there are none, or where the search does not know them. */
export interface Known {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  /** In the form of an expectation: `holds`, `violated: INVARIANT`, `deadlock`, ... */
  readonly verdict: string;
  /** How it was searched, unless breadth first to the end; counts are compared with those of the same search only. */
  readonly search?: string;
  readonly states?: number | string;
  readonly transitions?: number | string;
  readonly depth?: number;
  readonly statements?: number;
  readonly executed?: number;
  readonly witnesses?: number;
  /** How many kinds of reordering occurred. */
  readonly reorderings?: number;
}

/** What is counted, in the order in which messages name it. */
export const counted = [
  'states',
  'transitions',
  'depth',
  'statements',
  'executed',
  'witnesses',
  'reorderings',
] as const satisfies readonly (keyof Known)[];

/** How a job is called wherever it is looked up. */
export function nameOf({ spec, variant, model }: Pick<Known, 'spec' | 'variant' | 'model'>): string {
  return `${spec}/${variant} (${model})`;
}

/** What the cases are known to come to from now on; those that somebody interrupted tell nothing. */
export function knownOf(cases: readonly Case[]): readonly Known[] {
  return cases.filter(({ run }) => !isInterrupted(run.verdict)).map(known);
}

function isInterrupted(verdict: Case['run']['verdict']): boolean {
  return verdict.kind === 'incomplete' && verdict.bound === 'interrupted';
}

function known(it: Case): Known {
  const { variant, model, verdict, effort, coverage, witnesses, occurred } = it.run;
  const search = searchOf(it);
  const { states, transitions, depth } = { ...effort, ...effort?.exactly };
  const facts = {
    states,
    transitions,
    depth: depth ?? undefined,
    statements: coverage?.statements,
    executed: coverage?.executed,
    witnesses: witnesses?.reached.length,
    reorderings: occurred === undefined || occurred.length === 0 ? undefined : occurred.length,
  };
  return {
    spec: it.spec,
    variant,
    model,
    verdict: verdict.kind === 'violated' ? `violated: ${verdict.invariant}` : verdict.kind,
    ...(search === '' ? {} : { search }),
    ...Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)),
  };
}

function searchOf({ run }: Case): string {
  const { engine, search, maxStates, fingerprintSeed, random, symmetry } = run;
  return [
    ...(engine === undefined ? [] : [engine]),
    ...(search === 'bfs' ? [] : [search]),
    ...(maxStates === null ? [] : [`at most ${maxStates} states`]),
    ...(fingerprintSeed === undefined ? [] : ['fingerprints']),
    ...(random === undefined ? [] : [`${random.walks} walks of seed ${random.seed}`]),
    ...(symmetry === undefined ? [] : [`one for up to ${symmetry.elements}`]),
  ].join(', ');
}

/** The text of the file, for these jobs in this order. */
export function baselineText(jobs: readonly Known[]): string {
  const head = { kind: 'heddle baseline', schema: baselineSchema, heddle: heddleVersion };
  const fields = Object.entries(head).map(
    ([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)},`,
  );
  const lines = jobs.map((job) => `    ${JSON.stringify(job)}`).join(',\n');
  return ['{', ...fields, `  "jobs": [${lines === '' ? '' : `\n${lines}\n  `}]`, '}', ''].join('\n');
}

const figure = v.optional(v.union([v.number(), v.string()]));
const shape = v.looseObject({
  kind: v.literal('heddle baseline'),
  schema: v.literal(baselineSchema),
  jobs: v.array(
    v.looseObject({
      spec: v.string(),
      variant: v.string(),
      model: v.string(),
      verdict: v.string(),
      search: v.optional(v.string()),
      ...Object.fromEntries(counted.map((what) => [what, figure])),
    }),
  ),
});

/** The jobs in the file `name` with the content `text`; a UsageError says why it cannot be used. */
export function parseBaseline(text: string, name: string): readonly Known[] {
  const wrong = whatIsWrong(text);
  if (wrong === null) return (JSON.parse(text) as { readonly jobs: readonly Known[] }).jobs;
  throw new UsageError(`the baseline ${name} ${wrong}. Write it anew with heddle baseline --update.`);
}

function whatIsWrong(text: string): string | null {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    return 'is damaged: it cannot be parsed';
  }
  const why = misfit(shape, file);
  return why === null ? null : `cannot be used: ${why}`;
}
