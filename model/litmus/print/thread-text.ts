/** A thread of a litmus test as a function in C. */
import type { Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Op } from './op.ts';
import { lineOf } from './op-text.ts';
import { NO_INSTRUCTION, plain, type Thread } from './threads.ts';
import type { Tokens } from './tokens.ts';

export interface ThreadText {
  readonly text: string;
  /** What it read in the run, as conditions. */
  readonly read: readonly string[];
}

const STORES: ReadonlySet<Op['what']> = new Set(['store', 'rmw', 'cas', 'free', 'call']);
/** Where sections begin and end, which is in no branch. */
const SECTIONS: ReadonlySet<Op['what']> = new Set(['lock', 'unlock', 'rcu', 'synchronize']);

export function threadText(
  thread: Thread,
  n: number,
  names: ReadonlyMap<Loc, string>,
  tokens: Tokens,
): ThreadText {
  return new Body(thread, n, names, tokens).whole();
}

class Body {
  private readonly registers = new Map<Op, string>();
  private readonly lines: string[] = [];
  private readonly params = new Set<string>();
  private readonly read: string[] = [];
  /** What is tested by the braces that are open, and what was by those closed at the ends of critical sections. */
  private readonly open: Op[][] = [];
  private readonly closed = new Set<Op>();
  private readonly thread: Thread;
  private readonly n: number;
  private readonly names: ReadonlyMap<Loc, string>;
  private readonly tokens: Tokens;

  constructor(thread: Thread, n: number, names: ReadonlyMap<Loc, string>, tokens: Tokens) {
    this.thread = thread;
    this.n = n;
    this.names = names;
    this.tokens = tokens;
  }

  whole(): ThreadText {
    const { ops, kind, object } = this.thread;
    if (kind === 'callback') this.waits(`called_${object}`);
    if (kind === 'walk') this.walk();
    else this.operations();
    this.close();
    for (let k = sectionsOpen(ops); k > 0; k--) this.emit('rcu_read_unlock();');
    for (const lock of locksHeld(ops)) this.emit(`spin_unlock(${this.names.get(lock)});`);
    const { registers, tokens, params } = this;
    const declared = [...registers.values()].map(
      (r) => `\tint ${tokens.pointerRegister(registers, r) ? '*' : ''}${r};\n`,
    );
    const list = parameters(
      [...params].map((p) => `${tokens.typeOf(p)}${p}`),
      `P${this.n}(`,
    );
    const blank = declared.length > 0 ? '\n' : '';
    const lines = this.lines.map((l) => `${l}\n`).join('');
    return { text: `\nP${this.n}(${list})\n{\n${declared.join('')}${blank}${lines}}\n`, read: this.read };
  }

  /** The grace period begins with the call. */
  private waits(flag: string): void {
    const call: Op = { ...plain, what: 'load', i: NO_INSTRUCTION, loc: null, read: 1 };
    this.emit(`${this.result(call)} = smp_load_acquire(${this.parameter(flag)});`);
    this.test([call]);
    this.emit('synchronize_rcu();');
  }

  private walk(): void {
    const { ops, levels = [] } = this.thread;
    const ends = levels.map((_, k) => levels.slice(0, k).reduce((sum, of) => sum + of, 0)).slice(1);
    ops.forEach((op, k) => {
      if (ends.includes(k)) this.emit('smp_rmb(); // a walk depends on what it has read');
      this.say(op);
    });
  }

  private operations(): void {
    let fn = '';
    for (const op of this.thread.ops) {
      if (SECTIONS.has(op.what)) this.close();
      const again = STORES.has(op.what) ? [...this.closed] : [];
      const base = op.base !== null && this.tokens.mayBeOther(op.base) ? [op.base] : [];
      this.test([...again, ...op.tests, ...base]);
      if (op.i.at.fn !== fn && this.thread.kind === 'cpu') {
        fn = op.i.at.fn;
        this.emit(`// ${fn}()`);
      }
      this.say(op);
    }
  }

  private say(op: Op): void {
    this.emit(
      lineOf(op, {
        cell: (of) => this.cell(of),
        result: (of) => this.result(of),
        stored: (of) =>
          (of.from === null ? undefined : this.registers.get(of.from)) ?? this.token(of.written!),
        token: (value) => this.token(value),
        parameter: (name) => this.parameter(name),
        isAtomic: (loc) => this.tokens.isAtomic(loc),
      }),
    );
  }

  private emit(line: string): void {
    this.lines.push(`${'\t'.repeat(this.open.length + 1)}${line}`);
  }

  /** What follows is done if these loads read what they did. */
  private test(ops: readonly Op[]): void {
    const known = new Set(this.open.flat());
    const all = [...new Set(ops)].filter(
      (op) => !known.has(op) && this.registers.has(op) && op.read !== undefined,
    );
    if (all.length === 0) return;
    const tests = all.map((op) => `${this.registers.get(op)} == ${this.token(op.read!)}`);
    const [first = '', ...rest] = tests.length === 1 ? tests : tests.map((t) => `(${t})`);
    const indent = '\t'.repeat(this.open.length + 1);
    let line = `if (${first}`;
    for (const t of rest) {
      const fits = 8 * (this.open.length + 1) + line.length - line.lastIndexOf('\n') + t.length < 78;
      line += fits ? ` & ${t}` : ` &\n${indent}    ${t}`;
    }
    this.emit(`${line}) {`);
    this.open.push(all);
    for (const op of all) this.closed.delete(op);
  }

  private close(): void {
    for (let of = this.open.pop(); of !== undefined; of = this.open.pop()) {
      this.emit('}');
      for (const op of of) this.closed.add(op);
    }
  }

  private cell({ base, loc }: Op): string {
    const register =
      base === null || !this.tokens.isAddress(base.read) ? undefined : this.registers.get(base);
    return register ?? this.parameter(this.names.get(loc!)!);
  }

  private token(value: Value): string {
    const text = this.tokens.of(value);
    return this.tokens.isAddress(value) ? this.parameter(text) : text;
  }

  private result(op: Op): string {
    const register = `r${this.registers.size}`;
    this.registers.set(op, register);
    if (op.read !== undefined) this.read.push(`${this.n}:${register}=${this.token(op.read)}`);
    return register;
  }

  private parameter(name: string): string {
    this.params.add(name);
    return name;
  }
}

/** Locks that are held where the run ends. */
function locksHeld(ops: readonly Op[]): readonly Loc[] {
  const held = new Set<Loc>();
  for (const { what, loc } of ops) {
    if (what === 'lock') held.add(loc!);
    if (what === 'unlock') held.delete(loc!);
  }
  return [...held];
}

/** Read-side sections that the run ends in. */
const sectionsOpen = (ops: readonly Op[]): number =>
  ops.reduce(
    (open, { what, i }) => open + (what !== 'rcu' || i.op !== 'rcu' ? 0 : i.what === 'lock' ? 1 : -1),
    0,
  );

/** In lines of at most 80, with tabs of 8. */
function parameters(all: readonly string[], before: string): string {
  let width = before.length;
  return all
    .map((p, k) => {
      const fits = k === 0 || width + p.length + 2 < 80;
      width = fits ? width + p.length + 2 : 8 + p.length;
      return `${k === 0 ? '' : fits ? ', ' : ',\n\t'}${p}`;
    })
    .join('');
}
