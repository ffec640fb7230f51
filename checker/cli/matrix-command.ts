/** `heddle matrix`: which barrier, ordering, lock and order of steps a spec needs, under each memory model. */
import { availableParallelism } from 'node:os';
import { type Command, Option } from 'commander';
import { cacheIn } from '../matrix/cache.ts';
import { cacheFolder, matrixFile, readMatrices, survivorsFile, writeMatrix } from '../matrix/files.ts';
import type { Matrix } from '../matrix/matrix.ts';
import { mergedVariants, planOf, type Subject } from '../matrix/plan.ts';
import { matrixProgress } from '../matrix/progress.ts';
import { type Filled, fillMatrix, type MatrixOptions } from '../matrix/run.ts';
import { survivorsOf, survivorsText } from '../matrix/survivors.ts';
import { matrixText } from '../matrix/text.ts';
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { prepareFolder, writeWhole } from '../report/folder.ts';
import { duration } from '../report/numbers.ts';
import { paintFor } from '../report/paint.ts';
import { heddleVersion } from '../report/version.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import type { Engine } from './engine.ts';
import { type Io, untilInterrupted } from './io.ts';
import { attempt, keep, quietly } from './matrix-keep.ts';
import { withRunner } from './matrix-runner.ts';
import { subjectsOf } from './matrix-select.ts';
import { positive, threads } from './search-options.ts';
import { findSpec } from './select.ts';

interface MatrixArguments {
  readonly model?: readonly string[];
  readonly pairs?: true;
  readonly only?: string;
  readonly survivors?: true;
  readonly maxStates: number;
  readonly jobs?: number;
  readonly out: string;
}

/** A cell that needs more states has no answer. */
const MOST_STATES = 3_000_000;

const help = `
Each line of the programs that orders something is dropped, weakened by one step or moved by one; neighbouring steps
are swapped; and the spec is checked anew. Without SPEC: all specs, in the variants that are the merged code.
Cells are kept in the output folder, so that Ctrl-C loses nothing: the same command goes on. Exit codes: 0 all cells
have an answer, 1 a fault of ours in a cell, 14 the unchanged variant does not hold, 20 incomplete cells.

Examples:
  heddle matrix unmap-vs-attach
  heddle matrix unmap-vs-attach/v9 --model armv8 --pairs
  heddle matrix unmap-vs-attach --only arm_smmu_write_entry.dma_wmb
  heddle matrix --survivors
`;

export function addMatrix(
  program: Command,
  specs: readonly Spec[],
  io: Io,
  engine: Engine,
  done: (code: ExitCode) => void,
): void {
  program
    .command('matrix')
    .description('say which barrier, lock and order of steps can go')
    .argument('[spec[/variant]...]', 'see heddle list')
    .option('--model <names...>', 'memory models (default: all that the variant has expectations for)')
    .option('--pairs', 'also two changes at once, where each alone is redundant')
    .option(
      '--only <id>',
      'one row, or all of a line: an id as the JSON has it, or its beginning up to a dot',
    )
    .option('--survivors', 'read the matrices in the output folder: what does nobody notice?')
    .addOption(
      new Option('--max-states <n>', 'give up a cell after so many states')
        .argParser(positive)
        .default(MOST_STATES),
    )
    .addOption(new Option('--jobs <n>', 'cells at once (default: one for each core)').argParser(threads))
    .option('--out <folder>', 'where the files go', 'results')
    .addHelpText('after', help)
    .action(async (selectors: readonly string[], options: MatrixArguments) => {
      done(
        options.survivors
          ? survivorsCommand(options.out, io)
          : await matrixCommand(specs, selectors, options, io, engine),
      );
    });
}

function survivorsCommand(out: string, io: Io): ExitCode {
  const found = survivorsOf(readMatrices(out));
  writeWhole(out, survivorsFile, `${JSON.stringify(found, null, 1)}\n`);
  writeWhole(out, survivorsFile.replace('.json', '.txt'), survivorsText(found));
  io.stdout.write(survivorsText(found));
  return exitCode.asExpected;
}

