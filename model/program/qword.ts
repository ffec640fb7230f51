/** 64-bit words of structures that devices read: flags, and at most one pointer among them. As a value a word is a
 *  number (flags only, if that is exact), a pointer, or both, written `&table|0xb`. Pointers stay symbolic: their
 *  bits are taken by a mask as a whole or not at all. */
import { ModelBug } from '../contract.ts';
import type { Value } from './expression.ts';

export interface Qword {
  /** Everything but the pointer. */
  readonly bits: bigint;
  /** `&object`, or `#n`: page n of an intermediate address space. */
  readonly pointer: string | null;
}

/** Bits high to low, as GENMASK_ULL(). */
export const GENMASK = (high: number, low: number): bigint => (1n << BigInt(high + 1)) - (1n << BigInt(low));
export const BIT = (n: number): bigint => 1n << BigInt(n);

/** Lowest bit of a mask, as a factor. */
const unit = (mask: bigint): bigint => mask & -mask;
export const FIELD_PREP = (mask: bigint, value: number): bigint => BigInt(value) * unit(mask);
export const FIELD_GET = (mask: bigint, bits: bigint): number => Number((bits & mask) / unit(mask));

export function qwordOf(value: Value): Qword {
  if (typeof value === 'number') return { bits: BigInt(value), pointer: null };
  const [pointer, bits] = value.split('|') as [string, string | undefined];
  return { bits: bits === undefined ? 0n : BigInt(bits), pointer: pointer === '' ? null : pointer };
}

export function wordValue({ bits, pointer }: Qword): Value {
  if (pointer === null && bits <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(bits);
  return bits === 0n ? pointer! : `${pointer ?? ''}|0x${bits.toString(16)}`;
}

/** A word of flags with a pointer among them. */
export const word = (bits: bigint, pointer: string | null = null): Value => wordValue({ bits, pointer });

/** What is under the mask; `address` is the mask of the pointer's bits. */
export function masked({ bits, pointer }: Qword, mask: bigint, address: bigint): Qword {
  return { bits: bits & mask, pointer: (mask & address) === 0n ? null : pointer };
}

/** Both together; they must not point to different things. */
export function united(a: Qword, b: Qword): Qword {
  if (a.pointer !== null && b.pointer !== null && a.pointer !== b.pointer)
    throw new ModelBug(`a word cannot point to ${a.pointer} and to ${b.pointer}`);
  return { bits: a.bits | b.bits, pointer: a.pointer ?? b.pointer };
}

export const sameWord = (a: Qword, b: Qword): boolean => a.bits === b.bits && a.pointer === b.pointer;

/** The object that a value points to, or null: of a word, of a descriptor, of a plain pointer. */
export function pointeeOf(value: Value): string | null {
  if (typeof value !== 'string' || !value.startsWith('&')) return null;
  const end = value.indexOf('|');
  return end < 0 ? value.slice(1) : value.slice(1, end);
}
