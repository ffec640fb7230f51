/** The tree that the grammar makes of a litmus file in the kernel's C dialect. Casts leave no trace in it. */
import type { Value } from '../program/expression.ts';
import { parse } from './c.generated.js';
import { parsed, type Question } from './dialect.ts';
import type { Position } from './unsupported.ts';

export type CExpr = { readonly at: Position } & (
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'unary'; readonly op: '*' | '&' | '!' | '~' | '-'; readonly operand: CExpr }
  | { readonly kind: 'binary'; readonly op: string; readonly left: CExpr; readonly right: CExpr }
  | { readonly kind: 'conditional'; readonly cond: CExpr; readonly then: CExpr; readonly otherwise: CExpr }
  | { readonly kind: 'index'; readonly array: CExpr; readonly index: CExpr }
  | CCall
);

export interface CCall {
  readonly kind: 'call';
  readonly fn: string;
  readonly args: readonly CExpr[];
  readonly at: Position;
}

export type CStmt =
  | { readonly kind: 'block'; readonly body: readonly CStmt[] }
  | { readonly kind: 'declare'; readonly name: string; readonly value: CExpr | null; readonly at: Position }
  | { readonly kind: 'assign'; readonly target: CExpr; readonly value: CExpr; readonly at: Position }
  | { readonly kind: 'evaluate'; readonly value: CExpr }
  | {
      readonly kind: 'if';
      readonly cond: CExpr;
      readonly body: readonly CStmt[];
      readonly otherwise: readonly CStmt[];
    }
  /** A `for` is one in a block; `do` tests after the body. */
  | {
      readonly kind: 'while';
      readonly cond: CExpr;
      readonly body: readonly CStmt[];
      readonly tested: 'before' | 'after';
    }
  | { readonly kind: 'refused'; readonly what: string; readonly at: Position };

export interface CThread {
  readonly name: string;
  /** null for `void`. */
  readonly parameters: readonly (string | null)[];
  readonly body: readonly CStmt[];
  readonly at: Position;
}

export type CInitItem = { readonly at: Position } & (
  | { readonly kind: 'register'; readonly thread: number; readonly register: string; readonly value: Value }
  /** `length`: of an array, as declared. */
  | {
      readonly kind: 'variable';
      readonly variable: string;
      readonly length: number | null;
      readonly values: readonly Value[];
    }
);

export interface CSyntax extends Question {
  readonly init: readonly CInitItem[];
  readonly threads: readonly CThread[];
}

export function parseC(text: string): CSyntax {
  return parsed(parse, text) as CSyntax;
}

/** Every statement of a body, blocks opened, in order. */
export function* statementsIn(body: readonly CStmt[]): Generator<CStmt> {
  for (const s of body) {
    yield s;
    if (s.kind === 'block' || s.kind === 'if' || s.kind === 'while') yield* statementsIn(s.body);
    if (s.kind === 'if') yield* statementsIn(s.otherwise);
  }
}

/** Every call in a body, in the order of the text. */
export function callsIn(body: readonly CStmt[]): readonly CCall[] {
  const calls: CCall[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('kind' in part && part.kind === 'call') calls.push(part as CCall);
    for (const inner of Object.values(part)) visit(inner);
  };
  visit(body);
  return calls;
}
