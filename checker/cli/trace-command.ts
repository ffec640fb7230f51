/** `heddle trace FILE`: replays a saved counterexample through the model's own step functions and prints it. */
import { readInput } from '../files/input.ts';
import { type ExitCode, exitCode } from '../report/exit-code.ts';
import { reason } from '../report/folder.ts';
import { parseTraceFile, type SavedTrace } from '../report/trace-file.ts';
import { traceText } from '../report/trace-text.ts';
import type { Spec, Variant } from '../spec.ts';
import { ModelBug, type System, UsageError } from '../system.ts';
import { traceTitle } from './counterexample.ts';
import type { Engine } from './engine.ts';
import { exportTrace } from './export-trace.ts';
import type { Io } from './io.ts';
import { findSpec, findVariant } from './select.ts';

export interface TraceArguments {
  readonly format: string;
  /** Where to write it; undefined: standard output. */
  readonly out?: string;
  /** Steps through it by hand, and prints nothing of it by itself. */
  readonly step?: boolean;
}

/** Runs the command. A trace that cannot be replayed is a UsageError; one that ends differently says so. */
export async function traceCommand(
  specs: readonly Spec[],
  file: string,
  options: TraceArguments,
  io: Io,
  engine: Engine,
): Promise<ExitCode> {
  const saved = parseTraceFile(readText(file), file);
  const spec = within(file, () => findSpec(specs, saved.spec));
  const variant = within(file, () => findVariant(spec, saved.variant));
  const expected = Object.hasOwn(variant.expect, saved.model) ? variant.expect[saved.model] : undefined;
  if (expected === undefined) {
    throw new UsageError(
      `${file}: ${spec.name}/${variant.name} is not run under the memory model '${saved.model}'.`,
    );
  }
  const system = within(file, () => built(variant, saved, engine));
  const trace = within(file, () => engine.replay(system, saved.trace.steps, saved.trace.repeats));
  if (options.step === true) {
    if (options.format !== 'text' || options.out !== undefined)
      throw new UsageError('--step prints no format, and writes a file only when it is told to ("w FILE").');
    const other =
      trace.ending === saved.trace.ending ? '' : `\nIt ends otherwise than it did: ${saved.trace.ending}`;
    const changed = saved.change === undefined ? '' : `, with a change: ${saved.change.text}`;
    const title = `${spec.name}, "${variant.name}", memory model ${saved.model}${changed}${other}`;
    return await stepThrough(system, { ...saved, trace }, title, io);
  }
  const title = traceTitle({ spec, variant, model: saved.model }, saved.change?.text);
  const text = traceText(trace, title);
  const { spec: name, variant: variantName, model } = saved;
  const run = { spec: name, variant: variantName, model, system, trace };
  await exportTrace({ ...options, text, run, more: engine.exporters ?? {} }, io);
  if (trace.ending === saved.trace.ending) return exitCode.asExpected;
  io.stderr.write(
    `heddle: the steps of ${file} can still be taken, but they end differently now\n` +
      `  saved:    ${saved.trace.ending}\n  replayed: ${trace.ending}\n`,
  );
  return exitCode.vacuous;
}

async function stepThrough(system: System, saved: SavedTrace, title: string, io: Io): Promise<ExitCode> {
  const [{ processTerminal, step }, { sessionOf }] = await Promise.all([
    import('../step/terminal.ts'),
    import('../step/way.ts'),
  ]);
  const terminal = processTerminal((text) => io.stdout.write(text));
  try {
    await step(sessionOf(system, saved), title, terminal);
  } finally {
    terminal.close();
  }
  return exitCode.asExpected;
}

function readText(file: string): string {
  try {
    return readInput(file);
  } catch (error) {
    throw new UsageError(`cannot read the trace: ${reason(error)}`);
  }
}

/** The system of the trace: that of the variant, or of its programs with one change (matrix/). */
function built(variant: Variant, { model, change }: SavedTrace, { programs }: Engine): System {
  if (change === undefined) return variant.build(model);
  if (programs === undefined)
    throw new UsageError('it is a trace of changed programs, and these specs have none that can be changed.');
  try {
    return programs.build(variant, model, change.edit);
  } catch (error) {
    if (!(error instanceof ModelBug)) throw error;
    throw new UsageError(`its change cannot be made in the programs as they are now: ${error.message}`);
  }
}

/** Says in a usage error which file it is about. */
function within<T>(file: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw error instanceof UsageError ? new UsageError(`${file}: ${error.message}`) : error;
  }
}
