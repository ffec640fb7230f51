/** One litmus file on one machine: what it answers, or why not. */
import type { MemoryModel } from '../machine.ts';
import { type Condition, comparePlaces, conditionText, type Quantifier } from './condition.ts';
import { litmusTest } from './litmus-test.ts';
import { judge, type Limits, type Observation, type OutcomeRunner, outcomesOf } from './outcomes.ts';
import { LitmusSyntaxError, quoted, Unsupported } from './unsupported.ts';

/** A small JSON value, so that a worker can send it. */
export type Report =
  | {
      readonly kind: 'answered';
      readonly name: string;
      readonly quantifier: Quantifier;
      readonly condition: string;
      readonly observation: Observation;
      /** The distinct outcomes as herd prints them, in order. */
      readonly outcomes: readonly string[];
      /** Of the outcomes, those that satisfy the condition. */
      readonly positive: number;
      readonly states: number;
      readonly seconds: number;
    }
  /** `reason` groups files, `why` says where. */
  | { readonly kind: 'unsupported'; readonly reason: string; readonly why: string }
  /** A limit was hit. */
  | { readonly kind: 'incomplete'; readonly why: string; readonly seconds: number };

/** Never throws for what the file says. */
export function examine(text: string, model: MemoryModel, runner: OutcomeRunner, limits: Limits): Report {
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1000;
  try {
    const test = litmusTest(text, model);
    const { finals, states, complete, why } = runner(test.scenario, limits);
    if (!complete) return { kind: 'incomplete', why: why ?? 'a limit was hit', seconds: seconds() };
    const sorted = { ...test, printed: [...test.printed].sort(comparePlaces) };
    const outcomes = [...outcomesOf(sorted, finals)].sort(byNumbers);
    const holding = outcomesOf(satisfying(sorted), finals).size;
    return {
      kind: 'answered',
      name: test.name,
      quantifier: test.quantifier,
      condition: conditionText(test.condition),
      observation: judge(test, finals),
      outcomes,
      positive: holding,
      states,
      seconds: seconds(),
    };
  } catch (error) {
    if (error instanceof Unsupported) return { kind: 'unsupported', reason: error.reason, why: told(error) };
    if (error instanceof LitmusSyntaxError)
      return { kind: 'unsupported', reason: 'a syntax error', why: told(error) };
    // Of the stack, or of a list: V8 has no name for either.
    if (error instanceof RangeError)
      return { kind: 'unsupported', reason: 'its size', why: 'it is nested too deeply, or too large' };
    // The machine's own, or the engine's with the way to it added.
    if (error instanceof Error && error.name === 'ModelBug') {
      const [what = ''] = error.message.split('\n');
      return { kind: 'unsupported', reason: `the machine refuses: ${what}`, why: what };
    }
    throw error;
  }
}

function told({ message }: Error): string {
  return message
    .split('\n')
    .map((line) => quoted(line))
    .join('\n');
}

/** The test with its condition as a further filter. */
function satisfying<T extends { readonly filter: Condition | null; readonly condition: Condition }>(
  test: T,
): T {
  const parts = test.filter === null ? [test.condition] : [test.filter, test.condition];
  return { ...test, filter: { kind: 'and', parts } };
}

const byNumbers = new Intl.Collator('en', { numeric: true }).compare;
