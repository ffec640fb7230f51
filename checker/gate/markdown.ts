/** A run as Markdown that also reads well as plain text: for a mail, and for the summary of a CI job. */
import { count } from '../report/numbers.ts';
import { traceText } from '../report/trace-text.ts';
import {
  bySpec,
  type Case,
  caseName,
  codeOf,
  expectedWords,
  foundWords,
  isAsExpected,
  reasonsOf,
} from './case.ts';
import { type Changes, changeLines, changeSummary, isUnchanged } from './changes.ts';

/** So few cases that each has a row; with more, each spec has. */
const few = 30;
/** So many counterexamples are shown whole; the others are files. */
const mostTraces = 10;

/** `changes`: since the baseline, if there is one. */
export function markdownText(cases: readonly Case[], changes: Changes | null): string {
  const surprises = cases.filter((it) => !isAsExpected(it));
  const shown = cases.length <= few ? cases : surprises;
  const single = cases.length === 1 ? cases[0] : undefined;
  const told = single !== undefined && single.trace !== null ? [single] : surprises;
  const sections = [
    [`# heddle: ${headline(cases)}`],
    shown.length === 0 ? [] : table(caseTitles, shown.map(caseRow)),
    ...told.slice(0, mostTraces).map(details),
    told.length > mostTraces ? [`${told.length - mostTraces} more are told in the output folder.`] : [],
    changes === null ? [] : sinceBaseline(changes),
    cases.length > few ? ['## Every spec', '', ...table(specTitles, bySpec(cases).map(specRow))] : [],
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function headline(cases: readonly Case[]): string {
  const good = cases.filter(isAsExpected).length;
  const all = `${count(cases.length)} ${cases.length === 1 ? 'job' : 'jobs'}`;
  if (good === cases.length) return `${all}, ${cases.length === 1 ? '' : 'all '}as expected`;
  return `${count(cases.length - good)} of ${all} not as expected`;
}

const caseTitles = ['', 'job', 'model', 'verdict', 'expected', 'states'];

function caseRow(it: Case): readonly string[] {
  const { run, spec } = it;
  const states = run.effort === undefined ? '-' : count(run.effort.exactly?.states ?? run.effort.states);
  const good = isAsExpected(it);
  return [
    good ? 'ok' : '!!',
    `${spec}/${run.variant}`,
    run.model,
    foundWords(it),
    good ? 'yes' : expectedWords(it),
    states,
  ];
}

const specTitles = ['spec', 'jobs', 'as expected', 'hold', 'states'];

function specRow([spec, of]: readonly [string, readonly Case[]]): readonly string[] {
  const hold = of.filter(({ run }) => run.verdict.kind === 'holds').length;
  const states = of.reduce((sum, { run }) => sum + (run.effort?.states ?? 0), 0);
  return [spec, `${of.length}`, `${of.filter(isAsExpected).length}`, `${hold}`, count(states)];
}

/** A table whose columns are aligned, so that it is one as plain text too. What would be read as markup is escaped. */
function table(titles: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const cells = [titles, ...rows].map((row) => row.map(plain));
  const widths = titles.map((_, i) => Math.max(3, ...cells.map((row) => row[i]?.length ?? 0)));
  const line = (row: readonly string[]) => `| ${row.map((text, i) => text.padEnd(widths[i]!)).join(' | ')} |`;
  const [head, ...body] = cells.map(line);
  return [head!, `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`, ...body];
}

function plain(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\|`*<]/g, '\\$&');
}

function details(it: Case): readonly string[] {
  const reasons = reasonsOf(it).map((reason) => `- ${plain(reason)}`);
  const head = [
    `## ${plain(caseName(it))}`,
    '',
    `Expected ${plain(expectedWords(it))}, found ${plain(foundWords(it))} (exit code ${codeOf(it)}).`,
  ];
  const trace = it.trace === null ? [] : ['', ...fenced(traceText(it.trace, [`${caseName(it)}:`]), 'c')];
  return [...head, ...(reasons.length > 0 ? ['', ...reasons] : []), ...trace];
}

/** In a block of code whose fence is longer than any that the text holds. */
function fenced(text: string, language: string): readonly string[] {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [`${fence}${language}`, ...text.trimEnd().split('\n'), fence];
}

function sinceBaseline(changes: Changes): readonly string[] {
  const head = ['## Since the baseline', '', `${changeSummary(changes)}.`];
  return isUnchanged(changes) ? head : [...head, '', ...fenced(changeLines(changes).join('\n'), 'text')];
}
