/** A place in a litmus file, counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** The file is not a litmus test that we can read: where, and what was expected there. */
export class LitmusSyntaxError extends Error {
  override name = 'LitmusSyntaxError';
}

/** The file is a litmus test, but says something that has no translation; running it would be guessing. */
export class Unsupported extends Error {
  override name = 'Unsupported';
  /** Without the place, so that reports can group tests by it. */
  readonly reason: string;

  constructor(reason: string, at?: Position) {
    super(at === undefined ? reason : `line ${at.line}, column ${at.column}: ${reason}`);
    this.reason = reason;
  }
}

/** What a message quotes of a file: on a terminal nothing but text, and of a long line only what is around `column`. */
export function quoted(line: string, column = 1): string {
  const visible = line.replace(/\p{C}/gu, '?');
  if (visible.length <= LONG) return visible;
  const from = Math.max(0, Math.min(column - LONG / 2, visible.length - LONG));
  const [before, after] = [from > 0 ? '...' : '', from + LONG < visible.length ? '...' : ''];
  return `${before}${visible.slice(from, from + LONG)}${after}`;
}

const LONG = 160;
