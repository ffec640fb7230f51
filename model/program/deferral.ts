/** Which loads may have to be satisfied after a later store of their thread has left (load buffering). */
import { type Expr, registersOf } from './expression.ts';
import { addressOf, destinationOf, operandsOf, successorsOf } from './flow.ts';
import type { Instruction, Program } from './instruction.ts';

/** Whether the load or atomic at `pc` may be deferred: some later store of the thread is ordered after it by
 *  nothing. Follows the code forward with the set of registers that depend on the load, and stops at a fence
 *  that waits for loads, at a branch on such a register, and where one is used as an address.
 *  Sound if every store that can overtake the load is found (semantics.md 1.3). */
export function mayDefer(program: Program, pc: number): boolean {
  const start = program.code[pc]!;
  if (!deferrable(start)) return false;
  const own = destinationOf(start);
  const seen = new Set<string>();
  const todo = successorsOf(program.code, pc).map((at) => ({
    at,
    taint: new Set(own === null ? [] : [own]),
  }));
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    const i = program.code[item.at];
    const key = `${item.at} ${[...item.taint].sort().join(' ')}`;
    if (i === undefined || seen.has(key)) continue;
    seen.add(key);
    const verdict = examine(i, item.taint);
    if (verdict === 'overtakes') return true;
    if (verdict === 'stop') continue;
    for (const next of successorsOf(program.code, item.at)) todo.push({ at: next, taint: verdict });
  }
  return false;
}

function deferrable(i: Instruction): boolean {
  if (i.op === 'load') return i.order === 'plain' && !i.exclusive;
  return i.op === 'rmw' && !i.acquire;
}

type Taint = Set<string>;

function examine(i: Instruction, taint: Taint): Taint | 'overtakes' | 'stop' {
  const tainted = (e: Expr): boolean => registersOf(e).some((r) => taint.has(r));
  if (i.op === 'fence' && i.access !== 'store') return 'stop';
  if (i.op === 'branch' && tainted(i.cond)) return 'stop';
  if (i.op === 'assert' && tainted(i.cond)) return 'stop';
  const address = addressOf(i);
  if (address !== null && (tainted(address.base) || tainted(address.index))) return 'stop';
  if ((i.op === 'cas' || i.op === 'rmw') && i.acquire && i.release) return 'stop';
  const data = operandsOf(i).some(tainted);
  if (leaves(i) && !data) return 'overtakes';
  const dst = destinationOf(i);
  if (dst === null) return taint;
  const next = new Set(taint);
  if (data && i.op === 'set') next.add(dst);
  else if (!(data && leaves(i))) next.delete(dst);
  else next.add(dst);
  return next;
}

/** Whether the instruction puts something into the window that may leave before an earlier load is satisfied. */
function leaves(i: Instruction): boolean {
  if (i.op === 'store' || i.op === 'rmw' || i.op === 'cas')
    return !('order' in i ? i.order === 'release' : i.release);
  return i.op === 'blockingRmw' || i.op === 'free' || i.op === 'push';
}
