/** START HERE: the formats in which a counterexample can be had, besides the text that `heddle trace` prints. */
import { traceLong } from '../report/trace-long.ts';
import { UsageError } from '../system.ts';
import { traceDot, traceSvg } from './dot.ts';
import { traceItf } from './itf.ts';
import { traceJson } from './json.ts';
import { traceMermaid } from './mermaid.ts';
import type { ExportedRun } from './run.ts';

/** Makes a text of a run. A UsageError says why this run has none in that format. */
export type Exporter = (run: ExportedRun) => string | Promise<string>;

/** Those that need nothing but the trace and its states. */
const general: Readonly<Record<string, Exporter>> = {
  json: traceJson,
  itf: traceItf,
  dot: traceDot,
  svg: traceSvg,
  mermaid: traceMermaid,
  long: ({ spec, variant, model, trace }) =>
    traceLong(trace, [`${spec}, "${variant}", memory model ${model}:`]),
};

/** Those that only whoever knows the model can make. */
const ofModels = ['litmus'] as const;

export const formatNames: readonly string[] = ['text', ...Object.keys(general), ...ofModels];

/** For the help of the command. */
export const formatHelp = `
Formats:
  text     a kernel comment, to be pasted into a mail
  long     the text with everything that it leaves out
  json     the trace with every state in full (checker/export/schemas/trace-export.schema.json)
  itf      Apalache's Informal Trace Format, for its viewers and Quint's; name the file *.itf.json
  dot svg  what happened before what: program order, who read whose store, what was reordered
  mermaid  a sequence diagram, for Markdown on GitHub or GitLab
  litmus   the CPU part as a litmus test in the kernel's C, read back and found allowed; a trace that cannot be
           said so is refused with the reason

Examples:
  heddle trace results/traces/FILE.json --format svg --out race.svg
  heddle trace results/traces/FILE.json --format litmus --out race.litmus && heddle litmus race.litmus
`;

/** The text of the run in `format`; `more`: what makes formats that need to know the model. */
export async function exported(
  format: string,
  run: ExportedRun,
  more: Readonly<Record<string, Exporter>> = {},
): Promise<string> {
  const exporter = general[format] ?? more[format];
  if (exporter === undefined)
    throw new UsageError(`there is no format '${format}'; there are ${formatNames.join(', ')}`);
  return exporter(run);
}
