/** `heddle report --html FILE`: everything in an output folder as one page. */
import { basename, dirname } from 'node:path';
import type { Command } from 'commander';
import { reason } from '../files/reason.ts';
import type { Report, Systems } from '../html/page-data.ts';
import type { Programs } from '../matrix/changes.ts';
import { type ExitCode, exitCode } from '../report/exit-code.ts';
import { writeWhole } from '../report/folder.ts';
import { memory } from '../report/numbers.ts';
import { heddleVersion } from '../report/version.ts';
import type { Spec, Variant } from '../spec.ts';
import { UsageError } from '../system.ts';
import { traceTitle } from './counterexample.ts';
import type { Engine } from './engine.ts';
import type { Io, Sink } from './io.ts';
import { findSpec } from './select.ts';

interface ReportArguments {
  readonly html: string;
  readonly from: string;
  readonly traces: readonly string[];
}

const help = `
The page is one file that needs no network: verdicts, traces with what the caches hold after each step, and the
matrices that heddle matrix made. Press ? in it for its keys. The same results make the same bytes.

Examples:
  heddle report --html report.html
  heddle report --html flagship.html --traces unmap-vs-attach
`;

/** Adds the command to the others. */
export function addReport(
  program: Command,
  specs: readonly Spec[],
  io: Io,
  engine: Engine,
  done: (code: ExitCode) => void,
): void {
  program
    .command('report')
    .description('write what was found as one HTML page')
    .requiredOption('--html <file>', 'the page to write')
    .option('--from <folder>', 'the output folder of heddle check', 'results')
    .option('--traces <spec...>', 'whose traces to put in: all, none, or names of specs', ['all'])
    .addHelpText('after', help)
    .action(async (options: ReportArguments) => done(await reportCommand(specs, options, io, engine)));
}

/** Runs the command. What the folder lacks is told, and the page is written without it. */
async function reportCommand(
  specs: readonly Spec[],
  { html, from, traces }: ReportArguments,
  io: Io,
  engine: Engine,
): Promise<ExitCode> {
  const wanted = wantedTraces(specs, traces);
  const { gather, reportOf, documentOf, bundlePage } = await pageMakers();
  const gathered = gather(from, wanted);
  for (const sentence of gathered.missing) io.stderr.write(`heddle: left out: ${sentence}\n`);
  const systems = counted(systemsOf(specs, engine.programs), gathered.traces.size, io.stderr);
  const report = reportOf(specs, gathered, systems, heddleVersion);
  if (io.stderr.isTerminal) io.stderr.write('\r\x1b[K');
  const refused = report.groups.flat().filter((trace) => trace.refused !== undefined);
  if (refused.length > 0) io.stderr.write(`heddle: ${refusedWords(refused.map(({ id }) => id))}\n`);
  const text = documentOf(report, await bundlePage());
  write(() => writeWhole(dirname(html), basename(html), text), html);
  io.stdout.write(`${html}: ${contentsOf(report)}, ${memory(Buffer.byteLength(text))}\n`);
  return exitCode.asExpected;
}

/** What only this command needs. */
async function pageMakers() {
  const [{ gather }, { reportOf }, { documentOf }] = await Promise.all([
    import('../html/gather.ts'),
    import('../html/page-data.ts'),
    import('../html/document.ts'),
  ]);
  // By its URL: what it needs cannot be part of a bundle.
  const { href } = new URL('../html/bundle.mjs', import.meta.url);
  const { bundlePage } = (await import(href)) as typeof import('../html/bundle.mjs');
  return { gather, reportOf, documentOf, bundlePage };
}

function contentsOf({ data: { specs, traces, matrices } }: Report): string {
  const jobs = specs.flatMap((spec) => spec.variants.flatMap(({ runs }) => runs)).length;
  return `${jobs} jobs, ${traces.length} traces, ${matrices.length} ${matrices.length === 1 ? 'matrix' : 'matrices'}`;
}

/** The same, and how far it has come on a terminal. */
function counted(systems: Systems, traces: number, stderr: Sink): Systems {
  if (!stderr.isTerminal) return systems;
  let count = 0;
  const title: Systems['title'] = (saved) => {
    count += 1;
    stderr.write(`\r\x1b[Ktrace ${count} of ${traces}`);
    return systems.title(saved);
  };
  return { ...systems, title };
}

function wantedTraces(specs: readonly Spec[], traces: readonly string[]): (spec: string) => boolean {
  if (traces.includes('all')) return () => true;
  const named = traces.filter((name) => name !== 'none').map((name) => findSpec(specs, name).name);
  return (spec) => named.includes(spec);
}

/** What the page asks of the specs, and of `programs` where those were changed. */
function systemsOf(specs: readonly Spec[], programs: Programs | undefined): Systems {
  const specNamed = (name: string): Spec | undefined => specs.find((it) => it.name === name);
  const named = (spec: string, name: string, model: string): Variant | undefined =>
    specNamed(spec)?.variants.find((it) => it.name === name && it.expect[model] !== undefined);
  return {
    of: (spec, name, model) => orNull(() => named(spec, name, model)?.build(model)),
    changed: ({ spec, variant: name, model, change }) =>
      orNull(() => {
        const variant = named(spec, name, model);
        return variant && change && programs?.build(variant, model, change.edit);
      }),
    title: ({ spec: name, variant, model, change }) => {
      const spec = specNamed(name) ?? { name };
      return traceTitle(
        { spec, variant: named(name, variant, model) ?? { name: variant }, model },
        change?.text,
      );
    },
  };
}

/** What a model cannot build has a verdict that says why; a report does without. */
function orNull<T>(build: () => T | undefined): T | null {
  try {
    return build() ?? null;
  } catch {
    return null;
  }
}

function refusedWords(ids: readonly string[]): string {
  const [first = ''] = ids;
  const which = ids.length === 1 ? first : `${ids.length} traces, such as ${first},`;
  return `${which} cannot be replayed with the model as it is now: shown without what is held`;
}

function write(action: () => void, file: string): void {
  try {
    action();
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${reason(error)}`);
  }
}
