/** START HERE for the engine: checks a system and says what was found. */
import { keeperOf, keptBy, takeUp, takeUpTables, withCovered } from '../checkpoint/keeper.ts';
import { tablesOf } from '../intern/tables.ts';
import type { Outcome } from '../outcome.ts';
import { told } from '../property/coverage.ts';
import { judgeOf } from '../property/judge.ts';
import { type Findings, verdictOf } from '../property/verdict.ts';
import { symbolicRun } from '../symbolic/symbolic.ts';
import { asDeclared, reduced as reduce, reducedSuccessors, reductionOf } from '../symmetry/reduction.ts';
import { type System, UsageError } from '../system.ts';
import { explained, traceOfLasso, traceTo } from '../trace/counterexample.ts';
import { retold } from '../trace/replay.ts';
import { bfs } from './bfs.ts';
import { byFingerprints, refuseBesideFingerprints } from './by-fingerprints.ts';
import { dfs } from './dfs.ts';
import { effortOf } from './effort.ts';
import { findLasso, lassoBytes } from './endless.ts';
import { explore } from './explore.ts';
import { type MemoryGuard, memoryGuard } from './memory.ts';
import type { CheckOptions, Progress, Run } from './options.ts';
import { randomRun } from './random.ts';
import { successorsOf } from './successors.ts';
import type { Standing, Team } from './team.ts';

/** Between two looks at the clock, the signal and the memory: as many states as take some milliseconds, be it that each
 *  is a few look-ups, or that each is made anew by large steps. */
const LARGEST_SLICE = 4096;
const SLICE_MS = 5;
/** Milliseconds between two reports of progress. */
const REPORT_EVERY = 200;

/** Checks `system`, letting signals and timers through. The team may finish what is begun here. */
export async function check(system: System, options: CheckOptions, team?: Team): Promise<Outcome> {
  const run = begin(system, options);
  try {
    while (run.slice()) {
      await new Promise((resolve) => setImmediate(resolve));
      const outcome = run.standing === null ? null : await team?.takeOver(run.standing, options);
      if (outcome) return outcome;
      if (run.ended()) break;
    }
    const outcome = run.outcome();
    if (run.left !== null) team?.ended?.(run.left);
    return outcome;
  } finally {
    team?.dismiss();
  }
}

/** Checks `system` without giving way to anything: for small systems. */
export function checkNow(system: System, options: CheckOptions): Outcome {
  const run = begin(system, options);
  while (run.slice());
  return run.outcome();
}

/** A search under way, with its clock. */
function begin(system: System, options: CheckOptions) {
  const isExplicit = options.search !== 'random' && options.engine !== 'symbolic';
  const begun = options.fingerprintSeed === undefined ? explicitRun : fingerprintRun;
  const guard = memoryGuard(options.memoryLimit);
  const explicit = isExplicit ? begun(system, options, guard) : null;
  const run = explicit ?? otherRun(system, options, guard);
  let states = 1;
  let reported = performance.now();
  return {
    slice() {
      const started = performance.now();
      const goesOn = run.advance(states);
      const now = performance.now();
      if (now - started > 2 * SLICE_MS) states = Math.max(1, states >>> 1);
      else if (now - started < SLICE_MS / 2) states = Math.min(2 * states, LARGEST_SLICE);
      if (goesOn && options.signal?.aborted) run.stop('interrupted', 'interrupted');
      const full = goesOn ? guard.look(run.growth?.() ?? 0) : null;
      if (full !== null) run.stop('memory', full);
      if (now - reported >= REPORT_EVERY) {
        reported = now;
        options.onProgress?.(run.progress());
      }
      return goesOn && !run.ended();
    },
    ended: () => run.ended(),
    outcome: () => run.outcome(),
    left: explicit?.standing ?? null,
    // Nobody else knows how to take one state for another, or has states where there are fingerprints.
    standing:
      explicit === null || explicit.standing.reduced !== null || options.fingerprintSeed !== undefined
        ? null
        : explicit.standing,
  };
}

/** A run that keeps fingerprints, and the exact one that it needs for a trace. */
function fingerprintRun(
  system: System,
  options: CheckOptions,
  guard: MemoryGuard,
): Run & { readonly standing: Standing } {
  refuseBesideFingerprints(options);
  const run = explicitRun(system, { ...options, keepTraces: false }, guard);
  const { fingerprintSeed: _, ...exactly } = options;
  const exactRun = () => explicitRun(system, exactly, guard);
  return { ...run, outcome: () => byFingerprints(system, run, options, exactRun) };
}

function otherRun(system: System, options: CheckOptions, guard: MemoryGuard): Run {
  if (options.search === 'random') return randomRun(system, options);
  return symbolicRun(system, options, () => explicitRun(system, options, guard));
}

