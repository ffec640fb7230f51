/** Reads a baseline that somebody named, or the one that a gate expects. */
import { readInput } from '../files/input.ts';
import { reason } from '../files/reason.ts';
import { type Known, parseBaseline } from '../gate/baseline.ts';
import { UsageError } from '../system.ts';

/** The jobs in it; a UsageError if it is not there or cannot be used: a gate that compares with nothing is open. */
export function readBaseline(file: string): readonly Known[] {
  return parseBaseline(textOf(file), file);
}

function textOf(file: string): string {
  try {
    return readInput(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
      throw new UsageError(`cannot read the baseline ${file}: ${reason(error)}`);
    throw new UsageError(
      `there is no baseline ${file}. Write one from results with heddle baseline --update, name another with ` +
        '--baseline FILE, or go without: --no-baseline.',
    );
  }
}
