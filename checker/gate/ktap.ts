/** KTAP, the test format of the Linux kernel (Documentation/dev-tools/ktap.rst): a test per spec, and in it one per
 *  variant and memory model. What is not as expected has its counterexample in diagnostic lines before its result. */
import { traceText } from '../report/trace-text.ts';
import {
  bySpec,
  type Case,
  caseName,
  expectedWords,
  foundWords,
  isAsExpected,
  reasonsOf,
  wasNotRun,
} from './case.ts';

/** The whole text, with a line end after each line. */
export function ktapText(cases: readonly Case[]): string {
  const tests = bySpec(cases).map(([spec, of]) => group(spec, of.map(single)));
  return `${report(tests).join('\n')}\n`;
}

interface Test {
  readonly name: string;
  readonly ok: boolean;
  readonly skipped: boolean;
  /** What stands before the result line, and behind it. */
  readonly before: readonly string[];
  readonly directive?: string;
}

/** A version line, a plan, and the tests. */
function report(tests: readonly Test[], name?: string): readonly string[] {
  return [
    'KTAP version 1',
    ...(name === undefined ? [] : [`# Subtest: ${line(name)}`]),
    `1..${tests.length}`,
    ...tests.flatMap((test, i) => [...test.before, resultLine(test, i + 1)]),
  ];
}

/** `ok 1 name # SKIP why`. A description can hold no hash sign. */
function resultLine({ name, ok, directive }: Test, number: number): string {
  const words = `${ok ? 'ok' : 'not ok'} ${number} ${line(name).replaceAll('#', '')}`.trimEnd();
  return directive === undefined ? words : `${words} # ${line(directive)}`;
}

/** A test that is as good as its subtests, of which skipped ones do not count. */
function group(name: string, tests: readonly Test[]): Test {
  const skipped = tests.every((test) => test.skipped);
  return {
    name,
    ok: tests.every((test) => test.ok),
    skipped,
    before: report(tests, name).map((it) => `  ${it}`),
    ...(skipped ? { directive: 'SKIP' } : {}),
  };
}

function single(it: Case): Test {
  const { verdict, variant, model } = it.run;
  const test = { name: `${variant} (${model})`, ok: isAsExpected(it), skipped: false, before: [] };
  if (wasNotRun(it)) return { ...test, ok: true, skipped: true, directive: 'SKIP interrupted' };
  if (test.ok) return { ...test, directive: [foundWords(it), ...counts(it)].join(' ') };
  const found = `expected ${expectedWords(it)}, found ${foundWords(it)}`;
  const directive = {
    fault: `ERROR ${found}`,
    incomplete: `TIMEOUT ${found}`,
  }[verdict.kind as string];
  return { ...test, before: diagnosis(it), directive: directive ?? found };
}

function counts({ run: { effort } }: Case): readonly string[] {
  return effort === undefined ? [] : [`states=${effort.exactly?.states ?? effort.states}`];
}

function diagnosis(it: Case): readonly string[] {
  const { trace } = it;
  const shown =
    trace === null
      ? []
      : traceText(trace, [`${caseName(it)}:`])
          .trimEnd()
          .split('\n');
  return [...reasonsOf(it).flatMap((reason) => reason.split('\n')), ...shown].map((text) =>
    `# ${text}`.trimEnd(),
  );
}

/** One line of printable characters. */
function line(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/\p{Cc}/gu, '');
}
