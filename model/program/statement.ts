/** Programs as trees of statements, before they are flattened: what drivers are written in, and what mutants
 *  edit. */
import { ModelBug } from '../contract.ts';
import type { Expr } from './expression.ts';
import { usesOf } from './flow.ts';
import type { Instruction, Operation, Program } from './instruction.ts';
import { inPlaceOf, placed, placeOf } from './places.ts';

export type Stmt =
  /** One instruction. An empty text: not shown in traces, not counted for coverage. */
  | {
      readonly kind: 'do';
      readonly operation: Operation;
      readonly text: string;
      readonly shows?: Instruction['at']['shows'];
    }
  | {
      readonly kind: 'if';
      readonly cond: Expr;
      readonly body: readonly Stmt[];
      readonly otherwise: readonly Stmt[];
    }
  | { readonly kind: 'while'; readonly cond: Expr; readonly body: readonly Stmt[] }
  /** The body of a kernel function, inlined. */
  | { readonly kind: 'call'; readonly fn: string; readonly body: readonly Stmt[] }
  /** Statements that the scenario has no use for but keeps: not counted for coverage. */
  | { readonly kind: 'optional'; readonly body: readonly Stmt[] };

/** A kernel function's body under its name. */
export const call = (fn: string, body: readonly Stmt[]): Stmt => ({ kind: 'call', fn, body });
export const when = (cond: Expr, body: readonly Stmt[], otherwise: readonly Stmt[] = []): Stmt =>
  placed({ kind: 'if', cond, body, otherwise });
export const whilst = (cond: Expr, body: readonly Stmt[]): Stmt => placed({ kind: 'while', cond, body });
export const optional = (body: readonly Stmt[]): Stmt => ({ kind: 'optional', body });

/** What is to become of a program's statements before they are flattened. */
export type Rewrite = (name: string, body: readonly Stmt[]) => readonly Stmt[];

let rewrite: Rewrite | null = null;

/** Does `build`, with every program that it compiles rewritten: a spec's system with a change of which the spec knows
 *  nothing. */
export function rewriting<T>(by: Rewrite, build: () => T): T {
  const outer = rewrite;
  rewrite = by;
  try {
    return build();
  } finally {
    rewrite = outer;
  }
}

/** Flattens statements into a program. `name` is the CPU's. */
export function compile(name: string, body: readonly Stmt[], observed: readonly string[] = []): Program {
  const code: Instruction[] = [];
  emit(code, rewrite === null ? body : rewrite(name, body), { fn: name, covered: true });
  const initial = code.some((i) => usesOf(i).has(IN_INTERRUPT)) ? { [IN_INTERRUPT]: 0 } : {};
  return { name, code, initial, observed };
}

/** The register that tells code whether it runs in an interrupt handler (interrupt.ts). */
export const IN_INTERRUPT = 'in_interrupt()';

interface Scope {
  readonly fn: string;
  readonly covered: boolean;
}

function emit(code: Instruction[], body: readonly Stmt[], scope: Scope): void {
  for (const s of body) {
    if (s.kind === 'do') code.push({ ...s.operation, at: siteOf(s, scope) });
    else if (s.kind === 'call') emit(code, s.body, { ...scope, fn: s.fn });
    else if (s.kind === 'optional') emit(code, s.body, { ...scope, covered: false });
    else if (s.kind === 'if') emitIf(code, s, scope);
    else emitWhile(code, s, scope);
  }
}

const siteOf = (
  { operation, text, shows }: Stmt & { kind: 'do' },
  { fn, covered }: Scope,
): Instruction['at'] =>
  inPlaceOf(operation, shows === undefined ? { fn, text, covered } : { fn, text, covered, shows });

const silent = (fn: string): Instruction['at'] => ({ fn, text: '', covered: false });
const silentAt = (s: Stmt, fn: string): Instruction['at'] => inPlaceOf(s, silent(fn));

/** Reserves an instruction that jumps, to be filled in once its target is known. */
function reserve(code: Instruction[], fn: string): number {
  return code.push({ op: 'jump', to: -1, at: silent(fn) }) - 1;
}

function emitIf(code: Instruction[], s: Stmt & { kind: 'if' }, scope: Scope): void {
  const test = reserve(code, scope.fn);
  emit(code, s.body, scope);
  if (s.otherwise.length === 0) {
    code[test] = { op: 'branch', cond: s.cond, otherwise: code.length, at: silentAt(s, scope.fn) };
    return;
  }
  const skip = reserve(code, scope.fn);
  code[test] = { op: 'branch', cond: s.cond, otherwise: code.length, at: silentAt(s, scope.fn) };
  emit(code, s.otherwise, scope);
  code[skip] = { op: 'jump', to: code.length, at: silent(scope.fn) };
}

function emitWhile(code: Instruction[], s: Stmt & { kind: 'while' }, scope: Scope): void {
  const test = reserve(code, scope.fn);
  emit(code, s.body, scope);
  code.push({ op: 'jump', to: test, at: silent(scope.fn) });
  code[test] = { op: 'branch', cond: s.cond, otherwise: code.length, at: silentAt(s, scope.fn) };
}

/** A change to a program: the statement with this text in this kernel function is replaced. */
export interface Edit {
  readonly fn: string;
  readonly text: string;
  readonly by: readonly Stmt[];
}

/** Leaves a statement out. */
export const drop = (fn: string, text: string): Edit => placed({ fn, text, by: [] });
/** Puts other statements in a statement's place. */
export const replace = (fn: string, text: string, by: readonly Stmt[]): Edit => placed({ fn, text, by });

/** Applies an edit wherever it matches. Throws ModelBug if it matches nothing, so that a mutant is never the
 *  original in disguise. */
export function edit(body: readonly Stmt[], e: Edit, fn = ''): readonly Stmt[] {
  let hits = 0;
  const seen: Pick<Edit, 'fn' | 'text'>[] = [];
  const walk = (stmts: readonly Stmt[], inFn: string): readonly Stmt[] =>
    stmts.flatMap((s): readonly Stmt[] => {
      if (s.kind === 'do') {
        seen.push({ fn: inFn, text: s.text });
        if (inFn !== e.fn || s.text !== e.text) return [s];
        hits += 1;
        return e.by;
      }
      if (s.kind === 'if')
        return [inPlaceOf(s, { ...s, body: walk(s.body, inFn), otherwise: walk(s.otherwise, inFn) })];
      return [inPlaceOf(s, { ...s, body: walk(s.body, s.kind === 'call' ? s.fn : inFn) })];
    });
  const result = walk(body, fn);
  if (hits === 0)
    throw new ModelBug(`no statement '${e.text}' in ${e.fn}() to change${placeOf(e)}\n${insteadOf(e, seen)}`);
  return result;
}

/** What could have been meant. */
function insteadOf({ fn }: Edit, seen: readonly Pick<Edit, 'fn' | 'text'>[]): string {
  const listed = (all: readonly string[]): string => [...new Set(all)].map((it) => `\n    ${it}`).join('');
  const here = seen.filter((s) => s.fn === fn && s.text !== '');
  if (here.length > 0) return `  ${fn}() has:${listed(here.map(({ text }) => text))}`;
  return `  there is no ${fn}(); there are:${listed(seen.map((s) => `${s.fn}()`))}`;
}
