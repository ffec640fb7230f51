/** `heddle compare A B`: two variants, which are checked, or two results, which are read. */
import { existsSync } from 'node:fs';
import type { Command } from 'commander';
import { knownOf } from '../gate/baseline.ts';
import { caseOf } from '../gate/case.ts';
import { changeLines, changeSummary, changesOf, codeOfChanges } from '../gate/changes.ts';
import { type Compared, compareText } from '../gate/compare.ts';
import { resultsIn } from '../gate/folder-cases.ts';
import { type ExitCode, mostSerious } from '../report/exit-code.ts';
import type { Job, Search } from '../report/job.ts';
import { judgeJob } from '../report/judge.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import type { Engine } from './engine.ts';
import { type Io, untilInterrupted } from './io.ts';
import { progressLine } from './progress.ts';
import { runJobs } from './run-jobs.ts';
import { positive } from './search-options.ts';
import { selectJobs } from './select.ts';

interface CompareArguments {
  readonly maxStates?: number;
}

const help = `
A and B are variants, spec/variant or spec/variant@model, or both are files and folders that heddle check has written.
Variants are checked under every memory model that both have; the exit code is that of checking them. Of results, B is
compared with A as with a baseline, and so is the exit code.

Examples:
  heddle compare unmap-vs-attach/v7.1@armv8 "unmap-vs-attach/no barrier on CPU1@armv8"
  heddle compare results /tmp/run
`;

export function addCompare(
  program: Command,
  specs: readonly Spec[],
  io: Io,
  engine: Engine,
  done: (code: ExitCode) => void,
): void {
  program
    .command('compare')
    .description('compare two variants, or the results of two runs')
    .argument('<A>', 'spec/variant[@model], or a file or folder of results')
    .argument('<B>', 'the same')
    .option('--max-states <n>', 'variants: give up after so many states', positive)
    .addHelpText('after', help)
    .action(async (a: string, b: string, options: CompareArguments) =>
      done(await compareCommand(specs, [a, b], options, io, engine)),
    );
}

async function compareCommand(
  specs: readonly Spec[],
  [a, b]: readonly [string, string],
  { maxStates }: CompareArguments,
  io: Io,
  engine: Engine,
): Promise<ExitCode> {
  const [isA, isB] = [existsSync(a), existsSync(b)];
  if (isA && isB) return compareResults(a, b, io);
  if (isA !== isB && [a, b].some((it) => !it.includes('/')))
    throw new UsageError(`${isA ? b : a} is neither a file or folder nor a variant (spec/variant).`);
  const search: Search = { search: 'bfs', maxStates: maxStates ?? null };
  const pairs = pairsOf(jobsFor(specs, a), jobsFor(specs, b));
  if (pairs.length === 0)
    throw new UsageError(
      `${a} and ${b} have no memory model in common: name one of each, as spec/variant@model.`,
    );
  const codes: ExitCode[] = [];
  for (const [one, other] of pairs) {
    const [left, right] = [await found(one, search, io, engine), await found(other, search, io, engine)];
    io.stdout.write(`${codes.length > 0 ? '\n' : ''}${compareText(left, right)}`);
    codes.push(judgeJob(left.job), judgeJob(right.job));
  }
  return mostSerious(codes);
}

function compareResults(a: string, b: string, { stdout }: Io): ExitCode {
  const [before, after] = [knownOf(resultsIn(a).cases), knownOf(resultsIn(b).cases)];
  const specs = new Set(after.map(({ spec }) => spec));
  const changes = changesOf(before, after, ({ spec }) => specs.has(spec));
  const lines = changeLines(changes).map((line) => `  ${line}\n`);
  stdout.write(`${b} compared with ${a}: ${changeSummary(changes)}\n${lines.join('')}`);
  return codeOfChanges(changes);
}

/** The jobs of one variant. */
function jobsFor(specs: readonly Spec[], name: string): readonly Job[] {
  const at = name.lastIndexOf('@');
  const selector = at < 0 ? name : name.slice(0, at);
  if (!selector.includes('/'))
    throw new UsageError(`'${name}' is no variant: name it as spec/variant, or spec/variant@model.`);
  return selectJobs(specs, [selector], at < 0 ? 'all' : name.slice(at + 1));
}

/** One job of each side, by memory models; two that were named each by one need not have the same. */
function pairsOf(a: readonly Job[], b: readonly Job[]): readonly (readonly [Job, Job])[] {
  const [one, other] = [a[0], b[0]];
  if (one !== undefined && other !== undefined && a.length === 1 && b.length === 1) return [[one, other]];
  return a.flatMap((job) => b.filter(({ model }) => model === job.model).map((it) => [job, it] as const));
}

async function found(job: Job, search: Search, io: Io, engine: Engine): Promise<Compared> {
  const [finished] = await untilInterrupted(io, (signal) =>
    runJobs([job], { engine, search, signal, progress: progressLine(io.stderr), finished: () => {} }),
  );
  return { it: caseOf(finished!, search), job: finished!, system: job.variant.build(job.model) };
}
