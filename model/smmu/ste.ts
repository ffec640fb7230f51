/** The stream table entry: 64-bit words, any mix of which the hardware may hold (IHI 0070, 5.2). */
import type { SteEntry } from '../machine.ts';
import type { Value } from '../program/expression.ts';

/** Word 0: V is bit 0, Config bits 3:1. */
export const STE_0_V = 1;
export const STE_0_CFG_ABORT = 0b000 << 1;
export const STE_0_CFG_BYPASS = 0b100 << 1;
export const STE_0_CFG_S2_TRANS = 0b110 << 1;

/** The words that the model keeps, under their numbers: 0 (V, Config), 2 (S2VMID), 3 (S2TTB). */
export const STE_WORDS = [0, 2, 3] as const;

/** What a combination of words means for a stream that is translated: its VMID and the root table. */
export interface Context {
  readonly sid: number;
  readonly vmid: Value;
  readonly root: string;
}

/** Every usable translation context of a stream: any combination of the words that may be cached (tearing). */
export function contextsOf(ste: readonly SteEntry[], sid: number): readonly Context[] {
  const words = (q: number): readonly Value[] => [
    ...new Set(ste.filter((e) => e.sid === sid && e.q === q).map((e) => e.value)),
  ];
  if (!words(0).some(translates)) return [];
  return words(2).flatMap((vmid) =>
    words(3).flatMap((ttb) => (typeof ttb === 'string' ? [{ sid, vmid, root: ttb.slice(1) }] : [])),
  );
}

/** Whether word 0 says that stage 2 translates. */
export const translates = (word0: Value): boolean =>
  typeof word0 === 'number' && (word0 & STE_0_V) !== 0 && (word0 & (0b111 << 1)) === STE_0_CFG_S2_TRANS;

/** Word 0 as a trace shows it. */
export function steWordText(q: number, value: Value): string {
  if (q === 2) return `VMID ${value}`;
  if (q === 3) return `S2TTB ${value}`;
  if (typeof value !== 'number' || (value & STE_0_V) === 0) return 'V=0';
  if (translates(value)) return 'S2_TRANS';
  return (value & (0b111 << 1)) === STE_0_CFG_BYPASS ? 'BYPASS' : 'ABORT';
}
