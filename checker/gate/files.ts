/** The files of a gate: what is written for machines and mails when all jobs are done. */
import { junitFile, ktapFile, sarifFile, summaryFile } from '../report/names.ts';
import type { Case } from './case.ts';
import type { Changes } from './changes.ts';
import { junitText } from './junit.ts';
import { ktapText } from './ktap.ts';
import type { Locate } from './locate.ts';
import { markdownText } from './markdown.ts';
import { sarifText } from './sarif.ts';

export interface GateFile {
  readonly name: string;
  readonly text: string;
}

/** All of them; `changes`: since the baseline, if there is one. */
export function gateFiles(
  cases: readonly Case[],
  locate: Locate,
  changes: Changes | null,
): readonly GateFile[] {
  return [
    { name: junitFile, text: junitText(cases) },
    { name: sarifFile, text: sarifText(cases, { locate, changes }) },
    { name: ktapFile, text: ktapText(cases) },
    { name: summaryFile, text: markdownText(cases, changes) },
  ];
}
