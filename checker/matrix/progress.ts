/** The line on stderr that says how far a matrix is and how long it will take; nothing if stderr is not a terminal. */
import { count, duration } from '../report/numbers.ts';
import type { MatrixProgress } from './run.ts';

interface Sink {
  write(text: string): void;
  readonly isTerminal: boolean;
  readonly columns: number;
}

/** `now` in milliseconds; `atOnce`: how many cells are worked on at the same time; `which`: the matrix, if it is one of
 *  several. The time left is that of this matrix. */
export function matrixProgress(sink: Sink, now: () => number, atOnce: number, which: string): MatrixProgress {
  let expected = 0;
  let finished = 0;
  let explored = 0;
  const started = now();

  const left = (): string => {
    // The first cells say little, and those that are known already say nothing.
    if (explored < 2 * atOnce) return '';
    const each = (now() - started) / 1000 / explored;
    return `, about ${duration(each * (expected - finished))} left`;
  };
  const print = (text: string): void => {
    if (sink.isTerminal) sink.write(`\r\x1b[K${text.slice(0, sink.columns - 1)}`);
  };
  return {
    expect: (cells) => {
      expected += cells;
    },
    show: (what, states) => {
      const so = states === null ? '' : `: ${count(states)} states`;
      print(`${which}[${finished + 1}/${expected}${left()}] ${what}${so}`);
    },
    done: (cached) => {
      finished += 1;
      if (!cached) explored += 1;
      if (finished === expected) print('');
    },
  };
}
