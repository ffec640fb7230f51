/** Which loads may have to be satisfied after a later store of their thread has left (load buffering). */
import type { Expr } from './expression.ts';
import { addressOf, destinationOf, operandsOf, returnsNothing, successorsIn } from './flow.ts';
import type { Instruction, Program } from './instruction.ts';

/** Whether the load or atomic at `pc` may be deferred: some later store of the thread is ordered after it by
 *  nothing. Follows the code forward with the set of registers that depend on the load, and stops at a fence
 *  that waits for loads, at a branch on such a register, and where one is used as an address.
 *  Sound if every store that can overtake the load is found (semantics.md 1.3). */
export function mayDefer(program: Program, pc: number): boolean {
  const start = program.code[pc]!;
  if (!deferrable(start)) return false;
  if (start.op === 'cas' && returnsNothing(start)) return true; // a DMB LD does not wait for it
  const own = destinationOf(start);
  const seen = new Set<string>();
  const todo = successorsIn(program, pc).map((at) => ({
    at,
    taint: new Set(own === null ? [] : [own]) as Taint,
  }));
  for (let item = todo.pop(); item !== undefined; item = todo.pop()) {
    const i = program.code[item.at];
    const key = `${item.at} ${[...item.taint].sort().join(' ')}`;
    if (i === undefined || seen.has(key)) continue;
    seen.add(key);
    const verdict = examine(i, item.taint);
    if (verdict === 'overtakes') return true;
    if (verdict === 'stop') continue;
    for (const next of successorsIn(program, item.at)) todo.push({ at: next, taint: verdict });
  }
  return false;
}

function deferrable(i: Instruction): boolean {
  if (i.op === 'load') return i.order === 'plain';
  return (i.op === 'rmw' || i.op === 'cas') && !i.acquire;
}

type Taint = ReadonlySet<string>;

function examine(i: Instruction, taint: Taint): Taint | 'overtakes' | 'stop' {
  const hangs = (e: Expr): boolean => dependsOn(e, taint);
  const address = addressOf(i);
  if (address !== null && (hangs(address.base) || hangs(address.index))) return 'stop';
  if (waitsFor(i, hangs)) return 'stop';
  if (leaves(i) && !operandsOf(i).some(hangs)) return 'overtakes';
  const dst = destinationOf(i);
  if (dst === null) return taint;
  const next = new Set(taint);
  if (i.op === 'set' && hangs(i.value)) next.add(dst);
  else next.delete(dst);
  return next;
}

/** Whether every choice makes the expression depend on one of the registers: a CSEL depends on its condition, and
 *  on what it chooses. */
function dependsOn(e: Expr, taint: Taint): boolean {
  if (e.kind !== 'select') {
    if (e.kind === 'binary') return dependsOn(e.left, taint) || dependsOn(e.right, taint);
    if (e.kind === 'not') return dependsOn(e.operand, taint);
    return e.kind === 'reg' && taint.has(e.name);
  }
  return dependsOn(e.cond, taint) || (dependsOn(e.then, taint) && dependsOn(e.else, taint));
}

/** Whether nothing behind the instruction is reached before the load is satisfied. A CAS is no such thing even if
 *  fully ordered: it orders nothing when it fails. */
function waitsFor(i: Instruction, hangs: (e: Expr) => boolean): boolean {
  switch (i.op) {
    case 'fence':
      return i.access !== 'store';
    case 'branch':
    case 'assert':
      return hangs(i.cond);
    case 'set':
      return i.guessed === true && hangs(i.value);
    case 'rmw':
      return i.acquire && i.release;
    case 'blockingRmw':
      return i.release || hangs(i.guard) || hangs(i.next);
    case 'await':
      return hangs(i.until);
    case 'rcu':
      return i.what === 'synchronize';
    case 'free':
    case 'kfree_rcu':
    case 'push':
      return operandsOf(i).some(hangs);
    default:
      return false;
  }
}

/** Whether the instruction puts something into the window that may leave before an earlier load is satisfied. */
function leaves(i: Instruction): boolean {
  if (i.op === 'store') return i.order === 'plain';
  if (i.op === 'rmw' || i.op === 'cas') return !i.release;
  return i.op === 'blockingRmw' || i.op === 'free' || i.op === 'push';
}
