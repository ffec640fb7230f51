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

/** An option of the command, mostly with a value that it may have. */
function optionOf(command: Command): fc.Arbitrary<readonly string[]> {
  const own = command.options.map((option): fc.Arbitrary<readonly string[]> => {
    const flag = option.long ?? option.short ?? '';
    if (!option.required && !option.optional) return fc.constant([flag]);
    const fitting = option.argChoices === undefined ? value : fc.constantFrom(...option.argChoices);
    return fc.oneof(
      { weight: 8, arbitrary: fitting.map((it) => [flag, it]) },
      { weight: 1, arbitrary: value.map((it) => [`${flag}=${it}`]) },
      { weight: 1, arbitrary: fc.constant([flag]) },
    );
  });
  const other = fc.constantFrom(['--help'], ['--'], ['--modle', 'sc'], ['-x'], ['--no-symmetry'], ['--out']);
  return fc.oneof({ weight: 10, arbitrary: fc.oneof(...own, other) }, { weight: 1, arbitrary: other });
}

const commandLine = fc
  .constantFrom(...program.commands)
  .chain((command) =>
    fc.record({
      command: fc.oneof(
        { weight: 20, arbitrary: fc.constant(command.name()) },
        { weight: 1, arbitrary: value },
      ),
      options: fc.array(optionOf(command), { maxLength: 6 }),
      operands: fc.array(value, { maxLength: 3 }),
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
    return complaintAbout(ran) ?? complaintAboutFiles(folder) ?? lost(folder);
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
