/** A program's statements as a tree that can be changed in place, each known by the line of kernel source that it is. */
import type { Expr } from './expression.ts';
import type { Stmt } from './statement.ts';

/** A line of kernel source: the function, what stands there, and which of several alike in one body of the function.
 *  Every inlined copy of the function, in every program, has the same lines; the objects and numbers with which a copy
 *  was made are no part of it. */
export interface LineOfSource {
  readonly fn: string;
  readonly head: string;
  readonly nth: number;
}

export type DoStmt = Extract<Stmt, { readonly kind: 'do' }>;

export interface Leaf {
  readonly kind: 'do';
  readonly line: LineOfSource;
  /** Which one of those in its body that read the same. */
  readonly twin: number;
  readonly stmt: DoStmt;
}

/** A statement with statements in it; `otherwise` is empty but for an `if`. */
export interface Block {
  readonly kind: 'call' | 'if' | 'while' | 'optional';
  readonly line: LineOfSource;
  readonly twin: number;
  /** Of a call: the function that is called. */
  readonly fn: string;
  readonly cond: Expr | null;
  readonly body: Node[];
  readonly otherwise: Node[];
}

export type Node = Leaf | Block;

/** The statements of a program, whose own name stands for a function. */
export function treeOf(program: string, body: readonly Stmt[]): Block {
  const line = { fn: program, head: program, nth: 1 };
  const inside = inFunction(program, body);
  return { kind: 'call', line, twin: 1, fn: program, cond: null, body: inside, otherwise: [] };
}

/** Makes nodes of one body of a function, counting lines that look alike. */
function inFunction(fn: string, body: readonly Stmt[]): Node[] {
  const heads = new Map<string, number>();
  const names = new Map<string, number>();
  const node = (s: Stmt): Node => {
    const head = headOf(s);
    const line = { fn, head, nth: counted(heads, head) };
    const twin = counted(names, s.kind === 'do' ? s.text : head);
    if (s.kind === 'do') return { kind: 'do', line, twin, stmt: s };
    const cond = s.kind === 'if' || s.kind === 'while' ? s.cond : null;
    const inside = s.kind === 'call' ? inFunction(s.fn, s.body) : s.body.map(node);
    const otherwise = s.kind === 'if' ? s.otherwise.map(node) : [];
    return { kind: s.kind, line, twin, fn: s.kind === 'call' ? s.fn : fn, cond, body: inside, otherwise };
  };
  return body.map(node);
}

function counted(seen: Map<string, number>, what: string): number {
  const n = (seen.get(what) ?? 0) + 1;
  seen.set(what, n);
  return n;
}

/** What does not change from one inlined copy of a statement to the next. */
function headOf(s: Stmt): string {
  if (s.kind === 'call') return `${s.fn}()`;
  if (s.kind !== 'do') return s.kind;
  const { operation, text } = s;
  const name = /^\w+(?=\()/.exec(text)?.[0] ?? operation.op;
  return 'addr' in operation ? `${name} ${operation.addr.field}` : name;
}

/** The statement's text, and which copy it is if the body has several. */
export const leafName = ({ stmt: { text, operation }, twin }: Leaf): string =>
  twin === 1 ? text || operation.op : `${text || operation.op} #${twin}`;

/** The statements again, each with the text that `textOf` gives it if it has one. */
export const statementsOf = (
  nodes: readonly Node[],
  textOf: (n: Leaf) => string = (n) => n.stmt.text,
): readonly Stmt[] =>
  nodes.map((n): Stmt => {
    if (n.kind === 'do') return n.stmt.text === '' ? n.stmt : { ...n.stmt, text: textOf(n) };
    const body = statementsOf(n.body, textOf);
    if (n.kind === 'call') return { kind: 'call', fn: n.fn, body };
    if (n.kind === 'optional') return { kind: 'optional', body };
    if (n.kind === 'while') return { kind: 'while', cond: n.cond!, body };
    return { kind: 'if', cond: n.cond!, body, otherwise: statementsOf(n.otherwise, textOf) };
  });

export const sameLine = (a: LineOfSource, b: LineOfSource): boolean =>
  a.fn === b.fn && a.head === b.head && a.nth === b.nth;

/** Lists of siblings, outer ones first. */
export function listsOf(block: Block): readonly Node[][] {
  const own = block.otherwise.length === 0 ? [block.body] : [block.body, block.otherwise];
  return own.flatMap((list) => [list, ...list.flatMap((n) => (n.kind === 'do' ? [] : listsOf(n)))]);
}

/** Every node below, in program order. */
export const nodesOf = (n: Node): readonly Node[] =>
  n.kind === 'do' ? [n] : [n, ...n.body.flatMap(nodesOf), ...n.otherwise.flatMap(nodesOf)];

export const leavesOf = (n: Node): readonly Leaf[] => nodesOf(n).filter((x) => x.kind === 'do');
