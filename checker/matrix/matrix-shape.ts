/** What a matrix in a file must look like before anything is done with it: the types of matrix.ts, at run time. */
import * as v from 'valibot';

const strings = v.array(v.string());
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const cell = v.looseObject({
  verdict: v.picklist(['needed', 'redundant', 'incomplete', 'vacuous', 'no program', 'fault']),
  by: v.optional(v.string()),
  why: v.optional(v.string()),
  unexecuted: v.optional(v.literal(true)),
  states: v.optional(count),
  transitions: v.optional(count),
  steps: v.optional(count),
  trace: v.optional(v.string()),
});

const row = v.looseObject({
  id: v.string(),
  fn: v.string(),
  text: v.string(),
  programs: strings,
  sort: v.string(),
  change: v.string(),
  cells: v.record(v.string(), cell),
});

export const matrixShape = v.looseObject({
  heddle: v.string(),
  spec: v.string(),
  variant: v.string(),
  models: strings,
  unchanged: v.record(v.string(), cell),
  rows: v.array(row),
});
