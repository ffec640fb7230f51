/** Command lines: every command with every option, whatever they are called, and values that fit and that do not. */
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { Command } from 'commander';
import fc from 'fast-check';
import { bad, good } from '../../checker/cli/toy-spec.ts';
import { litmusCommand } from '../litmus/command.ts';
import { newCommand } from '../new/command.ts';
import { kindOf } from './kind.ts';
import { complaintAbout, complaintAboutFiles, ranHere } from './oracle.ts';
import { furnish as furnishResults } from './results.ts';
import { aTrace } from './traces.ts';

/** Without the one whose model is wrong. */
const specs = [good, { ...bad, variants: bad.variants.filter(({ name }) => name !== 'bug') }];
/** `heddle new` writes to the folder above specs/. */
const extensions = [litmusCommand, newCommand('.')];

const program = await programItself();

/** The commands as they are declared, whoever declares them. */
async function programItself(): Promise<Command> {
  let seen: Command | undefined;
  const look = (it: Command) => {
    seen = it;
  };
  await ranHere(specs, ['list'], [...extensions, look]);
  return seen!;
}

const aTest = `C mp
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r1; int r2; r1 = READ_ONCE(*y); r2 = READ_ONCE(*x); }
exists (1:r1=1 /\\ 1:r2=0)
`;

/** What is in the folder in which a command is run. */
function furnish(folder: string): void {
  for (const sub of ['empty', 'specs']) mkdirSync(join(folder, sub));
  writeFileSync(join(folder, 'trace.json'), aTrace);
  writeFileSync(join(folder, 'mp.litmus'), aTest);
  writeFileSync(join(folder, 'text'), 'hello');
  furnishResults(join(folder, 'results'), (_, text) => text);
}

const files = ['trace.json', 'mp.litmus', 'text', 'empty', 'text/x', 'none', 'none/x', 'out', '.', '/proc/x'];
const names = [
  ...specs.flatMap(({ name, variants }) => [name, ...variants.map((it) => `${name}/${it.name}`)]),
];
const odd = [
  '',
  ' ',
  '-',
  '--',
  '---',
  '-1',
  '0',
  '1',
  '2',
  '3',
  '1e3',
  '1.5',
  'NaN',
  '0x10',
  '07',
  ' 1',
  '1G',
  '1K',
  '7Q',
];
const large = [
  '2147483647',
  '2147483648',
  '4294967296',
  '9007199254740991',
  '9007199254740992',
  `1${'0'.repeat(400)}`,
];
const strange = [
  'é',
  '日本',
  '\ud83d\ude00',
  '\u202e',
  'a\nb',
  'a\0b',
  '__proto__',
  'constructor',
  '%s',
  '*',
  '$(x)',
  "'",
];
const long = ['x'.repeat(300), `${'good/'.repeat(2000)}`, 'é'.repeat(5000)];
const models = ['sc', 'tso', 'armv8', 'all', 'lkmm'];

const value = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names) },
  { weight: 3, arbitrary: fc.constantFrom(...files) },
  { weight: 2, arbitrary: fc.constantFrom(...odd) },
  { weight: 1, arbitrary: fc.constantFrom(...large, ...strange, ...long, ...models) },
  // No slashes and no dots: what is written must stay in the folder.
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme' }).map((text) => text.replace(/[./\\]/g, '')) },
);

/** What fits where a command says `<file>`, `<n>`, ...: without such values few command lines come far. */
const fitting: readonly (readonly [RegExp, readonly string[]])[] = [
  [/<n>/, ['1', '2', '3', '7', '100', '5000', '9007199254740991']],
  [/<seconds>/, ['0.01', '1', '300']],
  [/<size>/, ['1', '1K', '300M', '2G']],
  [/<i\/n>/, ['1/1', '1/2', '2/2', '3/7', '2/1', '0/1', '1/9007199254740991']],
  [/<names?(\.\.\.)?>/, ['sc', 'armv8', 'all', 'tso']],
  [/<id>/, ['count_up', 'inc']],
  [/<folder/, ['results', 'out', 'empty', 'none', 'results/traces', 'text']],
  [/<file/, ['results/baseline.json', 'results/good.json', 'new', 'none/new', ...files]],
  [/<spec/, ['all', 'none', 'good', 'bad']],
];

