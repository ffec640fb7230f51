/** Explores one subject and prints what it found as JSON: the process that the bench takes the time of.
 *  Arguments: `heddle` or `naive`, and the subject as JSON. */
import { checkNow } from '../checker/explore/check.ts';
import { naive } from '../checker/explore/naive.ts';
import type { Verdict } from '../checker/outcome.ts';
import type { System } from '../checker/system.ts';
import type { Explored } from './explored.ts';
import { build, type Subject } from './subject.ts';

type Found = Omit<Explored, 'peak' | 'exploring'>;

function byHeddle(system: System): Found {
  const { verdict, effort } = checkNow(system, { search: 'bfs' });
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

const [who, subject] = process.argv.slice(2);
const system = build(JSON.parse(subject!) as Subject);
const started = process.cpuUsage();
const found = who === 'naive' ? byTwin(system) : byHeddle(system);
const { user, system: kernel } = process.cpuUsage(started);
const peak = process.resourceUsage().maxRSS * 1024;
process.stdout.write(JSON.stringify({ ...found, exploring: (user + kernel) / 1e6, peak } satisfies Explored));