function explicitRun(
  system: System,
  options: CheckOptions,
  guard: MemoryGuard,
): Run & { readonly standing: Standing } {
  const { maxStates = Number.POSITIVE_INFINITY, onTerminal, keepTraces = true } = options;
  if (!(maxStates >= 1)) throw new UsageError(`maxStates is ${maxStates}; it must be at least 1`);
  const reduction = options.symmetry === false || onTerminal !== undefined ? null : reductionOf(system);
  const tables = tablesOf(reduction?.system ?? system);
  const { checkpoint, resume } = options;
  if (resume !== undefined) takeUpTables(resume, tables, options);
  const reduced = reduction === null ? null : reduce(reduction, tables);
  const all = withCovered(successorsOf(tables), resume);
  const successors = reduced === null ? all : reducedSuccessors(all, tables, reduced);
  const judge = judgeOf(tables, successors.changedBy);
  const frontier = options.search === 'bfs' ? bfs() : dfs();
  const exploration = explore(
    tables,
    successors,
    judge,
    frontier,
    {
      maxStates,
      keepParents: keepTraces,
      fingerprintSeed: options.fingerprintSeed,
      onTerminal: (read) => onTerminal?.(read),
      refusal: guard.refusal,
    },
    (error, visited, state) => explained(tables, successors, visited, state, error, reduced),
  );
  const started = performance.now() - 1000 * (resume?.summary.seconds ?? 0);
  const standing: Standing = { system, tables, reduced, successors, judge, frontier, exploration, started };
  if (resume !== undefined) takeUp(resume, standing, guard);
  const keeper = checkpoint === undefined ? null : keeperOf(standing, checkpoint, options, resume);
  return {
    standing,
    advance(states) {
      const goesOn = exploration.advance(states);
      if (goesOn) keeper?.look();
      return goesOn;
    },
    stop(bound, what) {
      if (exploration.stopped === null && exploration.broken === null) keeper?.stopping();
      exploration.stop(bound, what);
    },
    growth: () => exploration.visited.growth(),
    ended: () => exploration.stopped !== null || exploration.broken !== null,
    progress: () => progressOf(standing),
    outcome: () => keptBy(keeper, outcomeOf(standing, guard)),
  };
}

function progressOf({ exploration, frontier, started }: Standing): Progress {
  const states = exploration.visited.count;
  const seconds = (performance.now() - started) / 1000;
  return {
    states,
    frontier: frontier.size(),
    transitions: exploration.transitions,
    depth: frontier.depth(),
    seconds,
    statesPerSecond: states / seconds,
  };
}

function outcomeOf(standing: Standing, guard: MemoryGuard): Outcome {
  const { system, tables, reduced, successors, judge, frontier, exploration } = standing;
  const { lasso, stopped } = lassoOf(standing, guard);
  const { visited, broken, stuck } = exploration;
  const ways = { tables, successors, visited, reduced, inLayers: frontier.inLayers };
  const covered = successors.covered();
  const effort = effortOf(tables, progressOf(standing), visited.bytes() + successors.bytes());
  const explored: Findings = {
    broken,
    stuck,
    stopped,
    lasso,
    covered,
    witnessesMissed: judge.witnessesMissed(),
    untested: judge.untested(),
  };
  const found = reduced === null ? explored : asDeclared(explored, reduced);
  const original = reduced?.reduction.original ?? system;
  const verdict = verdictOf(system, found, {
    to: (state, ending) => retold(original, traceTo(ways, state, ending)),
    of: (it) => retold(original, traceOfLasso(ways, it)),
  });
  const missed = new Set(found.witnessesMissed);
  return {
    verdict,
    effort,
    witnessesReached: system.witnesses.map(({ name }) => name).filter((name) => !missed.has(name)),
    ...told(covered),
    ...(reduced === null ? {} : { symmetry: reduced.reduction.used }),
  };
}

/** A run that never ends, looked for if the system must end and everything was explored. */
function lassoOf(standing: Standing, guard: MemoryGuard): Pick<Findings, 'lasso' | 'stopped'> {
  const { system, tables, successors, exploration } = standing;
  const { visited, broken, stuck, stopped } = exploration;
  if (!system.mustEnd || broken !== null || stuck !== null || stopped !== null)
    return { lasso: null, stopped };
  const none = (what: string): Pick<Findings, 'lasso' | 'stopped'> => {
    const why = `no memory to look for runs that never end${what}; every state was found and satisfies every invariant`;
    return { lasso: null, stopped: { kind: 'incomplete', bound: 'memory', why } };
  };
  const refusal = guard.refusal(lassoBytes(visited.count, exploration.transitions));
  if (refusal !== null) return none(`: ${refusal}`);
  try {
    return { lasso: findLasso(tables.layout.words, successors, visited), stopped };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return none(` (${error.message})`);
  }
}
