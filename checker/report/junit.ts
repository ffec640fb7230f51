/** junit.xml, as CI systems show it: one test suite per spec, one test case per variant and memory model. Unlike
 *  the other files it holds what the run cost, so it differs from run to run. */
import type { Effort } from '../outcome.ts';
import { exitCode } from './exit-code.ts';
import type { FinishedJob } from './job.ts';
import { expectationWords, judgeJob, resultWords, verdictReasons } from './judge.ts';

/** The text of junit.xml. A model bug is an error, a job that was not run is skipped. */
export function junitText(jobs: readonly FinishedJob[]): string {
  const specs = [...new Set(jobs.map((job) => job.spec))];
  const suites = specs.map((spec) =>
    suite(
      spec.name,
      jobs.filter((job) => job.spec === spec),
    ),
  );
  const all = element('testsuites', { name: 'heddle', ...counts(jobs) }, suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all.join('\n')}\n`;
}

type Attributes = Readonly<Record<string, string | number>>;

function suite(name: string, jobs: readonly FinishedJob[]): readonly string[] {
  return element('testsuite', { name, ...counts(jobs) }, jobs.map(testCase));
}

function counts(jobs: readonly FinishedJob[]): Attributes {
  const skipped = jobs.filter(({ result }) => result.kind === 'not run').length;
  const errors = jobs.filter(({ result }) => result.kind === 'fault').length;
  const failed = jobs.filter((job) => judgeJob(job) !== exitCode.asExpected).length;
  const time = jobs.reduce((sum, job) => sum + seconds(job), 0).toFixed(3);
  return { tests: jobs.length, failures: failed - errors - skipped, errors, skipped, time };
}

function seconds({ result }: FinishedJob): number {
  return result.kind === 'outcome' ? result.outcome.effort.seconds : 0;
}

function testCase(job: FinishedJob): readonly string[] {
  const { spec, variant, model, result } = job;
  const time = seconds(job).toFixed(3);
  const attributes = { classname: spec.name, name: `${variant.name} (${model})`, time };
  const sizes = result.kind === 'outcome' ? [properties(result.outcome.effort)] : [];
  return element('testcase', attributes, [...sizes, complaint(job)]);
}

function properties(effort: Effort): readonly string[] {
  const { states, transitions, depth, bytes, slowCalls, lookups } = effort;
  const entries = Object.entries({ states, transitions, depth, bytes, slowCalls, lookups });
  const list = entries.map(([name, value]) => element('property', { name, value: value ?? 'unknown' }));
  return element('properties', {}, list);
}

/** What CI should show in red; nothing if the job is as expected. */
function complaint(job: FinishedJob): readonly string[] {
  const { result } = job;
  const code = judgeJob(job);
  if (code === exitCode.asExpected) return [];
  if (result.kind === 'not run') return element('skipped', { message: 'interrupted' });
  if (result.kind === 'fault') return element('error', { type: 'model bug', message: result.message });
  const found = `expected ${expectationWords(job.expected)}, found ${resultWords(job)}`;
  const message = [found, ...verdictReasons(result.outcome.verdict)].join('; ');
  return element('failure', { type: `exit code ${code}`, message });
}

/** An element in lines, its children indented. */
function element(
  name: string,
  attributes: Attributes,
  children: readonly (readonly string[])[] = [],
): readonly string[] {
  const open = [
    name,
    ...Object.entries(attributes).map(([key, value]) => `${key}="${attributeText(String(value))}"`),
  ];
  const inner = children.flat().map((line) => `  ${line}`);
  return inner.length === 0 ? [`<${open.join(' ')}/>`] : [`<${open.join(' ')}>`, ...inner, `</${name}>`];
}

/** An attribute's value; characters that XML 1.0 does not allow are left out. */
function attributeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`)
    .replace(/\r?\n/g, '&#10;');
}
