/** What a gate prints. */
import { appendFileSync } from 'node:fs';
import { reason } from '../files/reason.ts';
import type { Case } from '../gate/case.ts';
import { type Changes, changeLines, changeSummary } from '../gate/changes.ts';
import { annotations } from '../gate/github.ts';
import { junitText } from '../gate/junit.ts';
import { ktapText } from '../gate/ktap.ts';
import type { Locate } from '../gate/locate.ts';
import { markdownText } from '../gate/markdown.ts';
import { sarifText } from '../gate/sarif.ts';
import type { Printed } from './ci-options.ts';
import type { Io } from './io.ts';

/** The run in one of the formats; SARIF with expected counterexamples too, if they are wanted. */
export function formatted(
  format: Exclude<Printed, 'table'>,
  cases: readonly Case[],
  locate: Locate,
  changes: Changes | null,
  expectedToo: boolean,
): string {
  if (format === 'ktap') return ktapText(cases);
  if (format === 'junit') return junitText(cases);
  if (format === 'markdown') return markdownText(cases, changes);
  return sarifText(cases, { locate, changes, expectedToo });
}

/** What stands below the table: what changed since the baseline `file`. */
export function changesText(changes: Changes, file: string): string {
  const lines = changeLines(changes).map((line) => `  ${line}\n`);
  return `Compared with ${file}: ${changeSummary(changes)}\n${lines.join('')}`;
}

/** Annotates the run and writes the step's summary, where GitHub runs us. What could not be written, or null. */
export function tellGithub(
  cases: readonly Case[],
  locate: Locate,
  changes: Changes | null,
  { env, stdout }: Io,
): string | null {
  if (env.GITHUB_ACTIONS !== 'true') return null;
  stdout.write(annotations(cases, locate, changes));
  const { GITHUB_STEP_SUMMARY: file = '' } = env;
  if (file === '') return null;
  try {
    appendFileSync(file, markdownText(cases, changes));
    return null;
  } catch (error) {
    return `could not write the step's summary ${file}: ${reason(error)}`;
  }
}
