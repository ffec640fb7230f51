/** The tests of a family as questions with known answers. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { examine, type Report } from '../../model/litmus/examine.ts';
import { type LitmusTest, litmusTest } from '../../model/litmus/litmus-test.ts';
import type { FinalState, Limits, Outcomes } from '../../model/litmus/outcomes.ts';
import { randomScenario } from '../../model/litmus/random-programs.ts';
import { premiseTests } from '../../model/litmus/rule-premises.ts';
import { observe, smallTest } from '../../model/litmus/small-test.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { exploreOracle } from '../../model/memory/oracle/explore.ts';
import { exploreLagInFull as exploreLag, exploreLag as exploreLate } from '../lag-runner.ts';
import { litmusFiles, readVerdicts, type Verdicts } from './files.ts';
import type { Source } from './mutants-families.ts';
import { smallCPrograms, smallPrograms } from './mutants-small.ts';
import { fateOf } from './summary.ts';

/** What two sides say of a test; they are equal if they agree. */
export interface Answers {
  readonly expected: string;
  readonly here: string;
}

export interface Question {
  readonly test: string;
  /** Null where there is nothing to compare with. */
  readonly ask: () => Answers | null;
}

/** A mutant that needs more is not going to end. */
const LIMITS: Limits = { maxStates: 50_000, maxSeconds: 60 };

/** The tests of a source; `corpus` is herd7's, if it is there. */
export function questionsOf({ from, like }: Source, corpus: string): readonly Question[] {
  const wanted = new RegExp(like);
  switch (from) {
    case 'classics':
      return classics().filter((q) => wanted.test(q.test));
    case 'premises':
      return premises.filter((q) => wanted.test(q.test));
    case 'corpus':
      return existsSync(corpus) ? corpusQuestions(corpus, wanted) : [];
    case 'small':
      return [
        ...Object.entries(smallPrograms).map(([name, threads]) =>
          small(name, () => smallTest(everything, threads)),
        ),
        ...Object.entries(smallCPrograms).map(([name, text]) => small(name, () => litmusTest(text, 'armv8'))),
      ];
    case 'random':
      return shapes.filter(({ shape }) => wanted.test(shape)).flatMap(randomQuestions);
    case 'late':
      return [
        ...(wanted.test('classics') ? lateClassics() : []),
        ...shapes.filter(({ shape }) => wanted.test(shape)).flatMap(lateQuestions),
      ];
  }
}

const said = (report: Report): string => {
  if (report.kind === 'answered') return `${report.observation} ${report.outcomes.length}`;
  return report.kind === 'incomplete' ? `gives up: ${report.why}` : report.why;
};

const folder = fileURLToPath(new URL('.', import.meta.url));
const models: readonly MemoryModel[] = ['armv8', 'tso', 'sc'];

const classicTexts = () =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.litmus'))
    .map((file) => ({ file, text: readFileSync(join(folder, file), 'utf8') }));

