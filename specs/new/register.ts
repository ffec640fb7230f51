/** specs/index.ts with one spec more. */
import { UsageError } from '../../checker/system.ts';

/** What the list calls a spec: `tg3-tx` is `tg3Tx`. */
export function identifierOf(name: string): string {
  const camel = name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
  return RESERVED.has(camel) ? `${camel}Spec` : camel;
}

/** Words that cannot be imported under their own name, of those that a spec might be called. */
const RESERVED = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval export extends ' +
    'false finally for function if implements import in instanceof interface let new null package private protected ' +
    'public return specs static super switch this throw true try typeof undefined var void while with yield'
  ).split(' '),
);

const IMPORT = /^import (\w+) from '(\.\/[^']+)';$/;

/** The import goes to its place by the alphabet, the spec to the end of the list. */
export function registered(index: string, name: string): string {
  const lines = index.split('\n');
  const own = `./${name}/index.ts`;
  const line = `import ${identifierOf(name)} from '${own}';`;
  const imports = lines.flatMap((text, at) => {
    const [, , path] = IMPORT.exec(text) ?? [];
    return path === undefined ? [] : [{ path, at }];
  });
  const end = lines.lastIndexOf('];');
  if (imports.length === 0 || end < 0)
    throw new UsageError(
      `specs/index.ts is not as expected: no list of specs ends in it. Put there by hand:\n  ${line}\n  and ${identifierOf(name)} into \`specs\``,
    );
  const before = imports.find(({ path }) => inOrder(own, path));
  lines.splice(end, 0, `  ${identifierOf(name)},`);
  lines.splice(before?.at ?? imports.at(-1)!.at + 1, 0, line);
  return lines.join('\n');
}

/** As the linter sorts imports: folder by folder, and numbers in names by their values. */
const inOrder = (a: string, b: string): boolean => sortKey(a) < sortKey(b);
const sortKey = (path: string): string =>
  path.replaceAll('/', '\0').replace(/\d+/g, (digits) => digits.padStart(20, '0'));
