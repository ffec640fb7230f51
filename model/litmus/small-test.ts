/** Writes litmus tests in a few words, for tests of machines. */
import type { MemoryModel } from '../machine.ts';
import { type LitmusTest, litmusTest } from './litmus-test.ts';
import { judge, type Observation, type OutcomeRunner } from './outcomes.ts';

/** A litmus test from one string per thread, instructions parted by `;`. In every thread X20, X21 and X22 point
 *  to x, y and z, which are 0. `question` as in a litmus file: `exists (0:X1=1 /\ x=2)`. */
export function smallTest(
  question: string,
  threads: readonly string[],
  model: MemoryModel = 'armv8',
): LitmusTest {
  const init = threads.map((_, thread) => `${thread}:X20=x; ${thread}:X21=y; ${thread}:X22=z;`).join('\n');
  const columns = threads.map((text) => text.split(';').map((instruction) => instruction.trim()));
  const height = Math.max(...columns.map((column) => column.length));
  const rows = Array.from(
    { length: height },
    (_, row) => `${columns.map((column) => column[row] ?? '').join(' | ')} ;`,
  );
  const header = `${threads.map((_, thread) => `P${thread}`).join(' | ')} ;`;
  return litmusTest(`AArch64 small\n{\n${init}\n}\n${header}\n${rows.join('\n')}\n${question}\n`, model);
}

/** How often the condition holds on a machine. */
export function observe(runner: OutcomeRunner, test: LitmusTest): Observation {
  const { finals, complete } = runner(test.scenario, { maxStates: 100_000 });
  if (!complete) throw new Error(`${test.name}: more than 100,000 states`);
  return judge(test, finals);
}
