/** What a saved trace must look like before anything is done with it: the types of outcome.ts, at run time. Fields that
 *  are not known stay. */
import * as v from 'valibot';

const strings = v.array(v.string());
/** What messages repeat. */
const name = v.pipe(v.string(), v.maxLength(300));
const index = v.pipe(v.number(), v.safeInteger(), v.minValue(0));

const reordering = v.looseObject({
  kind: v.picklist(['early', 'late', 'stale']),
  other: v.string(),
  fn: v.optional(v.string()),
  forbiddenBy: strings,
});

const access = v.looseObject({
  kind: v.picklist(['read', 'write', 'fence', 'other']),
  place: v.string(),
  value: v.string(),
  order: v.optional(v.string()),
  pc: v.number(),
});

const line = v.looseObject({
  text: v.string(),
  fn: v.optional(v.string()),
  notes: v.optional(strings),
  statement: v.optional(v.string()),
  reorderings: v.optional(v.array(reordering)),
  accesses: v.optional(v.array(access)),
});

const step = v.looseObject({
  agent: name,
  choice: index,
  column: v.optional(v.string()),
  lines: v.array(line),
  effects: v.array(v.looseObject({ column: v.string(), component: v.string(), text: v.string() })),
});

const trace = v.looseObject({
  columns: strings,
  prelude: v.optional(v.array(v.looseObject({ agent: v.string(), lines: v.array(line) }))),
  found: v.optional(v.string()),
  steps: v.array(step),
  repeats: v.optional(index),
  ending: v.pipe(v.string(), v.maxLength(5000)),
  story: v.optional(strings),
});

/** What a trace file says besides its head. */
export const savedTraceShape = v.pipe(
  v.looseObject({
    spec: name,
    variant: name,
    model: name,
    change: v.optional(v.looseObject({ text: v.string(), edit: v.unknown() })),
    trace,
  }),
  v.check(
    ({ trace: { repeats = -1, steps } }) => repeats < steps.length,
    'trace.repeats is not the number of a step',
  ),
);
