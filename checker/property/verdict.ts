/** From what an exploration saw to a verdict: violated > deadlock > incomplete > endless > vacuous > holds. */

import type { Lasso } from '../explore/endless.ts';
import type { Trace, Verdict } from '../outcome.ts';
import type { System } from '../system.ts';
import type { Coverage } from './coverage.ts';
import type { Break } from './judge.ts';

/** What is known when the exploration ends. */
export interface Findings {
  readonly broken: Break | null;
  readonly stuck: { readonly state: number; readonly why: string } | null;
  readonly stopped: Extract<Verdict, { kind: 'incomplete' }> | null;
  readonly lasso: Lasso | null;
  readonly witnessesMissed: readonly string[];
  readonly untested: readonly string[];
  readonly covered: Coverage;
}

/** Where traces come from; asked for at most one. */
export interface Traces {
  to(state: number, ending: string): Trace;
  of(lasso: Lasso): Trace;
}

export function verdictOf(system: System, found: Findings, traces: Traces): Verdict {
  const { broken, stuck, stopped, lasso } = found;
  if (broken !== null) {
    const { state, invariant, why } = broken;
    return { kind: 'violated', invariant, why, trace: traces.to(state, `${invariant}: ${why}`) };
  }
  if (stuck !== null) return { kind: 'deadlock', why: stuck.why, trace: traces.to(stuck.state, stuck.why) };
  if (stopped !== null) return stopped;
  if (lasso !== null) {
    const trace = traces.of(lasso);
    return { kind: 'endless', why: trace.ending, trace };
  }
  const reasons = vacuity(system, found);
  return reasons.length > 0 ? { kind: 'vacuous', reasons } : { kind: 'holds' };
}

function vacuity(system: System, { witnessesMissed, untested, covered }: Findings): readonly string[] {
  const dead = system.statements.filter(({ id }) => !covered.statements.has(id));
  const occurred = [...covered.reorderings.values()];
  const inOrder = (system.mustReorder ?? []).filter((it) => !occurred.some((one) => it.is(one)));
  return [
    ...witnessesMissed.map((name) => `The witness "${name}" was never reached.`),
    ...dead.map(({ fn, text }) => `The statement "${text}" of ${fn} was never executed.`),
    ...untested.map(
      (name) => `The invariant "${name}" was never put to the test: its antecedent never held.`,
    ),
    ...inOrder.map(({ name }) => `The reordering "${name}" never occurred.`),
  ];
}
