/** What the kernel's litmus dialect calls an instruction (tools/memory-model/linux-kernel.def). */
import type { Instruction } from '../../program/instruction.ts';
import { Unsupported } from '../unsupported.ts';
import type { Op } from './op.ts';

/** The dialect has no barriers for DMA or I/O; as far as memory goes those of SMP order the same. */
export function fenceName(i: Instruction): string {
  if (i.op !== 'fence') throw new Error('not a fence');
  return { full: 'smp_mb()', load: 'smp_rmb()', store: 'smp_wmb()' }[i.access];
}

const suffix = ({ acquire, release }: { readonly acquire: boolean; readonly release: boolean }): string =>
  acquire ? (release ? '' : '_acquire') : release ? '_release' : '_relaxed';

export function exchangeName(i: Instruction & { readonly op: 'rmw' | 'cas' }, atomic: boolean): string {
  return `${atomic ? 'atomic_' : ''}${i.op === 'cas' ? 'cmpxchg' : 'xchg'}${suffix(i)}`;
}

export function atomicName(i: Instruction & { readonly op: 'rmw' }): string {
  return i.noReturn ? `atomic_${i.fn}` : `atomic_fetch_${i.fn}${suffix(i)}`;
}

/** There are spinlocks only. A mutex orders as one does. */
export function lockName({ at: { text } }: Instruction, what: Op['what']): string {
  const [, kind] = /^(?:raw_)?(spin|mutex)_(?:un)?lock\(/.exec(text) ?? [];
  if (kind === undefined) throw new Unsupported(`a lock that is neither a spinlock nor a mutex: ${text}`);
  return what === 'lock' ? 'spin_lock' : 'spin_unlock';
}
