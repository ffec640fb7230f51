/** Litmus files named on the command line, and herd7's verdicts on them. */
import { readdirSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { readInput } from '../../checker/files/input.ts';
import { UsageError } from '../../checker/system.ts';
import { type Expected, parseVerdicts } from '../../model/litmus/verdicts.ts';

/** The files themselves, and every `.litmus` file below the folders, in order. */
export function litmusFiles(paths: readonly string[]): readonly string[] {
  return paths.flatMap((path) => {
    if (!isFolder(path)) return [path];
    const found = readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.litmus'))
      .sort();
    if (found.length === 0) throw new UsageError(`there is no .litmus file in ${path}`);
    return found.map((name) => join(path, name));
  });
}

/** Whether `path` is a folder; UsageError if there is nothing that can be read. */
export function isFolder(path: string): boolean {
  return reading(path, () => statSync(path).isDirectory());
}

function reading<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UsageError(code === 'ENOENT' ? `there is no ${path}` : `${path} cannot be read (${code})`);
  }
}

/** What herd7 said of a file, or undefined: the table names files relative to its own folder. */
export type Verdicts = (file: string) => Expected | undefined;

export function readVerdicts(table: string): Verdicts {
  const verdicts = parseVerdicts(reading(table, () => readInput(table)));
  const root = dirname(resolve(table));
  return (file) => verdicts.get(relative(root, resolve(file)));
}

/** About `count` items, evenly spread. */
export function sampleOf<T>(items: readonly T[], count: number): readonly T[] {
  if (count >= items.length) return items;
  return Array.from({ length: count }, (_, i) => items[Math.floor((i * items.length) / count)]!);
}
