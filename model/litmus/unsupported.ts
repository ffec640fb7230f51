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