function valueFor(flags: string, choices: readonly string[] | undefined): fc.Arbitrary<string> {
  const fits = choices ?? fitting.find(([pattern]) => pattern.test(flags))?.[1];
  if (fits === undefined) return value;
  return fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...fits) }, { weight: 1, arbitrary: value });
}

/** An option of the command, mostly with a value that it may have. */
function optionOf(command: Command): fc.Arbitrary<readonly string[]> {
  // It reads the standard input, of which there is one for all cases.
  const here = command.options.filter(({ long }) => long !== '--step');
  const own = here.map((option): fc.Arbitrary<readonly string[]> => {
    const flag = option.long ?? option.short ?? '';
    if (!option.required && !option.optional) return fc.constant([flag]);
    const text = valueFor(option.flags, option.argChoices);
    return fc.oneof(
      { weight: 18, arbitrary: text.map((it) => [flag, it]) },
      { weight: 2, arbitrary: text.map((it) => [`${flag}=${it}`]) },
      { weight: 1, arbitrary: fc.constant([flag]) },
    );
  });
  const other = fc.constantFrom(['--help'], ['--'], ['--modle', 'sc'], ['-x'], ['--no-symmetry'], ['--out']);
  if (own.length === 0) return other;
  return fc.oneof({ weight: 20, arbitrary: fc.oneof(...own) }, { weight: 1, arbitrary: other });
}

/** What the command is about: mostly as many operands as it takes. */
function operandsOf({ registeredArguments }: Command): fc.Arbitrary<readonly string[]> {
  const fits = registeredArguments.map((argument) => {
    const text = /file|folder/.test(argument.name())
      ? fc.constantFrom('trace.json', 'mp.litmus', 'results', 'results/good.json', 'results/traces', ...files)
      : fc.constantFrom(...names, 'good/v7.1@sc', 'results', 'fresh-spec');
    const one = fc.oneof({ weight: 9, arbitrary: text }, { weight: 1, arbitrary: value });
    return argument.variadic ? fc.array(one, { maxLength: 3 }) : one.map((it) => [it]);
  });
  const asDeclared = fc.tuple(...fits).map((all) => all.flat());
  return fc.oneof({ weight: 12, arbitrary: asDeclared }, { weight: 1, arbitrary: fc.array(value) });
}

const commandLine = fc
  .constantFrom(...program.commands)
  .chain((command) =>
    fc.record({
      command: fc.oneof(
        { weight: 30, arbitrary: fc.constant(command.name()) },
        { weight: 1, arbitrary: value },
      ),
      options: fc.array(optionOf(command), { maxLength: 4 }),
      operands: operandsOf(command),
      before: fc.boolean(),
    }),
  )
  .map(({ command, options, operands, before }) =>
    before ? [command, ...operands, ...options.flat()] : [command, ...options.flat(), ...operands],
  );

export const commands = kindOf('commands', { cases: 5000, sample: 60 }, commandLine, async (argv, folder) => {
  const here = process.cwd();
  furnish(folder);
  process.chdir(folder);
  try {
    const ran = await ranHere(specs, argv, extensions);
    return (
      complaintAbout(ran) ??
      complaintAboutFiles(folder, { named: argv.map((it) => it.replace(/^--\w+=/, '')) }) ??
      lost(folder)
    );
  } finally {
    process.chdir(here);
  }
});

/** Whether something is gone that was there before. */
function lost(folder: string): string | null {
  const there = readdirSync(folder);
  const gone = ['trace.json', 'mp.litmus', 'text', 'empty', 'specs'].find((name) => !there.includes(name));
  return gone === undefined ? null : `${gone} is gone`;
}
