/** START HERE for the bench: `npm run bench` measures heddle next to the naive twin and to SPIN. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { Command, CommanderError, InvalidArgumentError } from 'commander';
import { disagreements } from './compare.ts';
import { explore, hold } from './contest.ts';
import { type Entry, flagship, reference } from './plan.ts';
import { preface, type Setting, section } from './report.ts';
import { skipped, tools, versions } from './spin.ts';
import { describe } from './subject.ts';
import { missing } from './timed.ts';
import { findWrong } from './wrong.ts';

interface Options {
  readonly runs: number;
  readonly out: string;
  readonly quick: boolean;
}

/** What the whole run adds up to. */
interface Bench extends Options {
  readonly withSpin: boolean;
  readonly faults: string[];
}

function main(argv: readonly string[]): number {
  const options = optionsIn(argv);
  if (typeof options === 'number') return options;
  const absent = missing(tools);
  const bench: Bench = { ...options, withSpin: absent.length === 0, faults: [] };
  const load = loadavg()[0]!;
  // Lets tsx translate every file once, so that no run pays for it.
  explore('heddle', reference[0]!.subject);
  const parts = [
    skipped(absent),
    part('## The reference model', bench, reference),
    part('## The flagship: unmap-vs-attach v7.1', bench, flagship),
    wrongPart(bench),
  ];
  const setting: Setting = {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    versions: [`Node ${process.versions.node}`, ...(bench.withSpin ? versions() : [])],
    load: [load, loadavg()[0]!],
    runs: options.runs,
  };
  const text = [preface(setting), ...parts].filter((it) => it !== '').join('\n');
  process.stdout.write(text);
  for (const fault of bench.faults) process.stderr.write(`bench: ${fault}\n`);
  if (bench.faults.length > 0) return 1;
  if (!options.quick) write(options.out, text);
  return 0;
}

/** The options, or the exit code if there is nothing to do. */
function optionsIn(argv: readonly string[]): Options | number {
  const program = new Command('npm run bench --')
    .description('Measures heddle next to the naive twin and, where it is installed, to SPIN.')
    .option('--runs <n>', 'runs of each contender, by turns; medians are shown', positive, 3)
    .option(
      '--out <file>',
      'where the tables go besides the terminal, unless something differs',
      'results/bench.md',
    )
    .option('--quick', 'leave out the sizes of about 10^6 states, and write no file', false)
    .addHelpText('after', '\nExit codes: 0; 1 when counts or verdicts differ; 2 for a wrong option.')
    .configureHelp({ helpWidth: 110 })
    .exitOverride();
  try {
    return program.parse(argv, { from: 'user' }).opts<Options>();
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError('It must be a whole number, at least 1.');
  return Number(text);
}

function tell(text: string): void {
  process.stderr.write(`${text}\n`);
}

function part(title: string, bench: Bench, entries: readonly Entry[]): string {
  const { runs, withSpin, quick, faults } = bench;
  const shown = entries.filter(({ isLarge }) => !(quick && isLarge));
  const sections = shown.map(({ subject, states, withTwin }) => {
    const results = hold({ subject, runs, withSpin, withTwin }, tell);
    faults.push(...disagreements(results, states).map((what) => `${describe(subject)}: ${what}`));
    return section(subject, results);
  });
  return [title, '', ...sections].join('\n');
}

function wrongPart({ withSpin, faults }: Bench): string {
  const { text, missed } = findWrong(withSpin);
  faults.push(...missed);
  return text;
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

process.exitCode = main(process.argv.slice(2));
