/** `heddle merge`: the output folders of a run's parts as one, as if one machine had run them all. */
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { readInput } from '../files/input.ts';
import { baselineFile, type Known, knownOf, nameOf } from '../gate/baseline.ts';
import {
  bySpec,
  type Case,
  caseName,
  codeOf,
  expectedWords,
  foundWords,
  isAsExpected,
  reasonsOf,
} from '../gate/case.ts';
import { type Changes, changesOf, codeOfChanges } from '../gate/changes.ts';
import { gateFiles } from '../gate/files.ts';
import { resultsIn } from '../gate/folder-cases.ts';
import { nowhere } from '../gate/locate.ts';
import { jobsOf, type Merged, merged } from '../gate/merge.ts';
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { alone, prepareFolder, removeFiles, writeWhole } from '../report/folder.ts';
import { jobName } from '../report/job.ts';
import { resultsText } from '../report/json.ts';
import { isTraceFileOf, resultsFile } from '../report/names.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import { readBaseline } from './baseline-file.ts';
import type { Engine } from './engine.ts';
import { changesText, tellGithub } from './gate-output.ts';
import type { Io } from './io.ts';
import { findSpec } from './select.ts';

interface MergeArguments {
  readonly out: string;
  readonly ci?: true;
  readonly baseline?: string | false;
}

const help = `
Each folder is the output of heddle check, with --shard or without. Jobs that two folders have must agree. If parts
or jobs are known to be missing, they are named and the exit code is 20.

Example:
  heddle check --shard 1/2 --out part1           on one machine
  heddle check --shard 2/2 --out part2           on another
  heddle merge part1 part2 --out results --ci
`;

export function addMerge(
  program: Command,
  specs: readonly Spec[],
  io: Io,
  engine: Engine,
  done: (code: ExitCode) => void,
): void {
  program
    .command('merge')
    .description('put the output folders of several runs together')
    .argument('<folder...>', 'output folders of heddle check')
    .requiredOption('--out <folder>', 'where the files go')
    .option('--ci', 'as a gate: compare with the baseline, annotate where GitHub runs us')
    .option('--baseline <file>', `what to compare with (--ci: ${baselineFile})`)
    .option('--no-baseline', '--ci: compare with nothing')
    .addHelpText('after', help)
    .action((folders: string[], options: MergeArguments) =>
      done(mergeCommand(specs, folders, options, io, engine)),
    );
}

function mergeCommand(
  specs: readonly Spec[],
  folders: readonly string[],
  { out, ci, baseline }: MergeArguments,
  io: Io,
  engine: Engine,
): ExitCode {
  const file = baseline === false ? null : (baseline ?? (ci === true ? baselineFile : null));
  const known = file === null ? null : readBaseline(file);
  const into = folders.find((folder) => resolve(folder) === resolve(out));
  if (into !== undefined)
    throw new UsageError(`${into} is merged, and cannot be where the result goes: name another --out.`);
  const whole = merged(
    [...new Set(folders)].map((folder) => ({ folder, ...resultsIn(folder) })),
    specs,
  );
  prepareFolder(out);
  const changes = known === null ? null : changesSince(known, whole, specs);
  const locate = engine.locate?.() ?? nowhere;
  write(out, whole, specs);
  for (const { name, text } of gateFiles(whole.cases, locate, changes)) writeWhole(out, name, text);
  const failed = ci === true ? tellGithub(whole.cases, locate, changes, io) : null;
  for (const it of whole.cases.filter((one) => !isAsExpected(one))) io.stdout.write(surprise(it));
  if (changes !== null && file !== null) io.stdout.write(changesText(changes, file));
  io.stdout.write(`${summaryOf(whole, folders.length)}\nWritten to ${out.replace(/\/+$/, '')}/\n`);
  for (const sentence of [...whole.missing, ...(failed === null ? [] : [failed])])
    io.stderr.write(`heddle: ${sentence}\n`);
  return mostSerious([
    ...whole.cases.map(codeOf),
    ...(changes === null ? [] : [codeOfChanges(changes)]),
    ...whole.missing.map(() => exitCode.incomplete),
  ]);
}

/** What no spec declares any more is gone; what is missing here is told as such. */
function changesSince(known: readonly Known[], { cases }: Merged, specs: readonly Spec[]): Changes {
  const declared = new Set(specs.flatMap((spec) => jobsOf(spec).map(jobName)));
  return changesOf(known, knownOf(cases), (job) => !declared.has(nameOf(job)));
}

/** Each spec's results and traces, as they are in the parts; of what the folder held of these specs nothing is left. */
function write(out: string, { cases, from }: Merged, specs: readonly Spec[]): void {
  for (const [name, of] of bySpec(cases)) {
    const runs = of.map(({ run }) => run);
    alone(out, (stillHeld) => {
      removeFiles(join(out, 'traces'), (file) => isTraceFileOf(name, file));
      for (const it of of) copyTrace(it, from.get(it)!, out);
      writeWhole(out, resultsFile(name), resultsText(findSpec(specs, name), runs, []), stillHeld);
    });
  }
}

function copyTrace({ run: { verdict } }: Case, from: string, out: string): void {
  if (!('trace' in verdict)) return;
  for (const file of [verdict.trace, verdict.trace.replace(/\.json$/, '.txt')])
    writeWhole(out, file, readInput(join(from, file)));
}

function surprise(it: Case): string {
  const head = `${caseName(it)}: expected ${expectedWords(it)}, found ${foundWords(it)}`;
  return `${[head, ...reasonsOf(it).map((reason) => `    ${reason.replaceAll('\n', '\n    ')}`)].join('\n')}\n`;
}

function summaryOf({ cases }: Merged, folders: number): string {
  const good = cases.filter(isAsExpected).length;
  return `${cases.length} jobs of ${folders} folders: ${good} as expected${good === cases.length ? '' : `, ${cases.length - good} not`}`;
}
