/** The naive twin: a map of stringified states and direct calls of the model. Too slow to use and too short to be
 *  wrong; tests and the bench hold the engine against it. */
import { keyOf } from '../intern/canonical.ts';
import { Covered } from '../property/coverage.ts';
import type { System } from '../system.ts';
import { initialValues, readOf, take, type Values } from '../trace/take.ts';

export interface NaiveOutcome {
  readonly kind: 'holds' | 'violated' | 'deadlock' | 'endless' | 'vacuous';
  /** The invariant that broke, if one did. */
  readonly invariant: string | null;
  /** How many steps the shortest way to it has, or to the cycle of a run that never ends. */
  readonly depth: number;
  readonly states: number;
  readonly transitions: number;
  readonly terminals: readonly Values[];
}

/** Explores `system` breadth first, to the first state that breaks an invariant, or to the end. */
export function naive(system: System): NaiveOutcome {
  const depths = new Map<string, number>();
  const frontier: { values: Values; depth: number }[] = [];
  const terminals: Values[] = [];
  const covered = new Covered();
  const edges = new Map<string, Set<string>>();
  let transitions = 0;
  let stuck = false;
  let deepest = 0;

  /** Adds the state if it is new; the name of an invariant that it breaks. */
  function find(values: Values, depth: number): string | null {
    const key = keyOf(values);
    if (depths.has(key)) return null;
    depths.set(key, depth);
    deepest = depth;
    frontier.push({ values, depth });
    return system.invariants.find((it) => it.broken(readOf(values)) !== null)?.name ?? null;
  }
  const outcome = (kind: NaiveOutcome['kind'], invariant: string | null): NaiveOutcome => {
    return { kind, invariant, depth: deepest, states: depths.size, transitions, terminals };
  };

  const first = find(initialValues(system), 0);
  if (first !== null) return outcome('violated', first);
  for (const { values, depth } of frontier) {
    const steps = system.agents.flatMap((agent) => agent.steps(readOf(values)));
    if (steps.length === 0) terminals.push(values);
    if (steps.length === 0 && system.stuck(readOf(values)) !== null) stuck = true;
    for (const step of steps) {
      transitions += 1;
      covered.add(step.label);
      const after = take(system, values, step);
      if (system.mustEnd) {
        const to = edges.get(keyOf(values)) ?? new Set();
        edges.set(keyOf(values), to.add(keyOf(after)));
      }
      const invariant = find(after, depth + 1);
      if (invariant !== null) return outcome('violated', invariant);
    }
  }
  if (stuck) return outcome('deadlock', null);
  if (system.mustEnd) {
    const depth = nearestLasso(depths, edges);
    if (depth !== null) return { ...outcome('endless', null), depth };
  }
  const reads = frontier.map(({ values }) => readOf(values));
  const vacuous =
    system.witnesses.some((it) => !reads.some((read) => it.reached(read))) ||
    system.statements.some(({ id }) => !covered.statements.has(id)) ||
    system.mustReorder?.some((it) => ![...covered.reorderings.values()].some((one) => it.is(one))) ||
    system.invariants.some((it) => it.antecedent && !reads.some((read) => it.antecedent?.(read)));
  return outcome(vacuous ? 'vacuous' : 'holds', null);
}

/** The depth of the nearest state that reaches no end, and is reached again from wherever it leads. */
function nearestLasso(
  depths: ReadonlyMap<string, number>,
  edges: ReadonlyMap<string, ReadonlySet<string>>,
): number | null {
  const reached = new Map([...depths.keys()].map((key) => [key, reachable(key, edges)]));
  for (const [key, depth] of depths) {
    const from = [...reached.get(key)!];
    if (from.length > 0 && from.every((other) => reached.get(other)!.has(key))) return depth;
  }
  return null;
}

/** What one or more steps lead to. */
function reachable(start: string, edges: ReadonlyMap<string, ReadonlySet<string>>): ReadonlySet<string> {
  const found = new Set(edges.get(start));
  for (const key of found) for (const next of edges.get(key) ?? []) found.add(next);
  return found;
}
