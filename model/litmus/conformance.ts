/** Runs litmus tests on a machine and compares with what herd7 said of them. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { litmusTest } from './litmus-test.ts';
import { judge, type Observation, type OutcomeRunner, outcomesOf } from './outcomes.ts';
import { LitmusSyntaxError, Unsupported } from './unsupported.ts';

/** What is said of one test. */
export interface Answer {
  readonly observation: Observation;
  readonly outcomes: number;
}

export interface Disagreement {
  readonly file: string;
  readonly herd: readonly Answer[];
  readonly ours: Answer;
}

export interface Conformance {
  readonly agreed: number;
  readonly disagreed: readonly Disagreement[];
  /** Files by the reason why they were not run. */
  readonly unsupported: ReadonlyMap<string, readonly string[]>;
  /** Files in which the limit on states was hit. */
  readonly incomplete: readonly string[];
  readonly states: number;
  readonly seconds: number;
}

export interface ConformanceOptions {
  /** The directory that holds `verdicts.tsv`. */
  readonly root: string;
  /** Directories or files, relative to `root`. */
  readonly under: readonly string[];
  readonly maxStates: number;
  /** Take about this many tests, evenly spread; all if absent. */
  readonly sample?: number;
}

export function runConformance(runner: OutcomeRunner, options: ConformanceOptions): Conformance {
  const verdicts = readVerdicts(options.root);
  const start = process.hrtime.bigint();
  const disagreed: Disagreement[] = [];
  const unsupported = new Map<string, string[]>();
  const incomplete: string[] = [];
  let [agreed, states] = [0, 0];
  for (const file of sampleOf(filesUnder(options), options.sample)) {
    const herd = verdicts.get(file);
    if (herd === undefined) continue;
    try {
      const test = litmusTest(readFileSync(join(options.root, file), 'utf8'));
      const result = runner(test.scenario, { maxStates: options.maxStates });
      states += result.states;
      const ours = {
        observation: judge(test, result.finals),
        outcomes: outcomesOf(test, result.finals).size,
      };
      if (!result.complete) incomplete.push(file);
      else if (herd.some((answer) => isSame(answer, ours))) agreed++;
      else disagreed.push({ file, herd, ours });
    } catch (error) {
      if (!(error instanceof Unsupported || error instanceof LitmusSyntaxError))
        throw new Error(`in ${file}`, { cause: error });
      const reason = error instanceof Unsupported ? error.reason : error.message;
      unsupported.set(reason, [...(unsupported.get(reason) ?? []), file]);
    }
  }
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  return { agreed, disagreed, unsupported, incomplete, states, seconds };
}

const isSame = (a: Answer, b: Answer): boolean =>
  a.observation === b.observation && a.outcomes === b.outcomes;

/** herd7's answers on AArch64 tests with `aarch64.cat`, by file. Some files have several: the collection had
 *  several tests of that name, and does not say which was kept. */
export function readVerdicts(root: string): ReadonlyMap<string, readonly Answer[]> {
  const answers = new Map<string, Answer[]>();
  for (const line of readFileSync(join(root, 'verdicts.tsv'), 'utf8').split('\n').slice(1)) {
    const [file, dialect, , observation, , outcomes] = line.split('\t');
    if (dialect !== 'AArch64' || file === undefined || !isObservation(observation)) continue;
    answers.set(file, [...(answers.get(file) ?? []), { observation, outcomes: Number(outcomes) }]);
  }
  return answers;
}

const isObservation = (text: string | undefined): text is Observation =>
  text === 'Never' || text === 'Sometimes' || text === 'Always';

function filesUnder({ root, under }: ConformanceOptions): readonly string[] {
  return under.flatMap((path) => {
    if (path.endsWith('.litmus')) return [path];
    return readdirSync(join(root, path), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.litmus'))
      .map((name) => relative(root, join(root, path, name)))
      .sort();
  });
}

function sampleOf(files: readonly string[], count: number | undefined): readonly string[] {
  if (count === undefined || count >= files.length) return files;
  return Array.from({ length: count }, (_, index) => files[Math.floor((index * files.length) / count)]!);
}

/** The result as a reader wants it: counts first, then every disagreement. */
export function describeConformance(result: Conformance): string {
  const { agreed, disagreed, unsupported, incomplete, states, seconds } = result;
  const skipped = [...unsupported.values()].reduce((sum, files) => sum + files.length, 0);
  const show = (answer: Answer): string => `${answer.observation} with ${answer.outcomes} outcomes`;
  return [
    `${agreed} agreed, ${disagreed.length} disagreed, ${incomplete.length} incomplete, ${skipped} unsupported; ` +
      `${states} states, ${seconds.toFixed(1)} s`,
    ...disagreed.map(
      ({ file, herd, ours }) =>
        `  disagreed: ${file}: herd7 ${herd.map(show).join(' or ')}, here ${show(ours)}`,
    ),
    ...incomplete.map((file) => `  incomplete: ${file}`),
    ...[...unsupported].map(([reason, files]) => `  unsupported: ${reason}: ${files.join(', ')}`),
  ].join('\n');
}
