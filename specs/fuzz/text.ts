/** Ways to spoil a text. A text is a string of bytes here (latin1), so that any byte can come about. */
import fc from 'fast-check';

/** One thing done to a text; `at` is a place in it, from 0 to 1. */
export type Edit =
  | { readonly kind: 'byte'; readonly at: number; readonly byte: number }
  | { readonly kind: 'cut'; readonly at: number }
  | { readonly kind: 'drop' | 'double'; readonly at: number; readonly tokens: number }
  | { readonly kind: 'swap' | 'copy'; readonly at: number; readonly other: number }
  | { readonly kind: 'insert' | 'replace'; readonly at: number; readonly text: string }
  | { readonly kind: 'repeat'; readonly at: number; readonly text: string; readonly times: number }
  | { readonly kind: 'lines'; readonly end: string };

/** Evenly spread, as fc.double is not. */
const place = fc.nat({ max: 999_999 }).map((n) => n / 1e6);
const few = fc.integer({ min: 1, max: 12 });

/** Edits with the given words among what is put in. */
export function edits(words: readonly string[]): fc.Arbitrary<readonly Edit[]> {
  const text = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...words, ...hostile) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 8 }).map(bytes) },
  );
  const opening = fc.constantFrom(...openings, ...words);
  const times = fc.constantFrom(2, 30, 400, 20_000);
  const edit: fc.Arbitrary<Edit> = fc.oneof(
    fc.record({ kind: fc.constant('byte'), at: place, byte: fc.integer({ min: 0, max: 255 }) }),
    fc.record({ kind: fc.constant('cut'), at: place }),
    fc.record({ kind: fc.constantFrom('drop', 'double'), at: place, tokens: few }),
    fc.record({ kind: fc.constantFrom('swap', 'copy'), at: place, other: place }),
    fc.record({ kind: fc.constantFrom('insert', 'replace'), at: place, text }),
    fc.record({ kind: fc.constant('repeat'), at: place, text: opening, times }),
    fc.record({ kind: fc.constant('lines'), end: fc.constantFrom('\r\n', '\r', ' ', '') }),
  );
  return fc.array(edit, { minLength: 1, maxLength: 4 });
}

const openings = [
  '(',
  '[',
  '{',
  'not ',
  '!',
  '-',
  '~',
  '*',
  '(* ',
  '/*',
  'if (1) {',
  '((int *)',
  '1+',
  ' ',
  '\n',
  'x',
];

/** What programs that read texts have stumbled over. */
const hostile = [
  '\0',
  '\xff\xfe',
  '\xef\xbb\xbf',
  '\r\n',
  '0',
  '-1',
  '2147483648',
  '4294967296',
  '9007199254740993',
  '18446744073709551616',
  '1e999',
  '0x',
  '9'.repeat(400),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '',
  '"',
  "'",
  '\\',
  '%s',
  'NaN',
  'null',
  'undefined',
];

function bytes(text: string): string {
  return Buffer.from(text).toString('latin1');
}

/** The text after all edits. */
export function edited(text: string, all: readonly Edit[]): string {
  return all.reduce(afterEdit, text);
}

function afterEdit(text: string, edit: Edit): string {
  if (edit.kind === 'lines') return text.replaceAll('\n', edit.end);
  const at = Math.floor(edit.at * text.length);
  if (edit.kind === 'byte') return text.slice(0, at) + String.fromCharCode(edit.byte) + text.slice(at + 1);
  if (edit.kind === 'cut') return text.slice(0, at);
  const tokens = text.match(/\s+|\w+|[^\s\w]/g) ?? [];
  const i = Math.floor(edit.at * tokens.length);
  switch (edit.kind) {
    case 'drop':
      return tokens.toSpliced(i, edit.tokens).join('');
    case 'double':
      return tokens.toSpliced(i, 0, ...tokens.slice(i, i + edit.tokens)).join('');
    case 'insert':
      return tokens.toSpliced(i, 0, edit.text).join('');
    case 'replace':
      return tokens.toSpliced(i, 1, edit.text).join('');
    case 'repeat':
      return tokens.toSpliced(i, 0, edit.text.repeat(edit.times)).join('');
    case 'copy':
      return tokens.toSpliced(i, 0, tokens[Math.floor(edit.other * tokens.length)] ?? '').join('');
    case 'swap':
      return swapped(tokens, i, Math.floor(edit.other * tokens.length)).join('');
  }
}

function swapped(tokens: readonly string[], i: number, j: number): readonly string[] {
  if (tokens.length === 0) return tokens;
  return tokens.with(i, tokens[j] ?? '').with(j, tokens[i] ?? '');
}
