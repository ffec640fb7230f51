/** junit.xml, as CI systems show it: one test suite per spec, one test case per variant and memory model. Unlike
 *  the other files it holds what the run cost, so it differs from run to run. */
import {
  bySpec,
  type Case,
  codeOf,
  expectedWords,
  foundWords,
  isAsExpected,
  reasonsOf,
  wasNotRun,
} from './case.ts';

/** The text of junit.xml. A model bug is an error, a job that was not run is skipped. */
export function junitText(cases: readonly Case[]): string {
  const suites = bySpec(cases).map(([spec, of]) => suite(spec, of));
  const all = element('testsuites', { name: 'heddle', ...counts(cases) }, suites);
  return `<?xml version="1.0" encoding="UTF-8"?>\n${all.join('\n')}\n`;
}

type Attributes = Readonly<Record<string, string | number>>;

function suite(name: string, cases: readonly Case[]): readonly string[] {
  return element('testsuite', { name, ...counts(cases) }, cases.map(testCase));
}

function counts(cases: readonly Case[]): Attributes {
  const skipped = cases.filter(wasNotRun).length;
  const errors = cases.filter(isFault).length;
  const failed = cases.filter((it) => !isAsExpected(it)).length;
  const time = cases.reduce((sum, it) => sum + seconds(it), 0).toFixed(3);
  return { tests: cases.length, failures: failed - errors - skipped, errors, skipped, time };
}

function seconds({ cost }: Case): number {
  return cost?.seconds ?? 0;
}

const isFault = ({ run }: Case): boolean => run.verdict.kind === 'fault';

function testCase(it: Case): readonly string[] {
  const { variant, model, effort } = it.run;
  const time = seconds(it).toFixed(3);
  const attributes = { classname: it.spec, name: `${variant} (${model})`, time };
  const sizes = effort === undefined ? [] : [properties(effort, it.cost)];
  return element('testcase', attributes, [...sizes, complaint(it)]);
}

function properties(
  { states, transitions, depth }: NonNullable<Case['run']['effort']>,
  cost: Case['cost'],
): readonly string[] {
  const { bytes, slowCalls, lookups } = cost ?? {};
  const all = { states, transitions, depth, bytes, slowCalls, lookups };
  const entries = Object.entries(all).filter(([, value]) => value !== undefined);
  const list = entries.map(([name, value]) => element('property', { name, value: value ?? 'unknown' }));
  return element('properties', {}, list);
}

/** What CI should show in red; nothing if the job is as expected. */
function complaint(it: Case): readonly string[] {
  if (isAsExpected(it)) return [];
  if (wasNotRun(it)) return element('skipped', { message: 'interrupted' });
  if (isFault(it)) return element('error', { type: 'model bug', message: reasonsOf(it).join('; ') });
  const found = `expected ${expectedWords(it)}, found ${foundWords(it)}`;
  return element('failure', {
    type: `exit code ${codeOf(it)}`,
    message: [found, ...reasonsOf(it)].join('; '),
  });
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
