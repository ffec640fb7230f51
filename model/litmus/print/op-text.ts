/** One operation as a line of C. */
import type { Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import { Unsupported } from '../unsupported.ts';
import type { Op } from './op.ts';
import { FREED } from './path.ts';
import { atomicName, exchangeName, fenceName, lockName } from './primitives.ts';

/** How a thread says what an operation is about. */
export interface Speaking {
  cell(op: Op): string;
  result(op: Op): string;
  stored(op: Op): string;
  token(value: Value): string;
  isAtomic(loc: Loc): boolean;
  /** The name, which becomes one of the thread's parameters. */
  parameter(name: string): string;
}

export function lineOf(op: Op, s: Speaking): string {
  const { i, what, loc } = op;
  const text = i.at.text;
  switch (what) {
    case 'load': {
      const [at, atomic] = [s.cell(op), s.isAtomic(loc!)];
      const acquire = (i.op === 'load' && i.order !== 'plain') || (i.op === 'await' && i.order === 'acquire');
      const fn = acquire
        ? 'smp_load_acquire'
        : text.startsWith('rcu_dereference')
          ? 'rcu_dereference'
          : 'READ_ONCE';
      if (atomic) return `${s.result(op)} = atomic_read${acquire ? '_acquire' : ''}(${at});`;
      return `${s.result(op)} = ${fn}(${acquire ? '' : '*'}${at});`;
    }
    case 'store': {
      const [at, value] = [s.cell(op), s.stored(op)];
      const release = i.op === 'store' && i.order === 'release';
      if (s.isAtomic(loc!)) return `atomic_set${release ? '_release' : ''}(${at}, ${value});`;
      if (text.startsWith('rcu_assign_pointer')) return `rcu_assign_pointer(*${at}, ${value});`;
      return release ? `smp_store_release(${at}, ${value});` : `WRITE_ONCE(*${at}, ${value});`;
    }
    case 'rmw': {
      if (i.op !== 'rmw') throw new Error('not an atomic');
      const at = s.cell(op);
      if (i.fn === 'swap')
        return `${s.result(op)} = ${exchangeName(i, s.isAtomic(loc!))}(${at}, ${s.token(op.written ?? 0)});`;
      const by = typeof op.operand === 'number' ? op.operand : null;
      if (by === null) throw new Unsupported(`an atomic by what is no number: ${text}`);
      return i.noReturn
        ? `${atomicName(i)}(${by}, ${at});`
        : `${s.result(op)} = ${atomicName(i)}(${by}, ${at});`;
    }
    case 'cas': {
      if (i.op !== 'cas') throw new Error('not a compare-and-swap');
      const desired = op.written ?? 0;
      const expected = op.written === undefined ? op.operand : op.read;
      if (expected === undefined) throw new Unsupported(`a compare-and-swap with what is not known: ${text}`);
      const at = s.cell(op);
      return `${s.result(op)} = ${exchangeName(i, s.isAtomic(loc!))}(${at}, ${s.token(expected)}, ${s.token(desired)});`;
    }
    case 'fence': {
      const name = fenceName(i);
      return name === text ? `${name};` : `${name}; // ${text}`;
    }
    case 'lock':
    case 'unlock':
      return `${lockName(i, what)}(${s.cell(op)});`;
    case 'rcu':
      return i.op === 'rcu' && i.what === 'lock' ? 'rcu_read_lock();' : 'rcu_read_unlock();';
    case 'synchronize':
      return 'synchronize_rcu();';
    case 'free':
      return `WRITE_ONCE(*${s.cell(op)}, ${s.token(FREED)}); // ${text}`;
    case 'call':
      return `smp_store_release(${s.parameter(`called_${op.object}`)}, 1); // ${text}`;
  }
}
