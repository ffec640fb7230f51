/** Runs mutants, each in a process and a copy of the sources of its own, two at a time. */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Mutant } from './mutant.ts';
import type { Found } from './mutants-child.ts';
import { type Family, families } from './mutants-families.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A mutant that its family has not decided by then is not killed. */
const SECONDS = 120;

export type Fate =
  | { readonly kind: 'killed'; readonly test: string; readonly how: string; readonly tests: number }
  | { readonly kind: 'survived'; readonly tests: number }
  | { readonly kind: 'undecided'; readonly tests: number };

/** How often `find` occurs in the file, in these sources. */
export function occurrences({ file, find }: Mutant, from = root): number {
  return readFileSync(join(from, file), 'utf8').split(find).length - 1;
}

const children = new Set<ChildProcess>();

/** Makes room for copies, and sees to it that neither they nor processes stay behind. */
export function workshop(): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-mutants-'));
  process.on('exit', () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(130));
  return folder;
}

function copySources(to: string): void {
  for (const part of ['model', 'checker', 'specs', 'package.json'])
    cpSync(join(root, part), join(to, part), { recursive: true });
  symlinkSync(join(root, 'node_modules'), join(to, 'node_modules'));
}

export async function fate(mutant: Mutant, folder: string, corpus: string): Promise<Fate> {
  const copy = mkdtempSync(join(folder, 'copy-'));
  copySources(copy);
  const path = join(copy, mutant.file);
  const [before, after] = readFileSync(path, 'utf8').split(mutant.find);
  writeFileSync(path, `${before}${mutant.replace}${after}`);
  const found = await ask(copy, { families: [mutant.family], corpus, only: null });
  rmSync(copy, { recursive: true, force: true });
  if (found === null) return { kind: 'undecided', tests: 0 };
  if (typeof found === 'string') return { kind: 'killed', test: '', how: found, tests: 0 };
  const [wrong] = found.wrong;
  if (wrong === undefined) return { kind: 'survived', tests: found.tests };
  const how = `${wrong.expected}, here ${wrong.here}`;
  return { kind: 'killed', test: wrong.test, how, tests: found.tests };
}

/** Of these tests, those that the sources as they are get wrong: they can kill nothing. */
export async function wrongAnyway(
  tests: readonly string[],
  folder: string,
  corpus: string,
): Promise<Found['wrong']> {
  const copy = mkdtempSync(join(folder, 'copy-'));
  copySources(copy);
  const found = await ask(copy, { families: Object.keys(families) as Family[], corpus, only: tests });
  if (found === null || typeof found === 'string') throw new Error(`without a mutant: ${found ?? 'no end'}`);
  if (found.tests !== tests.length)
    throw new Error(`${tests.length} tests kill, but only ${found.tests} are found`);
  return found.wrong;
}

/** What the child found, or how it ended without an answer; null if it did not end. */
function ask(copy: string, question: object): Promise<Found | string | null> {
  return new Promise((resolve) => {
    const script = join(copy, 'specs/litmus/mutants-child.ts');
    const child = spawn(process.execPath, ['--import', 'tsx', script, JSON.stringify(question)], {
      cwd: copy,
    });
    children.add(child);
    const [out, err]: [string[], string[]] = [[], []];
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
    }, SECONDS * 1000);
    child.stdout.on('data', (text) => out.push(String(text)));
    child.stderr.on('data', (text) => err.push(String(text)));
    child.on('close', (code) => {
      clearTimeout(timer);
      children.delete(child);
      if (late) resolve(null);
      else if (code === 0) resolve(JSON.parse(out.join('')));
      else resolve(`by a crash: ${/\w*Error.*/.exec(err.join(''))?.[0] ?? `exit code ${code}`}`);
    });
  });
}
