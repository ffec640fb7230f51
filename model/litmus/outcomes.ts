/** Final states, how they are printed and counted, and what a machine must offer to be compared. */
import type { Loc, Scenario } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { type Place, placeName, satisfies, type Valuation } from './condition.ts';
import type { LitmusTest } from './litmus-test.ts';

/** Where a run ended: the observed registers of each program, and each cell by its `Loc`. */
export interface FinalState {
  readonly registers: readonly Readonly<Record<string, Value | null>>[];
  readonly memory: readonly (Value | null)[];
}

export interface Outcomes {
  /** Distinct final states, in any order. */
  readonly finals: readonly FinalState[];
  /** States visited. */
  readonly states: number;
  /** False if a limit was hit: then `finals` may lack some. */
  readonly complete: boolean;
  /** Which limit, as a sentence. */
  readonly why?: string;
}

/** When a machine gives up. */
export interface Limits {
  readonly maxStates: number;
  readonly maxSeconds?: number;
  /** Of the whole process. */
  readonly maxBytes?: number;
}

/** A machine, as far as litmus tests are concerned: every final state that a scenario can reach. */
export type OutcomeRunner = (scenario: Scenario, limits: Limits) => Outcomes;

/** herd's Observation. */
export type Observation = 'Never' | 'Sometimes' | 'Always';

/** The cell of a variable that is an object with the single field `v`, or of an array's element `a[1]`. */
export function cellOf(scenario: Scenario, variable: string): Loc {
  const [, name = variable, element = '0'] = /^(.*)\[(\d+)\]$/.exec(variable) ?? [];
  let cell = 0;
  for (const object of scenario.objects) {
    if (object.name === name) return cell + Number(element);
    for (const field of object.fields) cell += field.cells.length;
  }
  throw new Error(`no object is named ${name}; there are ${scenario.objects.map((o) => o.name).join(', ')}`);
}

export function valuation(scenario: Scenario, final: FinalState): Valuation {
  return (place) =>
    place.kind === 'register'
      ? (final.registers[place.thread]?.[place.register] ?? null)
      : (final.memory[cellOf(scenario, place.variable)] ?? null);
}

/** A final state as herd prints it: `0:X1=1; [x]=2;`, over the given places only. */
export function outcomeOf(places: readonly Place[], valuate: Valuation): string {
  return places.map((place) => `${placeName(place)}=${printed(valuate(place))};`).join(' ');
}

const printed = (value: Value | null): string => (value === null ? '?' : String(value).replace(/^&/, ''));

/** The distinct outcomes of a test among final states: filtered, and cut down to what the test asks for. */
export function outcomesOf(test: LitmusTest, finals: readonly FinalState[]): ReadonlySet<string> {
  const { filter } = test;
  const valuations = finals.map((final) => valuation(test.scenario, final));
  const kept = filter === null ? valuations : valuations.filter((valuate) => satisfies(filter, valuate));
  return new Set(kept.map((valuate) => outcomeOf(test.printed, valuate)));
}

/** herd's verdict: for `exists` how often the condition holds, for `~exists` and `forall` likewise of the bare
 *  condition, as herd's Observation line does. */
export function judge(test: LitmusTest, finals: readonly FinalState[]): Observation {
  const { filter } = test;
  const all = finals.map((final) => valuation(test.scenario, final));
  const kept = filter === null ? all : all.filter((valuate) => satisfies(filter, valuate));
  const holding = kept.filter((valuate) => satisfies(test.condition, valuate)).length;
  if (holding === 0) return 'Never';
  return holding === kept.length ? 'Always' : 'Sometimes';
}
