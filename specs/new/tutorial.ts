/** `npm run tutorial`: does what TUTORIAL.md tells its reader to do, and writes there what comes of it. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Io } from '../../checker/cli/io.ts';
import { run } from '../../checker/cli/run.ts';
import type { Spec } from '../../checker/spec.ts';
import { ourRoot } from './command.ts';
import { workshop } from './workshop.ts';

export const NAME = 'bnx2-tx';

interface Block {
  /** What stands behind the three backticks. */
  readonly info: string;
  readonly text: string;
}

function blocksOf(markdown: string): readonly Block[] {
  return [...markdown.matchAll(/^```(.*)\n([\s\S]*?)^```$/gm)].map(([, info = '', text = '']) => ({
    info,
    text,
  }));
}

export type Files = Readonly<Record<'index.ts' | 'scenario.ts', string>>;

/** The spec as the reader has it at first, and as it is after section 6. */
export function filesOf(markdown: string): { readonly first: Files; readonly last: Files } {
  const blocks = blocksOf(markdown);
  const all = (info: string): string =>
    blocks
      .filter((block) => block.info === info)
      .map(({ text }) => text)
      .join('\n');
  const first = { 'scenario.ts': all('ts scenario.ts'), 'index.ts': all('ts index.ts') };
  const variants = first['index.ts'].replace(/^ {2}variants: \[\n[\s\S]*?^ {2}\],\n/m, () =>
    all('ts index.ts variants'),
  );
  const index = all('ts index.ts imports')
    .trimEnd()
    .split('\n')
    .reduce((text, line) => withImport(text, line), variants);
  return { first, last: { ...first, 'index.ts': index } };
}

/** The import of that module, in place of the one that is there. */
function withImport(text: string, line: string): string {
  const module = line.slice(line.indexOf(' from '));
  const lines = text.split('\n');
  const at = lines.findIndex((l) => l.startsWith('import ') && l.endsWith(module));
  if (at < 0) throw new Error(`nothing is imported${module}`);
  return lines.with(at, line).join('\n');
}

/** The tutorial with every output as it is now. */
export async function withOutputs(markdown: string): Promise<string> {
  const { first, last } = filesOf(markdown);
  const places = [first, last].map((files) => {
    const root = workshop(ourRoot, mkdtempSync(join(tmpdir(), 'heddle-tutorial-')));
    return writeFiles(root, files);
  });
  const outputs = /^```sh\n(npx heddle check .*)\n```\n\n([^`]*?)```text\n[\s\S]*?^```$/gm;
  const change = markdown.indexOf('```ts index.ts variants');
  try {
    const found = [...markdown.matchAll(outputs)];
    const texts = await Promise.all(
      found.map(async ({ 0: whole, 1: command = '', 2: between = '', index }) => {
        const output = await outputOf(places[index < change ? 0 : 1]!, command);
        return { whole, text: `\`\`\`sh\n${command}\n\`\`\`\n\n${between}\`\`\`text\n${output}\`\`\`` };
      }),
    );
    let at = 0;
    return markdown.replace(outputs, () => texts[at++]!.text);
  } finally {
    for (const root of places) rmSync(root, { recursive: true, force: true });
  }
}

export function writeFiles(root: string, files: Files): string {
  const folder = join(root, 'specs', NAME);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text);
  return root;
}

/** What the command prints for the spec that is there: its one counterexample, or else the table. */
async function outputOf(root: string, command: string): Promise<string> {
  const { default: spec }: { readonly default: Spec } = await import(
    pathToFileURL(join(root, 'specs', NAME, 'index.ts')).href
  );
  const argv = command.split(' ').slice(2);
  let printed = '';
  const out = { isTerminal: false, columns: 100, write: () => {} };
  const stdout = {
    ...out,
    write: (text: string) => {
      printed += text;
    },
  };
  const io: Io = { stdout, stderr: out, env: {}, onInterrupt: () => () => {}, now: () => 0 };
  await run([spec], [...argv, '--out', join(root, 'results')], io);
  return argv.includes('--model') ? traceIn(printed) : tableIn(printed);
}

const traceIn = (printed: string): string => printed.slice(printed.indexOf('/*'), printed.indexOf('*/') + 3);

/** Without what differs from machine to machine. */
function tableIn(printed: string): string {
  const lines = printed.split('\n');
  const from = lines.findIndex((line) => /^ +variant /.test(line));
  const rest = lines.slice(from, lines.findIndex((line) => line.startsWith('Written to ')) - 1);
  const end = rest.indexOf('') < 0 ? rest.length : rest.indexOf('');
  const width = rest[0]!.indexOf('transitions') + 'transitions'.length;
  const cut = rest.map((line, i) => (i < end ? line.slice(0, width).trimEnd() : line));
  return `${cut.join('\n')}\n`;
}

export const tutorial = join(ourRoot, 'specs/TUTORIAL.md');

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(tutorial, await withOutputs(readFileSync(tutorial, 'utf8')));
