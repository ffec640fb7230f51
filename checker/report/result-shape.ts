/** What a run in `<spec>.json` must look like before anything is done with it: the types of json.ts, at run time. Fields
 *  that are not known stay. */
import * as v from 'valibot';

const strings = v.array(v.string());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const expectation = v.variant('kind', [
  v.looseObject({ kind: v.picklist(['holds', 'deadlock', 'endless']) }),
  v.looseObject({ kind: v.literal('violated'), by: v.string() }),
]);

const verdict = v.variant('kind', [
  v.looseObject({ kind: v.literal('holds'), odds: v.optional(v.number()) }),
  v.looseObject({ kind: v.literal('violated'), invariant: v.string(), why: v.string(), trace: v.string() }),
  v.looseObject({ kind: v.picklist(['deadlock', 'endless']), why: v.string(), trace: v.string() }),
  v.looseObject({ kind: v.literal('vacuous'), reasons: strings }),
  v.looseObject({ kind: v.literal('incomplete'), bound: v.string(), why: v.string() }),
  v.looseObject({ kind: v.literal('fault'), message: v.string() }),
]);

const effort = v.looseObject({
  // As large as it comes; `exactly` has the digits then.
  states: v.pipe(v.number(), v.integer(), v.minValue(0)),
  transitions: v.pipe(v.number(), v.integer(), v.minValue(0)),
  exactly: v.optional(v.looseObject({ states: v.string(), transitions: v.string() })),
  depth: v.nullable(count),
  values: v.record(v.string(), count),
});

const statement = v.looseObject({ id: v.string(), fn: v.string(), text: v.string() });
const reordering = v.looseObject({
  statement: v.string(),
  kind: v.picklist(['early', 'late', 'stale']),
  other: v.string(),
  fn: v.optional(v.string()),
});
/** Places in a common list: `0-4 7`. */
const places = v.pipe(v.string(), v.regex(/^(\d+(-\d+)?( \d+(-\d+)?)*)?$/));

const coverage = v.looseObject({
  statements: count,
  executed: count,
  missed: v.array(statement),
  of: v.optional(places),
  reorderings: v.optional(places),
});

export const writtenRunShape = v.looseObject({
  variant: v.string(),
  about: v.string(),
  model: v.string(),
  engine: v.optional(v.string()),
  search: v.string(),
  maxStates: v.nullable(count),
  expected: expectation,
  verdict,
  exitCode: count,
  effort: v.optional(effort),
  coverage: v.optional(coverage),
  witnesses: v.optional(v.looseObject({ reached: strings, missed: strings })),
});

/** What the runs of a file share. */
export const sharedShape = v.looseObject({
  statements: v.optional(v.array(statement)),
  reorderings: v.optional(v.array(reordering)),
});

export const writtenResultsShape = v.looseObject({
  ...sharedShape.entries,
  heddle: v.string(),
  spec: v.string(),
  title: v.string(),
  source: v.string(),
  runs: v.array(writtenRunShape),
});
