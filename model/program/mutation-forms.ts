/** Weaker forms of one statement, each one step down. */

import type { Address } from './instruction.ts';
import * as kernel from './kernel.ts';
import type { DoStmt } from './mutation-tree.ts';
import type { Stmt } from './statement.ts';
import { exprText, placeText } from './text.ts';

export interface Form {
  /** What it is called: `smp_wmb()`. */
  readonly name: string;
  readonly stmt: Stmt;
}

export type FormSort = 'fence' | 'acquire or release' | 'atomic' | 'lock' | 'RCU';

export function weakerForms(s: DoStmt): { readonly sort: FormSort; readonly forms: readonly Form[] } | null {
  const { operation: o, text } = s;
  if (o.op === 'fence') return { sort: 'fence', forms: fences(text) };
  if (o.op === 'kfree_rcu')
    return { sort: 'RCU', forms: [{ name: 'kfree()', stmt: kernel.kfree(o.pointer) }] };
  const sort = isLocking(text) ? 'lock' : 'acquire or release';
  const relaxed = (operation: DoStmt['operation'], as: string): readonly Form[] => [
    { name: as.replace(/^\(void\)/, '').replace(/\(.*/s, '()'), stmt: { ...s, operation, text: as } },
  ];
  if (o.op === 'load' && o.order !== 'plain')
    return { sort, forms: relaxed({ ...o, order: 'plain' }, `READ_ONCE(${placeText(o.addr)})`) };
  if (o.op === 'await' && o.order === 'acquire')
    return { sort, forms: relaxed({ ...o, order: 'plain' }, text.replace('_acquire', '_relaxed')) };
  if (o.op === 'store' && o.order === 'release') {
    const as =
      sort === 'lock' ? suffixed(text, '_relaxed') : `WRITE_ONCE(${placeText(o.addr)}, ${exprText(o.value)})`;
    return { sort, forms: relaxed({ ...o, order: 'plain' }, as) };
  }
  if (o.op === 'blockingRmw' && o.acquire)
    return { sort: 'lock', forms: relaxed({ ...o, acquire: false }, suffixed(text, '_relaxed')) };
  if ((o.op !== 'rmw' && o.op !== 'cas') || (!o.acquire && !o.release)) return null;
  const half = (acquire: boolean, release: boolean, name: string): readonly Form[] =>
    relaxed({ ...o, acquire, release }, suffixed(text, name));
  const forms = [
    ...(o.acquire && o.release ? [...half(true, false, '_acquire'), ...half(false, true, '_release')] : []),
    ...half(false, false, '_relaxed'),
  ];
  return { sort: isLocking(text) ? 'lock' : 'atomic', forms };
}

const isLocking = (text: string): boolean => /^\w*(un)?lock\(/.test(text);

/** `xchg_acquire(...)` for `xchg(...)`, and for what has another suffix. */
const suffixed = (text: string, suffix: string): string =>
  text.replace(/^((?:\(void\))?\w+?)(_acquire|_release|_relaxed)?(?=\()/, `$1${suffix}`);

const FENCES: Readonly<Record<string, readonly string[]>> = {
  'smp_mb()': ['smp_wmb', 'smp_rmb'],
  'dma_mb()': ['dma_wmb', 'dma_rmb'],
  'mb()': ['dma_mb', 'wmb', 'rmb'],
  'wmb()': ['dma_wmb'],
  'rmb()': ['dma_rmb'],
};

function fences(text: string): readonly Form[] {
  return (FENCES[text] ?? []).map((name) => ({
    name: `${name}()`,
    stmt: (kernel as unknown as Record<string, () => Stmt>)[name]!(),
  }));
}

/** An rwlock taken the other way: each lock and unlock by the name of its counterpart. */
export function otherSide(s: DoStmt): Stmt | null {
  const { operation: o, text } = s;
  if (!('addr' in o)) return null;
  const sides: Readonly<Record<string, (at: Address) => Stmt>> = {
    read_lock: kernel.write_lock,
    read_unlock: kernel.write_unlock,
    write_lock: kernel.read_lock,
    write_unlock: kernel.read_unlock,
  };
  return sides[/^\w+(?=\()/.exec(text)?.[0] ?? '']?.(o.addr) ?? null;
}

/** The value that was read, as a constant that the compiler has found by comparing. */
export const guessed = (dst: string): Stmt => ({
  kind: 'do',
  operation: { op: 'set', dst, value: { kind: 'reg', name: dst }, guessed: true },
  text: '',
});
