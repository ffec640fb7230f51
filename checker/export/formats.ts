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
export const ofModels = ['litmus'] as const;

export const formatNames: readonly string[] = ['text', ...Object.keys(general), ...ofModels];

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
