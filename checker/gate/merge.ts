/** Puts the parts of a run together: the jobs of all, each once. */
import { type Job, jobName } from '../report/job.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import { type Case, caseName } from './case.ts';
import type { FoundResults } from './folder-cases.ts';

/** A folder and what it holds. */
export interface Part extends FoundResults {
  readonly folder: string;
}

export interface Merged {
  /** In the order of the specs. */
  readonly cases: readonly Case[];
  /** For each case, the folder that it is from. */
  readonly from: ReadonlyMap<Case, string>;
  /** What the whole has and no part, in sentences; [] if nothing is known to be missing. */
  readonly missing: readonly string[];
}

/** A UsageError names what contradicts: one job with two results, parts of different wholes, a job that nobody knows. */
export function merged(parts: readonly Part[], specs: readonly Spec[]): Merged {
  const found = new Map<string, { readonly it: Case; readonly folder: string }>();
  for (const { folder, cases } of parts) {
    for (const it of cases) {
      const other = found.get(caseName(it));
      if (other === undefined) found.set(caseName(it), { it, folder });
      else refuseContradiction(other.it, other.folder, it, folder);
    }
  }
  const declared = specs.flatMap((spec) => jobsOf(spec).map(jobName));
  const strangers = [...found.keys()].filter((name) => !declared.includes(name));
  if (strangers.length > 0)
    throw new UsageError(
      `${found.get(strangers[0]!)!.folder} has results of ${strangers[0]}, which no spec here declares: is it of ` +
        'another version of the specs?',
    );
  const ordered = declared.flatMap((name) => found.get(name) ?? []);
  return {
    cases: ordered.map(({ it }) => it),
    from: new Map(ordered.map(({ it, folder }) => [it, folder])),
    missing: missingOf(parts, new Set(found.keys())),
  };
}

export function jobsOf(spec: Spec): readonly Job[] {
  return spec.variants.flatMap((variant) =>
    Object.entries(variant.expect).map(([model, expected]) => ({ spec, variant, model, expected })),
  );
}

function refuseContradiction(a: Case, folderOfA: string, b: Case, folderOfB: string): void {
  if (JSON.stringify(a.run) === JSON.stringify(b.run)) return;
  throw new UsageError(
    `${folderOfA} and ${folderOfB} both have results of ${caseName(a)}, and they differ. Leave out the one that is ` +
      'not of this run.',
  );
}

/** So many names are told. */
const few = 5;

function missingOf(parts: readonly Part[], found: ReadonlySet<string>): readonly string[] {
  const shards = parts.flatMap(({ folder, shard }) => (shard === null ? [] : [{ folder, ...shard }]));
  const [first] = shards;
  if (first === undefined) return [];
  const stranger = shards.find(
    ({ of, jobs }) => of !== first.of || JSON.stringify(jobs) !== JSON.stringify(first.jobs),
  );
  if (stranger !== undefined)
    throw new UsageError(
      `${first.folder} and ${stranger.folder} are not parts of one whole: the one is of ${first.of} parts with ` +
        `${first.jobs.length} jobs, the other of ${stranger.of} with ${stranger.jobs.length}.`,
    );
  const here = new Set(shards.map(({ index }) => index));
  const absent = Array.from({ length: first.of }, (_, i) => i + 1).filter((index) => !here.has(index));
  const jobs = first.jobs.filter((name) => !found.has(name));
  const more = jobs.length > few ? `, and ${jobs.length - few} more` : '';
  return [
    ...absent.map((index) => `part ${index} of ${first.of} is missing`),
    ...(jobs.length === 0 ? [] : [`no part has results of ${jobs.slice(0, few).join(', ')}${more}`]),
  ];
}
