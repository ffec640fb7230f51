/** Says what is wrong with the sources where heddle cannot even start: which line, and no stack trace. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const MOST = 5;

/** What to print. `root` is the folder above model/, checker/ and specs/. */
export function explained(error, root) {
  const mistakes = mistakesIn(error, root);
  const shown = mistakes.slice(0, MOST).map((it) => textOf(it, root));
  const more = mistakes.length - shown.length;
  const debug = 'HEDDLE_DEBUG=1 shows where it comes from.';
  return [
    ...shown,
    ...(more > 0 ? [`and ${more} more like these`] : []),
    ...(mistakes.some(({ place }) => place) ? [] : [`  ${debug}`]),
  ].join('\n');
}

/** esbuild's errors, one for each place; else what was thrown while the sources were loaded. */
function mistakesIn(error, root) {
  if (Array.isArray(error?.errors) && error.errors.length > 0)
    return error.errors.map(({ text, location, notes = [] }) => ({
      text: [text, ...notes.map((note) => note.text)].join('\n  '),
      place: location && {
        file: location.file.replace(`${root}`, ''),
        line: location.line,
        column: location.column + 1,
      },
    }));
  return [{ text: wordsOf(error, root), place: placeIn(error?.stack ?? '') }];
}

function wordsOf(error, root) {
  const message = error instanceof Error ? error.message : String(error);
  const words = message.replaceAll(`file://${root}`, '').replaceAll(root, '');
  if (error?.name === 'ReferenceError') return `${words}: is it imported, or declared before it is used?`;
  if (/does not provide an export named/.test(words)) return `${words}: is it spelt so there?`;
  return words;
}

/** The innermost line of ours. */
function placeIn(stack) {
  const frame = /\/((?:specs|model|checker)\/[^\s:()]+\.ts):(\d+)(?::(\d+))?/.exec(stack);
  return frame && { file: frame[1], line: Number(frame[2]), column: Number(frame[3] ?? 1) };
}

/** `specs/a/scenario.ts:12:3: what is wrong`, and the line itself. */
function textOf({ text, place }, root) {
  if (!place) return `heddle: ${text}`;
  const { file, line, column } = place;
  return [`heddle: ${file}:${line}:${column}: ${text}`, ...lineOf(root, place)].join('\n');
}

function lineOf(root, { file, line, column }) {
  try {
    const text = readFileSync(join(root, file), 'utf8').split('\n')[line - 1] ?? '';
    const margin = `  ${line} | `;
    return [`${margin}${text}`, `${' '.repeat(margin.length - 2)}| ${' '.repeat(column - 1)}^`];
  } catch {
    return [];
  }
}