async function matrixCommand(
  specs: readonly Spec[],
  selectors: readonly string[],
  options: MatrixArguments,
  io: Io,
  engine: Engine,
): Promise<ExitCode> {
  const { programs } = engine;
  const sources = engine.sources?.() ?? 'unknown';
  if (programs === undefined) throw new UsageError('These specs have no programs that could be changed.');
  const subjects = subjectsOf(specs, selectors, options.model ?? null);
  prepareFolder(options.out);
  const started = io.now();
  const failures: string[] = [];
  const { all, interrupted } = await withRunner(
    specs,
    engine,
    programs,
    options.jobs ?? availableParallelism(),
    (runner) =>
      untilInterrupted(io, async (signal) => {
        const filling = { specs, options, io, programs, sources, failures, runner, signal };
        return { all: await fillAll(subjects, filling), interrupted: signal.aborted };
      }),
  );
  if (all.length === 0 && !interrupted) throw new UsageError(nothing(options.only));
  io.stdout.write(`${whereFilesAre(all, options, specs)}${duration((io.now() - started) / 1000)} in all\n`);
  if (interrupted)
    io.stderr.write(
      'heddle: interrupted; the cells so far are kept, and the same command goes on from here\n',
    );
  for (const failure of failures) io.stderr.write(`heddle: ${failure}\n`);
  return mostSerious([
    ...(interrupted ? [exitCode.interrupted] : []),
    ...(failures.length > 0 ? [exitCode.usage] : []),
    ...all.flatMap(({ matrix }) => codesOf(matrix)),
  ]);
}

interface Filling extends Pick<MatrixOptions, 'runner' | 'programs' | 'sources' | 'signal'> {
  readonly specs: readonly Spec[];
  readonly options: MatrixArguments;
  readonly io: Io;
  readonly failures: string[];
}

/** Fills one matrix after the other, prints each, and writes those that are whole. */
async function fillAll(subjects: readonly Subject[], filling: Filling): Promise<readonly Filled[]> {
  const { specs, options, io, programs, sources, failures, runner, signal } = filling;
  const all: Filled[] = [];
  for (const [k, subject] of subjects.entries()) {
    if (signal.aborted) break;
    const plan = planOf(subject, programs, options.only ?? null);
    if (plan.rows.length === 0) continue;
    const which = subjects.length === 1 ? '' : `matrix ${k + 1}/${subjects.length} `;
    const one = await fillMatrix(plan, {
      runner,
      programs,
      cache: quietly(cacheIn(cacheFolder(options.out)), failures),
      sources,
      heddle: heddleVersion,
      maxStates: options.maxStates,
      pairs: options.pairs === true,
      signal,
      progress: matrixProgress(io.stderr, io.now, runner.atOnce, which),
      keep: (row, model, trace) => keep(options.out, plan, row, model, trace, failures),
    });
    all.push(one);
    io.stdout.write(`${matrixText(one.matrix, paintFor(io.stdout.isTerminal, io.env))}\n`);
    if (one.missing === 0 && options.only === undefined)
      attempt(failures, () => writeMatrix(options.out, one.matrix, isOnly(one.matrix, specs)));
  }
  return all;
}

const nothing = (only: string | undefined): string =>
  only === undefined
    ? 'There is nothing to change in these programs.'
    : `There is no row '${only}'. The JSON in matrix/ has their ids.`;

const isOnly = ({ spec }: Matrix, specs: readonly Spec[]): boolean =>
  mergedVariants(findSpec(specs, spec)).length < 2;

function whereFilesAre(
  filled: readonly Filled[],
  { out, only }: MatrixArguments,
  specs: readonly Spec[],
): string {
  const folder = out.replace(/\/+$/, '');
  const traces = `in ${folder}/matrix/traces/\n`;
  const [first, ...others] = only === undefined ? filled.filter(({ missing }) => missing === 0) : [];
  if (first === undefined) return `Counterexamples ${traces}`;
  const { spec, variant } = first.matrix;
  const files = others.length > 0 ? 'matrix/*.json' : matrixFile(spec, variant, isOnly(first.matrix, specs));
  return `Written to ${folder}/${files}; counterexamples ${traces}`;
}

function codesOf({ unchanged, rows }: Matrix): readonly ExitCode[] {
  const cells = rows.flatMap((row) => Object.values(row.cells));
  const has = (verdict: string): boolean => cells.some((cell) => cell.verdict === verdict);
  return [
    ...(has('fault') ? [exitCode.fault] : []),
    ...(has('incomplete') ? [exitCode.incomplete] : []),
    ...(Object.values(unchanged).some(({ verdict }) => verdict !== 'redundant') ? [exitCode.vacuous] : []),
  ];
}
