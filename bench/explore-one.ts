/** Explores one subject and prints what it found as JSON: the process that the bench takes the time of.
 *  Arguments, both JSON: how (see ours.ts), and the subject. */
import { check } from '../checker/explore/check.ts';
import { naive } from '../checker/explore/naive.ts';
import type { Verdict } from '../checker/outcome.ts';
import type { System } from '../checker/system.ts';
import type { Explored } from './explored.ts';
import type { How } from './ours.ts';
import { build, type Subject } from './subject.ts';

type Found = Omit<Explored, 'exploring'>;

async function byHeddle(system: System, how: Exclude<How, 'naive'>): Promise<Found> {
  const { verdict, effort } = await check(system, { search: 'bfs', ...how });
  const { states, transitions, bytes, slowCalls, lookups, slowSeconds, seconds } = effort;
  return {
    states,
    transitions,
    holds: verdict.kind === 'holds',
    why: verdict.kind === 'violated' ? verdict.invariant : verdict.kind,
    steps: stepsOf(verdict),
    bytes,
    memo: { hits: 1 - slowCalls / lookups, slow: slowSeconds / seconds },
  };
}

function stepsOf(verdict: Verdict): number | null {
  return verdict.kind === 'violated' || verdict.kind === 'deadlock' ? verdict.trace.steps.length : null;
}

function byTwin(system: System): Found {
  const { kind, invariant, depth, states, transitions } = naive(system);
  const holds = kind === 'holds';
  return {
    states,
    transitions,
    holds,
    why: invariant ?? kind,
    steps: holds ? null : depth,
    bytes: null,
    memo: null,
  };
}

const [how, subject] = process.argv.slice(2).map((text): unknown => JSON.parse(text)) as [How, Subject];
const system = build(subject);
const started = process.cpuUsage();
const found = how === 'naive' ? byTwin(system) : await byHeddle(system, how);
const { user, system: kernel } = process.cpuUsage(started);
process.stdout.write(JSON.stringify({ ...found, exploring: (user + kernel) / 1e6 } satisfies Explored));
