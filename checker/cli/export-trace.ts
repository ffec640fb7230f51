/** What `heddle trace` prints or writes of a counterexample, in the format that was asked for. */
import { type Exporter, exported } from '../export/formats.ts';
import { type ExportedRun, statesOf } from '../export/run.ts';
import { reason } from '../files/reason.ts';
import { writeFileWhole } from '../files/whole.ts';
import { UsageError } from '../system.ts';
import type { Io } from './io.ts';

interface Wanted {
  readonly format: string;
  readonly out?: string;
  /** What stands for the format `text`. */
  readonly text: string;
  readonly run: Omit<ExportedRun, 'states'>;
  readonly more: Readonly<Record<string, Exporter>>;
}

export async function exportTrace({ format, out, text, run, more }: Wanted, io: Io): Promise<void> {
  const states = (): ExportedRun => ({ ...run, states: statesOf(run.system, run.trace) });
  const content = format === 'text' ? text : await exported(format, states(), more);
  if (out === undefined) io.stdout.write(content);
  else {
    try {
      writeFileWhole(out, content);
    } catch (error) {
      throw new UsageError(`cannot write ${out}: ${reason(error)}`);
    }
  }
}
