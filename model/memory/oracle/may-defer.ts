/** Which reads may have to stay unresolved while a later store of their thread leaves (semantics.md 1.3): those
 *  from which some path leads to a store that nothing orders after them. */
import { match } from 'ts-pattern';
import type { Expr } from '../../program/expression.ts';
import type { Address, Instruction, Program } from '../../program/instruction.ts';

export function mayDefer(program: Program, pc: number): boolean {
  const start = program.code[pc];
  if (start === undefined || !canBeDeferred(start)) return false;
  if (start.op === 'cas' && start.dst === null) return true;
  const seen = new Set<string>();
  const visit = (at: number, taint: ReadonlySet<string>): boolean => {
    const key = JSON.stringify([at, [...taint].sort()]);
    const instruction = program.code[at];
    if (instruction === undefined || seen.has(key)) return false;
    seen.add(key);
    if (isIndependentStore(instruction, taint)) return true;
    return following(instruction, at, taint).some((next) => visit(next, taintAfter(instruction, taint)));
  };
  return visit(
    pc + 1,
    new Set(start.op === 'load' || start.op === 'rmw' || start.op === 'cas' ? [start.dst ?? ''] : []),
  );
}

function canBeDeferred(instruction: Instruction): boolean {
  if (instruction.op === 'load') return instruction.order === 'plain';
  return (instruction.op === 'rmw' || instruction.op === 'cas') && !instruction.acquire;
}

/** Whether every choice makes `expr` depend on the read: a CSEL depends on its condition and on what it chooses. */
function tainted(expr: Expr, taint: ReadonlySet<string>): boolean {
  const inside = (part: Expr): boolean => tainted(part, taint);
  return match(expr)
    .with({ kind: 'const' }, { kind: 'pending' }, () => false)
    .with({ kind: 'reg' }, ({ name }) => taint.has(name))
    .with({ kind: 'binary' }, ({ left, right }) => inside(left) || inside(right))
    .with({ kind: 'not' }, ({ operand }) => inside(operand))
    .with({ kind: 'select' }, (s) => inside(s.cond) || (inside(s.then) && inside(s.else)))
    .exhaustive();
}

const taintedAddress = (address: Address, taint: ReadonlySet<string>): boolean =>
  tainted(address.base, taint) || tainted(address.index, taint);

function isIndependentStore(instruction: Instruction, taint: ReadonlySet<string>): boolean {
  switch (instruction.op) {
    case 'store':
      return (
        instruction.order === 'plain' &&
        !taintedAddress(instruction.addr, taint) &&
        !tainted(instruction.value, taint)
      );
    case 'rmw':
      return (
        !instruction.release &&
        !taintedAddress(instruction.addr, taint) &&
        !tainted(instruction.operand, taint)
      );
    case 'cas':
      return (
        !instruction.release &&
        !taintedAddress(instruction.addr, taint) &&
        !tainted(instruction.desired, taint) &&
        !tainted(instruction.expected, taint)
      );
    case 'blockingRmw':
      return (
        !instruction.release && !taintedAddress(instruction.addr, taint) && !tainted(instruction.next, taint)
      );
    default:
      return false;
  }
}

/** Where control may go; nowhere if what follows is ordered after the read. */
function following(instruction: Instruction, at: number, taint: ReadonlySet<string>): readonly number[] {
  switch (instruction.op) {
    case 'fence':
      return instruction.access === 'store' ? [at + 1] : [];
    case 'branch':
      return tainted(instruction.cond, taint) ? [] : [at + 1, instruction.otherwise];
    case 'jump':
      return [instruction.to];
    case 'rcu':
      return instruction.what === 'synchronize' ? [] : [at + 1];
    case 'rmw':
    case 'blockingRmw':
      return (instruction.acquire && instruction.release) || taintedAddress(instruction.addr, taint)
        ? []
        : [at + 1];
    // A CAS that fails is no barrier, so what follows it is looked at even after a CASAL.
    case 'load':
    case 'store':
    case 'await':
    case 'cas':
      return taintedAddress(instruction.addr, taint) ? [] : [at + 1];
    default:
      return [at + 1];
  }
}

function taintAfter(instruction: Instruction, taint: ReadonlySet<string>): ReadonlySet<string> {
  const next = new Set(taint);
  if (instruction.op === 'set') {
    if (tainted(instruction.value, taint)) next.add(instruction.dst);
    else next.delete(instruction.dst);
  } else if (instruction.op === 'store' && instruction.status !== null) next.delete(instruction.status);
  else if ('dst' in instruction && instruction.dst !== null) next.delete(instruction.dst);
  return next;
}
