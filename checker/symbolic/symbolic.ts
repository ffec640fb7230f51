/** START HERE for the symbolic engine: checks a system without visiting its states one by one.
 *
 *  Sets of states are diagrams (nodes.ts, sets.ts); steps are relations (relations.ts), learned from the model's own
 *  functions as the set grows (learned.ts, domain.ts, steps.ts); saturation finds all that can be reached
 *  (saturate.ts). The engine tells that an invariant is broken or that a state is stuck, but not how one gets there:
 *  then the explicit engine looks for the shortest way, and the outcome is its own. */
import { freemem } from 'node:os';
import type { CheckOptions, Progress, Run } from '../explore/options.ts';
import type { Effort, Outcome, Verdict } from '../outcome.ts';
import { told } from '../property/coverage.ts';
import { verdictOf } from '../property/verdict.ts';
import type { System } from '../system.ts';
import { OutOfNodes } from './nodes.ts';
import { type Culprit, type Found, findings, type Reached, type Watch } from './reach.ts';
import { Rules } from './rules.ts';

type Stopped = Extract<Verdict, { kind: 'incomplete' }>;

/** What diagrams may take of free memory, if the user names no limit. */
const SHARE = 0.7;
const LEAST = 2 ** 26;

/** Checks `system` symbolically; `explicitly` begins the search for a trace. */
export function symbolicRun(system: System, options: CheckOptions, explicitly: () => Run): Run {
  const started = performance.now();
  const rules = new Rules(system);
  const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
  const terminal = (ids: readonly number[]) =>
    options.onTerminal?.(({ index }) => rules.values[index]!.valueOf(ids[index]!) as never);
  const watch: Watch = { usage, ...(options.onTerminal === undefined ? {} : { terminal }) };
  const own = process.memoryUsage.rss();
  const allowed = options.memoryLimit === undefined ? SHARE * freemem() : 0.85 * options.memoryLimit - own;
  const work = findings(rules, Math.max(allowed, LEAST), watch);
  let found: Found | null = null;
  let stopped: Stopped | null = null;
  /** The explicit engine at work, and what made it necessary. */
  let other: { readonly run: Run; readonly why: Culprit | Error } | null = null;

  function advance(turns: number): boolean {
    if (other !== null) return other.run.advance(turns);
    try {
      for (let left = turns; left > 0; left--) {
        const { done, value } = work.next();
        if (!done) continue;
        found = value;
        if ('reached' in value) return false;
        other = { run: explicitly(), why: value.culprit };
        return true;
      }
    } catch (error) {
      if (error instanceof OutOfNodes) stop('memory', `no memory for more nodes (${error.message})`);
      else if (error instanceof Error) other = { run: explicitly(), why: error };
      else throw error;
    }
    return stopped === null;
  }

  function stop(bound: Stopped['bound'], what: string): void {
    if (other !== null) other.run.stop(bound, what);
    else stopped = { kind: 'incomplete', bound, why: `${what}: the set of reachable states is not complete` };
  }

  function progress(): Progress {
    if (other !== null) return other.run.progress();
    const seconds = (performance.now() - started) / 1000;
    const unknown = { states: 0, frontier: 0, transitions: 0, depth: 0, statesPerSecond: 0 };
    return { ...unknown, seconds, nodes: usage.nodes };
  }

  function outcome(): Outcome {
    if (other !== null)
      return confirmed(other.run.outcome(), other.why, (performance.now() - started) / 1000);
    const reached = found !== null && 'reached' in found ? found.reached : null;
    const missed = reached?.witnessesMissed ?? system.witnesses.map(({ name }) => name);
    const covered = rules.covered;
    const verdict = verdictOf(
      system,
      {
        broken: null,
        stuck: null,
        lasso: null,
        stopped,
        covered,
        witnessesMissed: missed,
        untested: reached?.untested ?? [],
      },
      { to: noTrace, of: noTrace },
    );
    const witnessesReached = system.witnesses.map(({ name }) => name).filter((it) => !missed.includes(it));
    return { verdict, effort: effort(reached), witnessesReached, ...told(covered) };
  }

  function effort(reached: Reached | null): Effort {
    const { states, transitions } = reached ?? { states: 0, transitions: 0 };
    const isLong = typeof states === 'bigint' || typeof transitions === 'bigint';
    return {
      engine: 'symbolic',
      states: Number(states),
      transitions: Number(transitions),
      ...(isLong ? { exactly: { states: String(states), transitions: String(transitions) } } : {}),
      depth: null,
      seconds: (performance.now() - started) / 1000,
      bytes: usage.peakBytes,
      nodes: usage.peakNodes,
      ...rules.cost,
      values: Object.fromEntries(system.components.map(({ ref }, c) => [ref.name, rules.values[c]!.count()])),
    };
  }

  return {
    advance,
    stop,
    progress,
    outcome,
    ended: () => stopped !== null || (other === null ? found !== null : other.run.ended()),
    growth: () => other?.run.growth?.() ?? 0,
  };
}

function noTrace(): never {
  throw new Error('only the explicit engine makes traces');
}

/** The outcome of the explicit engine, which was asked because of `why`; both took `seconds`. */
function confirmed(outcome: Outcome, why: Culprit | Error, seconds: number): Outcome {
  const { verdict, effort } = outcome;
  const told: Outcome = { ...outcome, effort: { ...effort, engine: 'symbolic, then explicit', seconds } };
  if (why instanceof Error) {
    // The explicit engine says where; unless a break comes first, which counts.
    if (verdict.kind === 'violated') return told;
    throw why;
  }
  if (verdict.kind === why.kind) return told;
  if (verdict.kind !== 'incomplete') {
    throw new Error(`the symbolic engine found ${why.kind} (${why.why}), the explicit one ${verdict.kind}`);
  }
  // What was found stands, though nobody could say how one gets there.
  const trace = { columns: [], steps: [], ending: `${why.why} (no trace: ${verdict.why})` };
  if (verdict.bound === 'interrupted') return told;
  return { ...told, verdict: { ...why, trace } };
}
