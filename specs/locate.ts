/** Finds in our sources where a variant is declared and where a kernel function is written down, for reports that lead
 *  there. Static and approximate: it looks for names in the text of the files that a spec imports, nearest first. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Locate, Location } from '../checker/gate/locate.ts';

const ours = fileURLToPath(new URL('..', import.meta.url));

/** Looks below `root`, each file once. */
export function locateIn(root: string = ours): Locate {
  const texts = new Map<string, string>();
  const orders = new Map<string, readonly string[]>();
  const found = new Map<string, Location | null>();

  function textOf(file: string): string {
    const known = texts.get(file) ?? readFileSync(join(root, file), 'utf8');
    texts.set(file, known);
    return known;
  }

  /** The spec's own files, index.ts first, and what they import, breadth first. */
  function filesOf(spec: string): readonly string[] {
    const known = orders.get(spec);
    if (known !== undefined) return known;
    const files = ownFiles(root, spec);
    for (const file of files) {
      for (const imported of importsOf(file, textOf(file)))
        if (!files.includes(imported) && existsSync(join(root, imported))) files.push(imported);
    }
    orders.set(spec, files);
    return files;
  }

  function remembered(key: string, find: () => Location | null): Location | null {
    if (!found.has(key)) found.set(key, find());
    return found.get(key) ?? null;
  }

  function first(files: readonly string[], patterns: readonly RegExp[]): Location | null {
    for (const pattern of patterns) {
      for (const file of files) {
        const at = textOf(file).search(pattern);
        if (at >= 0) return { file, line: lineAt(textOf(file), at) };
      }
    }
    return null;
  }

  return {
    variant: (spec, variant) =>
      remembered(`${spec}/${variant}`, () => {
        const files = ownFiles(root, spec);
        return first(files, [...variantPatterns(variant), /^/]);
      }),
    // CPU0 and its like are programs: what stands in no function of theirs is the scenario's.
    fn: (spec, fn) =>
      remembered(`${spec}: ${fn}`, () =>
        /^[a-z_]/.test(fn) ? first(filesOf(spec), functionPatterns(fn)) : null,
      ),
  };
}

/** The spec's sources, index.ts first; none if there is no such spec. */
function ownFiles(root: string, spec: string): string[] {
  const folder = join('specs', spec);
  if (!existsSync(join(root, folder, 'index.ts'))) return [];
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).sort();
  const others = names.filter((it) => it.endsWith('.ts') && !it.endsWith('.test.ts') && it !== 'index.ts');
  return ['index.ts', ...others].map((it) => join(folder, it).replaceAll('\\', '/'));
}

function importsOf(file: string, text: string): readonly string[] {
  const named = text.matchAll(/^\s*(?:import|export)\b[^'";]*?\bfrom\s*'(\.[^']+)'/gm);
  return [...named].map(([, from = '']) => normalize(join(dirname(file), from)).replaceAll('\\', '/'));
}

/** `name: 'name'`, `variant('name'`, the name as any string, then as one that is put together: `a, ${b}`. */
function variantPatterns(name: string): readonly RegExp[] {
  const quoted = `(['"\`])${escaped(name)}\\1`;
  return [
    new RegExp(`\\bname:\\s*${quoted}`),
    new RegExp(`\\b\\w+\\(\\s*${quoted}\\s*,`),
    new RegExp(quoted),
    new RegExp(`\`${escaped(name.split(', ')[0] ?? '')}, \\$\\{`),
  ];
}

/** What only uses a function's name: the names of its locals, and changes to it. */
const users = 'locals|drop|replace|replaceCalls|replaceNth|insert\\w*|interrupts|lockValue';

/** Its declaration, `call('fn'`, then its name as any string that is not only a use. */
function functionPatterns(fn: string): readonly RegExp[] {
  const name = escaped(fn);
  return [
    new RegExp(`\\bfunction ${name}\\b|\\bconst ${name} = [^'\\n]*=>|\\bcall\\(\\s*'${name}'`),
    new RegExp(`(?<!\\b(?:${users})\\([^()\\n]*)'${name}'`),
  ];
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}
