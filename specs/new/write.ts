/** Makes the folder of a new spec from a template: a spec of ours that is checked like any other. */
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../checker/files/lock.ts';
import { reason } from '../../checker/files/reason.ts';
import { writeFileWhole } from '../../checker/files/whole.ts';
import { UsageError } from '../../checker/system.ts';
import { registered } from './register.ts';

export const templates = ['cpu', 'smmu'] as const;
export type Template = (typeof templates)[number];

/** So long a name still fits where the templates have theirs. */
const LONGEST = 40;

/** Throws a UsageError that says what a name may be. */
export function assertName(name: string): void {
  const wrong = `'${name}' cannot be the name of a spec: `;
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    const proposal = name
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[-0-9]+|-+$/g, '');
    throw new UsageError(
      `${wrong}small letters, digits and single hyphens, a letter first${proposal === '' ? '' : `, as in '${proposal}'`}`,
    );
  }
  if (name.length > LONGEST) throw new UsageError(`${wrong}at most ${LONGEST} characters`);
}

/** The files of the template, by their names, as the spec `name` has them. */
export function filesOf(root: string, from: Template, name: string): ReadonlyMap<string, string> {
  const read = (file: string): string =>
    readFileSync(join(root, 'specs/new', from, file), 'utf8')
      // A spec's folder is one level higher than the template's.
      .replace(/(from '|import\(')\.\.\/(\.\.\/)/g, '$1$2')
      .replaceAll("'template'", `'${name}'`);
  return new Map([
    ['index.ts', read('index.ts')],
    ['scenario.ts', read('scenario.ts')],
    [`${name}.test.ts`, read(`${from}.test.ts`)],
  ]);
}

/** Writes specs/NAME/ and names it in specs/index.ts; returns the files written, from the root. */
export function writeSpec(root: string, from: Template, name: string): readonly string[] {
  assertName(name);
  const folder = join(root, 'specs', name);
  const list = join(root, 'specs/index.ts');
  try {
    const files = filesOf(root, from, name);
    let isMade = false;
    // Another `heddle new` at the same time would lose one of the two.
    withLock(join(root, 'specs/.heddle.lock'), (stillHeld) => {
      const index = readFileSync(list, 'utf8');
      const isListed = index.includes(`'./${name}/index.ts'`);
      const after = isListed ? index : registered(index, name);
      if (!isMade && existsSync(folder))
        throw new UsageError(`specs/${name} exists already: choose another name, or edit it`);
      if (!isMade) appear(folder, join(root, 'specs'), files);
      isMade = true;
      if (!isListed) writeFileWhole(list, after, { beforeMove: stillHeld });
    });
    return [...[...files.keys()].map((file) => `specs/${name}/${file}`), 'specs/index.ts'];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError(`specs/${name} could not be written: ${reason(error)}`);
  }
}

/** The folder appears with all its files, or not at all. */
function appear(folder: string, beside: string, files: ReadonlyMap<string, string>): void {
  const unfinished = mkdtempSync(join(beside, '.new-'));
  try {
    // Others may read it, as they may any folder here: mkdtemp lets only its owner.
    const made = join(unfinished, 'spec');
    mkdirSync(made);
    for (const [file, text] of files) writeFileSync(join(made, file), text);
    renameSync(made, folder);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