/** Each says in its first comment what is to be expected. */
function classics(): readonly Question[] {
  return classicTexts().flatMap(({ file, text }) => {
    const comment = /\(\* (sc [^\n]*)/.exec(text)?.[1] ?? '';
    return models.map((model) => ({
      test: `${file.replace('.litmus', '')} under ${model}`,
      ask: () => ({
        expected: new RegExp(`${model} (\\w+ \\d+)`).exec(comment)?.[1] ?? '',
        here: said(examine(text, model, exploreLag, LIMITS)),
      }),
    }));
  });
}

let verdicts: Verdicts | null = null;

function corpusQuestions(corpus: string, wanted: RegExp): readonly Question[] {
  verdicts ??= readVerdicts(join(corpus, 'verdicts.tsv'));
  const told = verdicts;
  return litmusFiles([join(corpus, 'aarch64'), join(corpus, 'c')])
    .filter((file) => wanted.test(relative(corpus, file)))
    .map((file) => ({ test: relative(corpus, file), ask: () => askHerd(file, told) }));
}

function askHerd(file: string, told: Verdicts): Answers | null {
  const report = examine(readFileSync(file, 'utf8'), 'armv8', exploreLag, LIMITS);
  const unanswered = report.kind === 'incomplete' || said(report).startsWith('the machine refuses');
  const wrong = fateOf({ file, report }, told, 'armv8') === 'disagreed';
  if (!unanswered && !wrong) return report.kind === 'answered' ? { expected: '', here: '' } : null;
  const herd = told(file);
  const answers = herd && (herd.armv8.length > 0 ? herd.armv8 : herd.lkmm);
  return {
    expected: `${answers?.map((a) => `${a.observation} ${a.outcomes}`).join(' or ')} (herd7)`,
    here: said(report),
  };
}

const premises: readonly Question[] = premiseTests.map((t) => ({
  test: `premise: ${t.says}`,
  ask: () => ({
    expected: t.verdict,
    here: observe(exploreLag, smallTest(t.question, t.threads, t.model ?? 'armv8')),
  }),
}));

const small = (name: string, test: () => LitmusTest): Question => ({
  test: `small: ${name}`,
  ask: () => askOracle(test().scenario, 100_000),
});

/** A question that observes the registers of every small program. */
const everything = `exists (${[0, 1].flatMap((t) => [1, 2, 3, 4, 5, 6].map((r) => `${t}:X${r}=1`)).join(' /\\ ')} /\\ x=1)`;

const shapes = [
  { shape: '2x2', maxThreads: 2, maxPieces: 2, exclusives: true, numRuns: 150, seed: 11 },
  { shape: '2x3', maxThreads: 2, maxPieces: 3, exclusives: true, numRuns: 80, seed: 12 },
  { shape: '3x2', maxThreads: 3, maxPieces: 2, exclusives: false, numRuns: 40, seed: 13 },
  { shape: 'discards', maxThreads: 2, maxPieces: 3, discards: true, numRuns: 150, seed: 14 },
  { shape: 'apart', maxThreads: 2, maxPieces: 2, apart: true, numRuns: 150, seed: 15 },
  { shape: 'RCU 2x2', maxThreads: 2, maxPieces: 2, rcu: true, numRuns: 250, seed: 16 },
  { shape: 'RCU 3x1', maxThreads: 3, maxPieces: 1, rcu: true, numRuns: 200, seed: 17 },
  { shape: 'RCU 3x2', maxThreads: 3, maxPieces: 2, rcu: true, numRuns: 150, seed: 18 },
] as const;

/** Programs that the list machine is through with before this many states. */
const SMALL = 1_500;

interface Programs {
  readonly shape: string;
  readonly rcu?: boolean;
  readonly numRuns: number;
  readonly seed: number;
}

const sampled = ({ shape, numRuns, seed, ...options }: Programs) =>
  fc
    .sample(randomScenario(options), { numRuns, seed })
    .map((scenario, n) => ({ test: `random ${shape}, seed ${seed}, number ${n}`, scenario }));

const randomQuestions = (programs: Programs): readonly Question[] =>
  sampled(programs).map(({ test, scenario }) => ({
    test,
    ask: () => askOracle(scenario, programs.rcu ? SMALL / 4 : SMALL),
  }));

const lateQuestions = (programs: Programs): readonly Question[] =>
  sampled(programs).map(({ test, scenario }) => ({
    test: `late: ${test}`,
    ask: () => askInFull(scenario, 2 * SMALL),
  }));

const lateClassics = (): readonly Question[] =>
  classicTexts().map(({ file, text }) => ({
    test: `late: ${file.replace('.litmus', '')}`,
    ask: () => askInFull(litmusTest(text, 'armv8').scenario, 10_000),
  }));

function askOracle(scenario: Scenario, maxStates = SMALL): Answers | null {
  const oracle = exploreOracle(scenario, { maxStates });
  return oracle.complete ? compared(oracle, 'list machine', exploreLag(scenario, LIMITS)) : null;
}

function askInFull(scenario: Scenario, maxStates: number): Answers | null {
  const full = exploreLag(scenario, { maxStates });
  return full.complete ? compared(full, 'every interleaving', exploreLate(scenario, LIMITS)) : null;
}

function compared(right: Pick<Outcomes, 'finals'>, whose: string, lag: Outcomes): Answers {
  const [expected, here] = [right, lag].map(({ finals }) => outcomes(finals));
  const count = (all: readonly string[]): string => `${all.length} outcomes`;
  if (lag.complete && JSON.stringify(expected) === JSON.stringify(here)) return { expected: '', here: '' };
  const [missing, added] = [
    expected!.filter((o) => !here!.includes(o)).length,
    here!.filter((o) => !expected!.includes(o)).length,
  ];
  return {
    expected: `${count(expected!)} (${whose})`,
    here: lag.complete ? `${missing} of them missing, ${added} others` : `gives up: ${lag.why}`,
  };
}

const outcomes = (finals: readonly FinalState[]): readonly string[] =>
  finals.map((f) => JSON.stringify(f)).sort();
