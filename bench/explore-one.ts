/** Explores one subject and prints what it found as JSON: the process that the bench takes the time of.
 *  Arguments, both JSON: how (see ours.ts), and the subject. */
import { check } from '../checker/explore/check.ts';
import { naive } from '../checker/explore/naive.ts';
import type { Team } from '../checker/explore/team.ts';
import type { Verdict } from '../checker/outcome.ts';
import { poolOf } from '../checker/parallel/pool.ts';
import { teamOf } from '../checker/parallel/team.ts';
import type { Explored } from './explored.ts';
import type { How } from './ours.ts';
import { build, type Subject } from './subject.ts';

type Found = Omit<Explored, 'exploring'>;

async function byHeddle({ workers = 1, ...options }: Exclude<How, 'naive'>): Promise<Found> {
  const { verdict, effort } = await check(system, { search: 'bfs', ...options }, teamFor(workers));
  const { states, transitions, bytes, slowCalls, lookups, slowSeconds, seconds, nodes = null } = effort;
  return {
    states,
    transitions,
    holds: verdict.kind === 'holds',
    why: verdict.kind === 'violated' ? verdict.invariant : verdict.kind,
    steps: stepsOf(verdict),
    bytes,
    nodes,
    memo: { hits: 1 - slowCalls / lookups, slow: slowSeconds / seconds },
  };
}

/** Threads that know the bench's subjects. */
function teamFor(workers: number): Team | undefined {
  if (workers === 1) return undefined;
  return teamOf(poolOf(new URL('./worker.mjs', import.meta.url), workers), subject);
}

/** Only an engine that is to use it is told that the unmappers are alike. */
function asSeen(it: Subject, by: How): Subject {
  return it.kind === 'reference' && by !== 'naive' && by.symmetry === true ? { ...it, alike: true } : it;
}

function stepsOf(verdict: Verdict): number | null {
  return verdict.kind === 'violated' || verdict.kind === 'deadlock' ? verdict.trace.steps.length : null;
}

function byTwin(): Found {
  const { kind, invariant, depth, states, transitions } = naive(system);
  const holds = kind === 'holds';
  return {
    states,
    transitions,
    holds,
    why: invariant ?? kind,
    steps: holds ? null : depth,
    bytes: null,
    nodes: null,
    memo: null,
  };
}

const [how, subject] = process.argv.slice(2).map((text): unknown => JSON.parse(text)) as [How, Subject];
const system = build(asSeen(subject, how));
const started = process.cpuUsage();
const found = how === 'naive' ? byTwin() : await byHeddle(how);
const { user, system: kernel } = process.cpuUsage(started);
process.stdout.write(JSON.stringify({ ...found, exploring: (user + kernel) / 1e6 } satisfies Explored));
