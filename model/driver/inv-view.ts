/** An array as it stands in memory, as a value: for properties and tests. */
import type { Value } from '../program/expression.ts';
import { CONSTANT_FIELDS, type Inv, isAts } from './inv-entries.ts';

/** `inv` has every entry up to max_invs, those behind num_invs too. */
export interface Invs {
  readonly max_invs: number;
  readonly num_invs: number;
  readonly num_trashes: number;
  readonly has_ats: boolean;
  readonly inv: readonly Inv[];
}

/** An array that was just made: every entry is in use. */
export const invsOf = (inv: readonly Inv[]): Invs => ({
  max_invs: inv.length,
  num_invs: inv.length,
  num_trashes: inv.filter((e) => e.users === 0).length,
  has_ats: inv.some((e) => isAts(e.type)),
  inv,
});

/** Reads an array, given what its cells hold. */
export function invsIn(cell: (field: string, index: number) => Value | null): Invs {
  const max = Number(cell('max_invs', 0));
  return {
    max_invs: max,
    num_invs: Number(cell('num_invs', 0)),
    num_trashes: Number(cell('num_trashes', 0)),
    has_ats: cell('has_ats', 0) === 1,
    inv: Array.from({ length: max }, (_, i): Inv => {
      const fields = [...CONSTANT_FIELDS, 'users'].map((f) => [f, cell(`inv.${f}`, i)] as const);
      const of = Object.fromEntries(fields);
      return { ...of, smmu: String(of.smmu).replace('&', '') } as unknown as Inv;
    }),
  };
}

/** The entries that readers go by: up to num_invs, without trash. */
export const live = ({ inv, num_invs }: Invs): readonly Inv[] =>
  inv.slice(0, num_invs).filter((e) => e.users !== 0);

/** The order that arrays are kept in, by which two entries are the same or not: SMMU, type, ID, SSID of an ATC. */
export function compare(l: Inv, r: Inv): number {
  if (l.smmu !== r.smmu) return l.smmu < r.smmu ? -1 : 1;
  return l.type - r.type || l.id - r.id || (isAts(l.type) ? l.ssid - r.ssid : 0);
}
