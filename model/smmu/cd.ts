/** The context descriptor: one for each substream of a stream, in a table that the STE points to (IHI 0070, 5.4).
 *  A CD table is an object with a field `cd0`, `cd1`, … for each substream, of eight words. Its second level is not
 *  modelled. */
import type { ObjectDecl } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { BIT, FIELD_GET, GENMASK, qwordOf } from '../program/qword.ts';

/** Word 0. ASIDs are numbers up to 31, for a word to be exact. */
export const CD_0_T0SZ = GENMASK(5, 0);
export const CD_0_TG0 = GENMASK(7, 6);
export const CD_0_IRGN0 = GENMASK(9, 8);
export const CD_0_ORGN0 = GENMASK(11, 10);
export const CD_0_SH0 = GENMASK(13, 12);
export const CD_0_EPD0 = BIT(14);
export const CD_0_EPD1 = BIT(30);
export const CD_0_V = BIT(31);
export const CD_0_ASID = GENMASK(63, 48);
/** Word 1. */
export const CD_1_TTB0 = GENMASK(51, 4);

/** The words that the model follows: 0 (V, EPD0, ASID), 1 (TTB0). */
export const CD_WORDS = [0, 1] as const;

/** A combination of words that translates: the ASID, and the root table. `ttb` is null with EPD0, which stops walks
 *  but no hits in the TLB. `t0`: the fields that describe the walk. */
export interface CdMeaning {
  readonly asid: number;
  readonly ttb: string | null;
  readonly t0: number;
}

/** Null if the combination is invalid: transactions are aborted. */
export function cdMeaning(word0: Value, word1: Value): CdMeaning | null {
  const { bits } = qwordOf(word0);
  if ((bits & CD_0_V) === 0n) return null;
  const asid = FIELD_GET(CD_0_ASID, bits);
  if ((bits & CD_0_EPD0) !== 0n) return { asid, ttb: null, t0: 0 };
  return { asid, ttb: qwordOf(word1).pointer, t0: Number(bits & GENMASK(13, 0)) };
}

/** The field of a CD table that holds the CD of a substream. */
export const cdField = (ssid: number): string => `cd${ssid}`;

/** Substreams that a CD table has an entry for. */
export function substreamsOf(table: ObjectDecl): readonly number[] {
  return table.fields.flatMap(({ name }) => (/^cd\d+$/.test(name) ? [Number(name.slice(2))] : []));
}

/** A word as a trace shows it. */
export function cdWordText(q: number, value: Value): string {
  if (q === 1) return `TTB0 ${value}`;
  if (q !== 0) return String(value);
  const meaning = cdMeaning(value, 0);
  if (meaning === null) return 'V=0';
  return `ASID ${meaning.asid}${(qwordOf(value).bits & CD_0_EPD0) === 0n ? '' : ', EPD0'}`;
}
