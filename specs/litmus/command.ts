/** `heddle litmus`: what herd7 prints for a file, and a summary for folders or against verdicts. */
import { availableParallelism } from 'node:os';
import type { Io } from '../../checker/cli/io.ts';
import type { Extension } from '../../checker/cli/run.ts';
import { type ExitCode, exitCode } from '../../checker/report/exit-code.ts';
import { UsageError } from '../../checker/system.ts';
import type { Limits } from '../../model/litmus/outcomes.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { isFolder, litmusFiles, readVerdicts, type Verdicts } from './files.ts';
import { herdText, observationText } from './herd-text.ts';
import { examineAll } from './pool.ts';
import { type Examined, fateOf, stopwatch, summaryText } from './summary.ts';

/** No test takes more than this without saying so. */
export const LIMITS: Limits = { maxStates: 200_000_000, maxSeconds: 60, maxBytes: 2 ** 31 };

const help = `
One or more files are printed as herd7 prints them, folders as a summary. Witnesses are counted among outcomes, not
among executions, of which there is no list here. A test with a possible data race is unsupported, as its plain
accesses may be anything. Exit codes: 0 printed or agreed, 2 a file that cannot be read, 14 disagreed with --expect,
20 a limit was hit (${LIMITS.maxSeconds} s or 2 GiB for a test).

Examples:
  heddle litmus MP+poonceonces.litmus --model tso
  heddle litmus tests/ --expect tests/verdicts.tsv --jobs 2
`;

/** Adds the command to the others. */
export const litmusCommand: Extension = (program, io, done) => {
  program
    .command('litmus')
    .description("explore litmus tests, in AArch64 assembly or the kernel's C")
    .argument('<file|folder...>', 'files, and folders to search for *.litmus')
    .option('--model <name>', 'armv8, tso or sc', 'armv8')
    .option('--expect <table>', "a table of herd7's verdicts: file, dialect, lkmm, armv8 and their outcomes")
    .option('--jobs <n>', 'threads', String(availableParallelism()))
    .addHelpText('after', help)
    .action(async (paths: string[], options: { model: string; expect?: string; jobs: string }) => {
      done(await litmus(paths, options, io));
    });
};

async function litmus(
  paths: readonly string[],
  options: { readonly model: string; readonly expect?: string; readonly jobs: string },
  io: Io,
): Promise<ExitCode> {
  const model = modelNamed(options.model);
  const threads = Number(options.jobs);
  if (!(Number.isSafeInteger(threads) && threads >= 1 && threads <= 256))
    throw new UsageError(`--jobs is ${options.jobs}; it must be a whole number from 1 to 256`);
  const verdicts = options.expect === undefined ? null : readVerdicts(options.expect);
  const files = litmusFiles(paths);
  const inFull = verdicts === null && !paths.some(isFolder);

  const cost = stopwatch(io.now);
  const jobs = files.map((path) => ({ path, model, machine: 'lag', limits: LIMITS }));
  const reports = await examineAll(jobs, threads);
  const examined = files.map((file, i): Examined => ({ file, report: reports[i]! }));
  if (inFull) for (const one of examined) printInFull(one, io);
  else {
    if (verdicts === null) printObservations(examined, io);
    io.stdout.write(summaryText(examined, verdicts, model, cost()));
  }
  return codeOf(examined, verdicts, model, inFull);
}

function modelNamed(name: string): MemoryModel {
  if (name === 'armv8' || name === 'tso' || name === 'sc') return name;
  throw new UsageError(`there is no memory model '${name}'; there are armv8, tso and sc`);
}

function printInFull({ file, report }: Examined, io: Io): void {
  if (report.kind === 'answered') io.stdout.write(herdText(report));
  else io.stderr.write(`heddle: ${file}: ${report.kind}: ${report.why}\n`);
}

function printObservations(examined: readonly Examined[], io: Io): void {
  for (const { report } of examined) {
    if (report.kind === 'answered') io.stdout.write(`${observationText(report)}\n`);
  }
}

/** What cannot be read counts against a file that was named, not against one that was found in a folder. */
function codeOf(
  examined: readonly Examined[],
  verdicts: Verdicts | null,
  model: MemoryModel,
  named: boolean,
): ExitCode {
  const fates = examined.map((one) => fateOf(one, verdicts, model));
  if (named && fates.includes('unsupported')) return exitCode.usage;
  if (fates.includes('disagreed')) return exitCode.vacuous;
  if (fates.includes('incomplete')) return exitCode.incomplete;
  return exitCode.asExpected;
}
