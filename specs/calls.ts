/** Mutants that change or move whole calls of a kernel function, where `edit` changes single statements. */
import { ModelBug } from '../model/contract.ts';
import type { Stmt } from '../model/program/statement.ts';

export type Call = Stmt & { readonly kind: 'call' };

/** Puts what `by` gives in the place of every call of `fn`. Throws ModelBug if there is none, so that a mutant is
 *  never the original in disguise. */
export function replaceCalls(
  body: readonly Stmt[],
  fn: string,
  by: (call: Call) => readonly Stmt[],
): readonly Stmt[] {
  let hits = 0;
  const walk = (stmts: readonly Stmt[]): readonly Stmt[] =>
    stmts.flatMap((s): readonly Stmt[] => {
      if (s.kind === 'call' && s.fn === fn) {
        hits += 1;
        return by(s);
      }
      if (s.kind === 'do') return [s];
      if (s.kind === 'if') return [{ ...s, body: walk(s.body), otherwise: walk(s.otherwise) }];
      return [{ ...s, body: walk(s.body) }];
    });
  const result = walk(body);
  if (hits === 0) throw new ModelBug(`no call of ${fn}() to change`);
  return result;
}

/** Moves the one call of `fn` next to the first call of another function, wherever that is. */
export function moveCall(
  body: readonly Stmt[],
  fn: string,
  where: 'before' | 'after',
  anchor: string,
): readonly Stmt[] {
  const found: Call[] = [];
  const without = replaceCalls(body, fn, (c) => {
    found.push(c);
    return [];
  });
  const [moved] = found;
  if (moved === undefined || found.length > 1) throw new ModelBug(`${found.length} calls of ${fn}() to move`);
  let isDone = false;
  return replaceCalls(without, anchor, (c) => {
    if (isDone) return [c];
    isDone = true;
    return where === 'before' ? [moved, c] : [c, moved];
  });
}
