/** A run in parts, on several machines: which jobs each part takes, and what it leaves behind for `heddle merge`. */
import * as v from 'valibot';
import { misfit } from '../files/shape.ts';
import { type Job, jobName } from '../report/job.ts';
import { heddleVersion } from '../report/version.ts';
import { UsageError } from '../system.ts';
import { type Known, nameOf } from './baseline.ts';
import { type Case, type Cost, caseName } from './case.ts';

/** The part number `index`, from 1, of `of` parts. */
export interface Shard {
  readonly index: number;
  readonly of: number;
}

/** From `2/4`; null if it is none. */
export function shardOf(text: string): Shard | null {
  const [, index = 0, of = 0] = (/^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []).map(Number);
  return index >= 1 && index <= of ? { index, of } : null;
}

/** What even the smallest job costs, in states. */
const LEAST = 500;

/**
 * The jobs of one part, in their order. Every part that is told of the same jobs and the same baseline draws the same
 * lines: the largest jobs first, each to the part that has least to do. Every job is in exactly one part.
 */
export function jobsOfShard(
  jobs: readonly Job[],
  { index, of }: Shard,
  known: readonly Known[],
): readonly Job[] {
  const transitions = new Map(known.map((job) => [nameOf(job), Number(job.transitions ?? 0)]));
  const nameOfJob = ({ spec, variant, model }: Job) =>
    nameOf({ spec: spec.name, variant: variant.name, model });
  const sized = jobs.map((job, at) => ({ at, size: LEAST + (transitions.get(nameOfJob(job)) ?? 0) }));
  const load = Array.from({ length: of }, () => 0);
  const mine = new Set<number>();
  for (const { at, size } of sized.sort((a, b) => b.size - a.size || a.at - b.at)) {
    const least = load.indexOf(Math.min(...load));
    load[least]! += size;
    if (least === index - 1) mine.add(at);
  }
  return jobs.filter((_, at) => mine.has(at));
}

/** `shard.json`: of which whole the folder holds a part, and what its jobs cost, which no other file but junit.xml has. */
export interface ShardFile extends Shard {
  /** Every job of the whole, by its name. */
  readonly jobs: readonly string[];
  /** What the jobs of this part cost, by their names. */
  readonly costs: Readonly<Record<string, Cost>>;
}

const shardSchema = 1;

export function shardText(shard: Shard, all: readonly Job[], cases: readonly Case[]): string {
  const costs = cases.flatMap((it) => (it.cost === null ? [] : [[caseName(it), it.cost] as const]));
  const file: ShardFile = { ...shard, jobs: all.map(jobName), costs: Object.fromEntries(costs) };
  const head = { kind: 'heddle shard', schema: shardSchema, heddle: heddleVersion };
  return `${JSON.stringify({ ...head, ...file }, null, 1)}\n`;
}

const amount = v.pipe(v.number(), v.minValue(0));
const part = v.pipe(v.number(), v.safeInteger(), v.minValue(1));
const shape = v.looseObject({
  kind: v.literal('heddle shard'),
  schema: v.literal(shardSchema),
  index: part,
  of: part,
  jobs: v.array(v.string()),
  costs: v.record(
    v.string(),
    v.looseObject({ seconds: amount, bytes: amount, slowCalls: amount, lookups: amount }),
  ),
});

/** What the file `name` with the content `text` says; a UsageError says why it cannot be used. */
export function parseShard(text: string, name: string): ShardFile {
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch {
    throw new UsageError(`${name} is damaged: it cannot be parsed. Run that part again.`);
  }
  const why = misfit(shape, file);
  if (why !== null) throw new UsageError(`${name} cannot be used: ${why}. Run that part again.`);
  return file as ShardFile;
}
