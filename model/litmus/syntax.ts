/** The tree that the grammar makes of a litmus file. */
import type { Value } from '../program/expression.ts';
import { parse } from './aarch64.generated.js';
import type { Condition, Place, Quantifier } from './condition.ts';
import { LitmusSyntaxError, type Position } from './unsupported.ts';

export type Operand =
  | { readonly kind: 'register'; readonly text: string; readonly width: 'W' | 'X' }
  | { readonly kind: 'immediate'; readonly value: number }
  | { readonly kind: 'memory'; readonly parts: readonly Operand[]; readonly writeback: boolean }
  /** A barrier's domain, a condition code, an extension (`SXTW`, `LSL #2`), or, as written, a label. */
  | { readonly kind: 'word'; readonly text: string; readonly label: string };

export interface AssemblyLine {
  readonly mnemonic: string;
  readonly operands: readonly Operand[];
  readonly text: string;
  readonly at: Position;
}

/** One cell of the table of code. */
export interface Cell {
  readonly labels: readonly string[];
  readonly instruction: AssemblyLine | null;
}

export type InitItem =
  | {
      readonly kind: 'register';
      readonly thread: number;
      readonly register: string;
      readonly value: Value;
      readonly at: Position;
    }
  | { readonly kind: 'variable'; readonly variable: string; readonly value: Value; readonly at: Position };

export interface LitmusSyntax {
  readonly name: string;
  readonly init: readonly InitItem[];
  readonly threads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  readonly locations: readonly Place[];
  readonly filter: Condition | null;
  readonly quantifier: Quantifier;
  readonly condition: Condition;
}

/** Parses an AArch64 litmus file. */
export function parseLitmus(text: string): LitmusSyntax {
  try {
    return parse(text) as LitmusSyntax;
  } catch (error) {
    if (!isPeggyError(error)) throw error;
    const { line, column } = error.location.start;
    throw new LitmusSyntaxError(
      `line ${line}, column ${column}: ${error.message}\n  ${text.split('\n')[line - 1]}`,
    );
  }
}

function isPeggyError(error: unknown): error is Error & { readonly location: { readonly start: Position } } {
  return error instanceof Error && 'location' in error;
}
