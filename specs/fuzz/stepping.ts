/** What is typed at the prompt of `heddle trace --step`. */
import { join } from 'node:path';
import fc from 'fast-check';
import { bad } from '../../checker/cli/toy-spec.ts';
import { checkNow } from '../../checker/explore/check.ts';
import { parse } from '../../checker/step/commands.ts';
import { step } from '../../checker/step/terminal.ts';
import { sessionOf } from '../../checker/step/way.ts';
import { kindOf } from './kind.ts';
import { complaintAbout, complaintAboutFiles } from './oracle.ts';

const system = bad.variants.find(({ name }) => name === 'never ends')!.build('sc');
const { verdict } = checkNow(system, { search: 'bfs' });
if (!('trace' in verdict)) throw new Error('there is no trace to step through');
const saved = { spec: 'bad', variant: 'never ends', model: 'sc', trace: verdict.trace };

const word = fc.constantFrom(
  ...[
    '',
    'n',
    'b',
    'first',
    'last',
    'g',
    's',
    'c',
    't',
    'r',
    'w FILE',
    'w! FILE',
    'w',
    'l',
    'h',
    'o',
    '?',
    '$',
    '^',
  ],
  ...['w /dev/full', 'w /proc/x', 'w FILE/x', 'save FILE', 'constructor', '__proto__', 'toString', 'valueOf'],
);
const operand = fc.oneof(
  fc.constantFrom(
    '',
    '1',
    '2',
    '0',
    '-1',
    '99',
    '1.5',
    '1e9',
    '9007199254740993',
    'x',
    'n0',
    '__proto__',
    '\0',
  ),
  fc.integer().map(String),
  fc.string({ unit: 'binary', maxLength: 9 }),
);
const line = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(word, operand).map(([a, b]) => `${a} ${b}`) },
  { weight: 3, arbitrary: word },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
  { weight: 1, arbitrary: fc.constantFrom('x'.repeat(100_000), 'n '.repeat(50_000), '9'.repeat(5000)) },
);

/** Whether nothing is written but to the folder of the case, or to where nothing can be. */
function staysInside(typed: string): boolean {
  const command = parse(typed.replaceAll('FILE', '/FILE'));
  return command.kind !== 'save' || /^\/(FILE|dev\/full|proc\/x)/.test(command.file);
}

export const stepping = kindOf(
  'stepping',
  { cases: 5000, sample: 60 },
  fc.array(line.filter(staysInside)),
  async (lines, folder) => {
    let stdout = '';
    const terminal = {
      lines: (async function* () {
        for (const it of lines) yield it.replaceAll('FILE', join(folder, 'way.json'));
      })(),
      write: (text: string) => {
        stdout += text;
      },
      prompt: (text: string) => {
        stdout += text;
      },
      echoes: false,
    };
    try {
      await step(sessionOf(system, saved), 'stepping', terminal);
    } catch (error) {
      return `${(error as Error).stack}`;
    }
    return complaintAbout({ code: 0, stdout, stderr: '' }) ?? complaintAboutFiles(folder);
  },
);
