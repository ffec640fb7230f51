/** `npx tsx specs/engines.ts [--seconds N] [--pilot N] [part of a job's name]`: holds the symbolic engine to the
 *  explicit one on every variant of every spec under every memory model.
 *
 *  Both must come to the same verdict; where nothing is broken, also to the same numbers of states and steps, the same
 *  witnesses and the same statements. A job of which one of them makes no end in time is undone. */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { check } from '../checker/explore/check.ts';
import { findings } from '../checker/symbolic/reach.ts';
import { Rules } from '../checker/symbolic/rules.ts';
import type { System } from '../checker/system.ts';
import { specs } from './index.ts';

export interface Bounds {
  /** For each engine. */
  readonly seconds: number;
  /** How many states the symbolic engine may look at one by one. */
  readonly pilot: number;
}

/** What an engine found, as text, and how long it took; null if it made no end. */
export interface Answer {
  readonly found: string | null;
  readonly seconds: number;
}

export interface Compared {
  readonly explicit: Answer;
  readonly symbolic: Answer;
  readonly result: 'agree' | 'differ' | 'undone';
}

/** Every variant of every spec under every memory model. */
export function allJobs(): readonly { readonly name: string; build(): System }[] {
  return specs.flatMap((spec) =>
    spec.variants.flatMap((variant) =>
      Object.keys(variant.expect).map((model) => ({
        name: `${spec.name}/${variant.name} (${model})`,
        build: () => variant.build(model),
      })),
    ),
  );
}

export async function compare(build: () => System, bounds: Bounds): Promise<Compared> {
  const explicit = await timed(() => explicitly(build(), bounds));
  const symbolic = await timed(() => symbolically(build(), bounds));
  if (explicit.found === null || symbolic.found === null) return { explicit, symbolic, result: 'undone' };
  return { explicit, symbolic, result: explicit.found === symbolic.found ? 'agree' : 'differ' };
}

async function timed(run: () => string | null | Promise<string | null>): Promise<Answer> {
  const started = performance.now();
  const found = await run();
  return { found, seconds: (performance.now() - started) / 1000 };
}

async function explicitly(system: System, { seconds }: Bounds): Promise<string | null> {
  const signal = AbortSignal.timeout(1000 * seconds);
  const options = { search: 'bfs', symmetry: false, keepTraces: false, signal } as const;
  const { verdict, effort, witnessesReached, covered } = await check(system, options);
  if (verdict.kind === 'incomplete') return null;
  if (verdict.kind !== 'holds' && verdict.kind !== 'vacuous') return verdict.kind;
  return told(effort.states, effort.transitions, witnessesReached, covered);
}

/** By the symbolic engine alone: it must not ask the other for what is wrong. */
function symbolically(system: System, { seconds, pilot }: Bounds): string | null {
  const until = performance.now() + 1000 * seconds;
  const rules = new Rules(system);
  const usage = { nodes: 0, bytes: 0, peakNodes: 0, peakBytes: 0 };
  const work = findings(rules, 2 ** 31, { pilot, usage });
  while (performance.now() < until) {
    const { done, value } = work.next();
    if (!done) continue;
    if ('culprit' in value) return value.culprit.kind;
    const { states, transitions, witnessesMissed } = value.reached;
    const reached = system.witnesses.map(({ name }) => name).filter((it) => !witnessesMissed.includes(it));
    return told(states, transitions, reached, [...rules.covered.statements].sort());
  }
  return null;
}

function told(
  states: number | bigint,
  steps: number | bigint,
  reached: readonly string[],
  covered: readonly string[],
): string {
  return `${states} states, ${steps} steps, witnesses ${reached}, statements ${covered}`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { seconds: { type: 'string', default: '60' }, pilot: { type: 'string', default: '1000' } },
  });
  const bounds = { seconds: Number(values.seconds), pilot: Number(values.pilot) };
  const tally = { agree: 0, differ: 0, undone: 0, explicit: 0, symbolic: 0 };
  for (const { name, build } of allJobs().filter((job) => job.name.includes(positionals[0] ?? ''))) {
    const { explicit, symbolic, result } = await compare(build, bounds);
    tally[result] += 1;
    tally.explicit += explicit.seconds;
    tally.symbolic += symbolic.seconds;
    const times = `explicit ${explicit.seconds.toFixed(2)} s, symbolic ${symbolic.seconds.toFixed(2)} s`;
    console.log(`${result}  ${name}: ${times}, ${explicit.found?.replace(/, witnesses.*/, '') ?? 'no end'}`);
    if (result === 'differ') console.log(`  explicit: ${explicit.found}\n  symbolic: ${symbolic.found}`);
  }
  const { agree, differ, undone } = tally;
  console.log(
    `${agree} agree, ${differ} differ, ${undone} undone; ` +
      `explicit ${tally.explicit.toFixed(0)} s, symbolic ${tally.symbolic.toFixed(0)} s`,
  );
  process.exitCode = differ > 0 ? 1 : 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main();
