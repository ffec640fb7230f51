/** START HERE for the command line: from arguments to a command, and from what it threw to an exit code. */
import { Command, CommanderError, Option } from 'commander';
import { formatHelp, formatNames } from '../export/formats.ts';
import { reason } from '../files/reason.ts';
import { type ExitCode, exitCode } from '../report/exit-code.ts';
import { refuseAmbiguousNames } from '../report/slug.ts';
import { heddleVersion } from '../report/version.ts';
import type { Spec } from '../spec.ts';
import { ModelBug, UsageError } from '../system.ts';
import { addBaseline } from './baseline-command.ts';
import { checkCommand, type ShownTraces } from './check-command.ts';
import { addCiOptions, type CiArguments, ciOf } from './ci-options.ts';
import { addCompare } from './compare-command.ts';
import { type Engine, engine as realEngine } from './engine.ts';
import { checkHelp, description, examples } from './help.ts';
import { type Io, processIo } from './io.ts';
import { addJobsOption, type JobsArguments, jobsAtOnce } from './jobs-option.ts';
import { listCommand } from './list-command.ts';
import { addMatrix } from './matrix-command.ts';
import { addMerge } from './merge-command.ts';
import { addProfileOption, isProfiled, type ProfileArguments } from './profile-option.ts';
import { addReport } from './report-command.ts';
import { addSearchOptions, keepingOf, type SearchArguments, searchOf } from './search-options.ts';
import { type TraceArguments, traceCommand } from './trace-command.ts';

/** Adds commands of others to the program; `done` takes a command's exit code. */
export type Extension = (program: Command, io: Io, done: (code: ExitCode) => void) => void;

/** Runs the command that `argv` (without node and script) names, and returns the exit code. Never throws. */
export async function run(
  specs: readonly Spec[],
  argv: readonly string[],
  io: Io = processIo(),
  engine: Engine = realEngine,
  extensions: readonly Extension[] = [],
): Promise<ExitCode> {
  let code: ExitCode = exitCode.asExpected;
  try {
    refuseAmbiguousNames(specs);
    const done = (result: ExitCode): void => {
      code = result;
    };
    const program = programFor(specs, io, engine, done);
    for (const extend of extensions) extend(program, io, done);
    await program.parseAsync(argv, { from: 'user' });
    return code;
  } catch (error) {
    return explain(error, io);
  }
}

function programFor(specs: readonly Spec[], io: Io, engine: Engine, done: (code: ExitCode) => void): Command {
  const program = new Command('heddle')
    .description(description)
    .version(heddleVersion)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .configureHelp({ helpWidth: 110 })
    .addHelpText('after', examples)
    .showHelpAfterError('(heddle --help shows examples)');
  program
    .command('list')
    .description('list specs, variants, memory models and expectations')
    .action(() => listCommand(specs, io));
  program
    .command('trace')
    .description('replay a saved counterexample and print it')
    .argument('<file>', 'a JSON file from traces/ in the output folder')
    .addOption(new Option('--format <name>', 'what to print').choices(formatNames).default('text'))
    .option('--out <file>', 'where to write it, instead of printing it')
    .option('--step', 'step through it by hand: forward, back, the state, other steps, branches')
    .addHelpText('after', formatHelp)
    .action(async (file: string, options: TraceArguments) =>
      done(await traceCommand(specs, file, options, io, engine)),
    );
  addReport(program, specs, io, engine, done);
  addMatrix(program, specs, io, engine, done);
  addBaseline(program, specs, io, done);
  addCompare(program, specs, io, engine, done);
  addMerge(program, specs, io, engine, done);
  addCheck(program, async (selectors, options) => {
    const { model, out, traces, watch } = options;
    if (watch)
      throw new UsageError('--watch needs the heddle command itself: node specs/heddle.mjs check --watch');
    const profile = isProfiled(options);
    const search = { ...searchOf(options), keeping: keepingOf(options) };
    const jobs = jobsAtOnce(options);
    const request = { selectors, model, out, traces, profile, jobs, ...search, ...ciOf(options) };
    done(await checkCommand(specs, request, io, engine));
  });
  return program;
}

interface CheckArguments extends SearchArguments, ProfileArguments, JobsArguments, CiArguments {
  readonly model: string;
  readonly out: string;
  readonly traces: ShownTraces;
  readonly watch?: true;
}

type CheckAction = (selectors: readonly string[], options: CheckArguments) => Promise<void>;

function addCheck(program: Command, action: CheckAction): void {
  const command = program
    .command('check')
    .description('check specs, or single variants of them; all if none is named')
    .argument('[spec[/variant]...]', 'see heddle list')
    .option('--model <name>', 'a memory model, or all', 'all');
  addCiOptions(addJobsOption(addProfileOption(addSearchOptions(command))))
    .option('--out <folder>', 'where the files go', 'results')
    .addOption(
      new Option('--traces <which>', 'counterexamples to print; auto: all if at most 3 jobs run')
        .choices(['auto', 'all', 'unexpected', 'none'])
        .default('auto'),
    )
    // Whoever starts heddle does it, and takes the option away: the sources may be wrong as they are now.
    .option('--watch', 'run again whenever a source is saved, until Ctrl-C')
    .addHelpText('after', checkHelp)
    .action((selectors: string[], options: CheckArguments) => action(selectors, options));
}

/** Prints what went wrong as sentences; commander has printed its own already. */
function explain(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.asExpected : exitCode.usage;
  if (error instanceof UsageError) {
    io.stderr.write(`heddle: ${error.message}\n`);
    return exitCode.usage;
  }
  if (isOfTheSystem(error)) {
    io.stderr.write(`heddle: ${reason(error)}\n`);
    return exitCode.usage;
  }
  const what = error instanceof Error ? error.message : String(error);
  const whose = error instanceof ModelBug ? 'a bug of the model' : 'a bug of heddle';
  io.stderr.write(`heddle: this is ${whose}, not of what you asked for: ${what}\n`);
  if (io.env.HEDDLE_DEBUG !== '1') io.stderr.write('  HEDDLE_DEBUG=1 shows where it comes from.\n');
  else if (error instanceof Error) io.stderr.write(`${error.stack}\n`);
  return exitCode.fault;
}

/** A file that cannot be read or written, and of which nobody has said more. */
function isOfTheSystem(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}
