/** What a checkpoint must say before anything is made of it. Its hash tells that it is what was written, and this that it
 *  was written by us: whoever changes a file can make its hash right again. What is in it may still be wrong, such as a
 *  state that cannot be reached; a hash is no signature. */
import * as v from 'valibot';
import { reason } from '../files/reason.ts';
import { misfit } from '../files/shape.ts';
import type { Layout } from '../intern/layout.ts';
import { ModelBug, UsageError } from '../system.ts';
import type { Summary } from './summary.ts';

const strings = v.array(v.string());
/** What messages repeat. */
const name = v.pipe(v.string(), v.maxLength(300));
const number = v.pipe(v.number(), v.minValue(0));
const count = v.pipe(v.number(), v.safeInteger(), v.minValue(0));
const counts = v.array(count);
const integers = v.array(
  v.pipe(v.number(), v.safeInteger(), v.minValue(-(2 ** 31)), v.maxValue(2 ** 31 - 1)),
);

const summaryShape = v.looseObject({
  run: v.looseObject({ spec: name, variant: name, model: name }),
  program: v.looseObject({ heddle: name, sources: name }),
  manner: v.looseObject({
    search: name,
    symmetry: v.boolean(),
    traces: v.boolean(),
    byteOrder: v.string(),
    system: v.string(),
  }),
  states: v.pipe(count, v.maxValue(2 ** 31 - 1)),
  transitions: count,
  seconds: number,
  stuck: v.nullable(v.looseObject({ state: count, why: v.string() })),
  layout: v.looseObject({
    words: v.pipe(count, v.minValue(1)),
    wordOf: integers,
    shiftOf: integers,
    maskOf: integers,
    fieldOf: integers,
  }),
  values: counts,
  growth: v.looseObject({ counts, heat: v.array(number) }),
  judge: v.array(v.looseObject({ check: count, reads: counts })),
  coverage: v.looseObject({ covered: strings }),
  frontier: v.looseObject({ numbers: integers, lists: v.pipe(count, v.maxValue(100)) }),
  queued: v.pipe(count, v.maxValue(100)),
  cost: v.looseObject({ slowCalls: count, lookups: count, slowSeconds: number }),
});

/** What the file says beside its sections; a UsageError if that is not what a checkpoint says. */
export function summaryIn(file: string, about: unknown): Summary {
  const wrong = misfit(summaryShape, about);
  if (wrong !== null) throw unsound(file, wrong);
  return about as Summary;
}

/** Refuses numbers that do not go together. */
export function refuseDiscord(file: string, summary: Summary, components: number): void {
  const { states, layout, values, growth, judge, stuck } = summary;
  const { words, wordOf, shiftOf, maskOf, fieldOf } = layout;
  const lists = { wordOf, shiftOf, maskOf, fieldOf, values, counts: growth.counts, heat: growth.heat };
  for (const [name, { length }] of Object.entries(lists)) {
    if (length !== components)
      throw unsound(file, `${name} is of ${length} components, not of ${components}`);
  }
  const used = Array.from({ length: Math.min(words, components) }, () => 0);
  for (const c of values.keys()) {
    const mask = maskOf[c]!;
    const width = 32 - Math.clz32(mask);
    const left = 32 - width - shiftOf[c]!;
    const bits = mask << shiftOf[c]!;
    const isSound =
      mask === 2 ** width - 1 &&
      width >= 1 &&
      width <= 31 &&
      left >= 0 &&
      left <= 32 - width &&
      wordOf[c]! in used &&
      (used[wordOf[c]!]! & bits) === 0 &&
      fieldOf[c] === ((wordOf[c]! << 10) | ((32 - width) << 5) | left);
    if (!isSound) throw unsound(file, `the field of component ${c} is none`);
    if (values[c]! < 1 || values[c]! > mask + 1)
      throw unsound(file, `component ${c} has ${values[c]} values`);
    used[wordOf[c]!]! |= bits;
  }
  if (used.length !== words) throw unsound(file, `a state of ${components} components has ${words} words`);
  if (stuck !== null && stuck.state >= states) throw unsound(file, `no state ${stuck.state} can be stuck`);
  const read = judge.flatMap(({ reads }) => reads);
  if (read.some((c) => c >= components)) throw unsound(file, 'a check has read a component that is none');
}

/** Throws if one of the packed states has a number for which there is no value. */
export function refuseUnknownValues(
  { fieldOf, words }: Pick<Layout, 'words'> & { readonly fieldOf: readonly number[] },
  values: readonly number[],
  states: Int32Array,
  size: number,
): void {
  for (let base = 0; base < size * words; base += words) {
    for (let c = 0; c < fieldOf.length; c++) {
      const field = fieldOf[c]!;
      if ((states[base + (field >>> 10)]! << field) >>> (field >>> 5) >= values[c]!)
        throw new Error(`a state has a value of component ${c} that is none`);
    }
  }
}

/** Throws unless every number is that of a state: one of so many. */
export function refuseStrangers(numbers: Int32Array, states: number, least = 0): void {
  for (const id of numbers) {
    if (id < least || id >= states) throw new Error(`there is no state ${id} among ${states}`);
  }
}

/** Takes something up; whatever goes wrong is the file's fault. */
export function takingUp<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof UsageError || error instanceof ModelBug) throw error;
    throw unsound(file, reason(error));
  }
}

function unsound(file: string, what: string): UsageError {
  return new UsageError(
    `${file} is not a checkpoint that heddle wrote: ${what}. Check anew, without --resume.`,
  );
}
