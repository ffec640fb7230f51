/** START HERE for the bench: `npm run bench` measures heddle next to the naive twin and to other checkers. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { dirname } from 'node:path';
import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { type Bench, type Part, parts } from './parts.ts';
import { installed, skipped } from './peer.ts';
import { preface, type Setting } from './report.ts';
import { rumur, rumurVersion } from './rumur.ts';
import { spin, spinReduced, spinVersions } from './spin.ts';

interface Options {
  readonly runs: number;
  readonly out: string;
  readonly quick: boolean;
  readonly scale: boolean;
  readonly only?: readonly Part[];
}

function main(argv: readonly string[]): number {
  const options = optionsIn(argv);
  if (typeof options === 'number') return options;
  const { runs, out, quick, scale, only } = options;
  const known = [spin, spinReduced, rumur];
  const peers = installed(known);
  const bench: Bench = { runs, quick, scale, peers, faults: [], measured: new Map(), tell };
  const load = loadavg()[0]!;
  const names = only ?? (Object.keys(parts) as Part[]);
  const sections = names.map((name) => {
    const section = parts[name].hold(bench);
    return section === '' ? '' : `## ${parts[name].title}\n\n${section}`;
  });
  const setting: Setting = {
    date: new Date().toISOString().slice(0, 10),
    cores: availableParallelism(),
    versions: [
      `Node ${process.versions.node}`,
      ...(peers.includes(spin) ? spinVersions() : []),
      ...(peers.includes(rumur) ? [rumurVersion()] : []),
    ],
    load: [load, loadavg()[0]!],
    runs,
  };
  const text = [preface(setting), skipped(known), ...sections].filter((it) => it !== '').join('\n');
  process.stdout.write(text);
  for (const fault of bench.faults) process.stderr.write(`bench: ${fault}\n`);
  if (bench.faults.length > 0) return 1;
  if (!quick && only === undefined) write(out, `${text}\n${history()}`);
  return 0;
}

/** The options, or the exit code if there is nothing to do. */
function optionsIn(argv: readonly string[]): Options | number {
  const program = new Command('npm run bench --')
    .description('Measures heddle next to the naive twin and, where they are installed, to SPIN and Rumur.')
    .option('--runs <n>', 'runs of each contender, by turns; medians are shown', positive, 3)
    .option(
      '--out <file>',
      'where the tables go besides the terminal, unless something differs',
      'results/bench.md',
    )
    .option('--quick', 'leave out the sizes of 10^6 states and more, and write no file', false)
    .option('--scale', 'go on to 10^8 states: four minutes and 4 GiB more', false)
    .addOption(new Option('--only <part...>', 'these parts, and write no file').choices(Object.keys(parts)))
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

/** What no run can measure again: what it was before. Written by hand. */
function history(): string {
  return readFileSync(new URL('history.md', import.meta.url), 'utf8');
}

function write(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
}

process.exitCode = main(process.argv.slice(2));
