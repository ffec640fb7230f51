/** What the dialects of litmus files have in common: what a front end makes of a file. */

import type { Value } from '../program/expression.ts';
import type { Program } from '../program/instruction.ts';
import { type Condition, distinctPlaces, type Place, placesOf, type Quantifier } from './condition.ts';
import { LitmusSyntaxError, type Position, quoted } from './unsupported.ts';

/** What a file asks of final states (condition.peggy). */
export interface Question {
  readonly name: string;
  readonly locations: readonly Place[];
  /** Final states that do not satisfy it do not count. */
  readonly filter: Condition | null;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
}

/** A file in our own terms. */
export interface Translation {
  readonly question: Question;
  /** Variables with the initial values of their cells: one, unless it is an array. */
  readonly variables: ReadonlyMap<string, readonly Value[]>;
  readonly programs: readonly Program[];
}

/** What an outcome shows: the places of `locations` and of the condition. */
export function printedPlaces(question: Question): readonly Place[] {
  return distinctPlaces([...question.locations, ...placesOf(question.condition)]);
}

/** Everything whose final value is asked for. */
export function askedPlaces(question: Question): readonly Place[] {
  const { filter } = question;
  return distinctPlaces([...printedPlaces(question), ...(filter === null ? [] : placesOf(filter))]);
}

/** The registers of a thread whose final values are asked for. */
export function observedRegisters(asked: readonly Place[], thread: number): readonly string[] {
  return asked.flatMap((p) => (p.kind === 'register' && p.thread === thread ? [p.register] : []));
}

/** Adds, with the value 0, every variable that is pointed to or asked for and has no value yet. */
export function addMentioned(
  variables: Map<string, readonly Value[]>,
  pointers: readonly Value[],
  asked: readonly Place[],
): void {
  const names = [
    ...[...pointers, ...[...variables.values()].flat()].flatMap((v) =>
      typeof v === 'string' ? [v.slice(1)] : [],
    ),
    ...asked.flatMap((place) => (place.kind === 'variable' ? [place.variable.replace(/\[.*/, '')] : [])),
  ];
  for (const name of names) if (!variables.has(name)) variables.set(name, [0]);
}

/** Runs a generated parser; an error names line and column, what was expected, and shows the line. */
export function parsed(parse: (text: string) => unknown, text: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!isPeggyError(error)) throw error;
    const { line, column } = error.location.start;
    throw new LitmusSyntaxError(
      `line ${line}, column ${column}: ${error.message}\n  ${quoted(text.split('\n')[line - 1] ?? '', column)}`,
    );
  }
}

function isPeggyError(error: unknown): error is Error & { readonly location: { readonly start: Position } } {
  return error instanceof Error && 'location' in error;
}
