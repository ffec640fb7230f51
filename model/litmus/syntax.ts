/** The tree that the grammar makes of an AArch64 litmus file. */
import type { Value } from '../program/expression.ts';
import { parse } from './aarch64.generated.js';
import { parsed, type Question } from './dialect.ts';
import type { Position } from './unsupported.ts';

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

export interface LitmusSyntax extends Question {
  readonly init: readonly InitItem[];
  readonly threads: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Parses an AArch64 litmus file. */
export function parseLitmus(text: string): LitmusSyntax {
  return parsed(parse, text) as LitmusSyntax;
}
