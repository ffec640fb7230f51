/** Writing an STE or a CD word by word while the hardware may fetch any word at any time (arm-smmu-v3.c, Linux 7.1;
 *  driver.md 7). What the entry holds is known here, since arm_smmu_asid_lock is held: the choice of the steps is made
 *  when the program is built, and each store only tells whether the word really changes. */
import { binary, constant, type Value } from '../program/expression.ts';
import { assign, dma_wmb, load, locals, place, WRITE_ONCE } from '../program/kernel.ts';
import { masked, type Qword, qwordOf, sameWord, united, wordValue } from '../program/qword.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import type { Version } from './version.ts';

/** What is written, and how the hardware is told of it: struct arm_smmu_entry_writer and its operations. */
export interface EntryWriter {
  /** The object in whose field the words are. */
  readonly object: string;
  readonly field: string;
  /** Masks of the pointers in the words. */
  readonly address: readonly bigint[];
  /** Which bits the hardware looks at. */
  get_used(entry: readonly Qword[]): readonly bigint[];
  /** Bits whose change cannot be noticed. */
  get_update_safe(cur: readonly Qword[], target: readonly Qword[]): readonly bigint[];
  /** Tells the hardware, and waits. */
  sync(): Stmt;
  /** A word as a trace shows it. */
  text(q: number, value: Value): string;
}

export interface Entry {
  readonly found: readonly Value[];
  readonly target: readonly Value[];
  readonly version: Version;
}

const NUM_ENTRY_QWORDS = 8;

/** The words that are used now or will be, and what has to be written first so that one store makes the rest. */
export function arm_smmu_entry_qword_diff(
  w: EntryWriter,
  found: readonly Value[],
  target: readonly Value[],
): { readonly unused_update: readonly Value[]; readonly used_qword_diff: readonly number[] } {
  const [cur, to] = [found.map(qwordOf), target.map(qwordOf)];
  const [allUsed, target_used] = [w.get_used(cur), w.get_used(to)];
  const safe = w.get_update_safe(cur, to);
  const cur_used = allUsed.map((used, q) => used & ~(safe[q]! & used & target_used[q]!));
  const under = (word: Qword, q: number, mask: bigint): Qword => masked(word, mask, w.address[q]!);
  const unused_update = cur.map((word, q) =>
    united(under(word, q, cur_used[q]!), under(to[q]!, q, ~cur_used[q]!)),
  );
  const differs = (q: number): boolean => !sameWord(under(unused_update[q]!, q, target_used[q]!), to[q]!);
  return {
    unused_update: unused_update.map(wordValue),
    used_qword_diff: to.map((_, q) => q).filter(differs),
  };
}

/** Whether the hardware sees the old or the target entry only, and never an invalid one. */
export const isHitless = (w: EntryWriter, found: readonly Value[], target: readonly Value[]): boolean =>
  arm_smmu_entry_qword_diff(w, found, target).used_qword_diff.length <= 1;

export function arm_smmu_write_entry(w: EntryWriter, { found, target, version }: Entry): Stmt {
  const { unused_update, used_qword_diff } = arm_smmu_entry_qword_diff(w, found, target);
  const held = [...found];
  const entry_set = (words: readonly Value[], start: number, len: number): Stmt =>
    entrySet(w, held, words, start, len);
  const [critical] = used_qword_diff;
  return call('arm_smmu_write_entry', [
    ...(version === 'v7.1' ? [dma_wmb()] : []),
    ...(critical === undefined
      ? [entry_set(target, 0, NUM_ENTRY_QWORDS)]
      : used_qword_diff.length === 1
        ? hitless(entry_set, found, unused_update, target, critical)
        : breaking(entry_set, unused_update, target)),
  ]);
}

type Set = (words: readonly Value[], start: number, len: number) => Stmt;

/** One word decides: first what nobody looks at yet, then that word, then what nobody looks at any more. */
function hitless(
  entry_set: Set,
  found: readonly Value[],
  unused_update: readonly Value[],
  target: readonly Value[],
  critical: number,
): readonly Stmt[] {
  const first = unused_update.map((word, q) => (q === critical ? found[q]! : word));
  return [
    entry_set(first, 0, NUM_ENTRY_QWORDS),
    entry_set(target, critical, 1),
    entry_set(target, 0, NUM_ENTRY_QWORDS),
  ];
}

/** Two words or more: the entry is made invalid meanwhile. */
function breaking(
  entry_set: Set,
  unused_update: readonly Value[],
  target: readonly Value[],
): readonly Stmt[] {
  const invalid = unused_update.map((word, q) => (q === 0 ? 0 : word));
  return [entry_set(invalid, 0, 1), entry_set(target, 1, NUM_ENTRY_QWORDS - 1), entry_set(target, 0, 1)];
}

/** Stores the words that change, in no order, and tells the hardware if there were any. `held`: what the entry has
 *  come to. Words that stay as they are have no part in it. */
function entrySet(w: EntryWriter, held: Value[], words: readonly Value[], start: number, len: number): Stmt {
  const { cur, changed } = locals('entry_set', 'cur', 'changed');
  const all = Array.from({ length: len }, (_, i) => start + i);
  const changing = all.filter((q) => held[q] !== words[q]);
  const writes = changing.flatMap((q): readonly Stmt[] => {
    const word = place(`&${w.object}`, w.field, q);
    held[q] = words[q]!;
    return [
      load(cur, word),
      when(binary('ne', cur, constant(words[q]!)), [
        WRITE_ONCE(word, words[q]!, w.text(q, words[q]!)),
        assign(changed, 1),
      ]),
    ];
  });
  if (writes.length === 0) return call('entry_set', [optional([assign(changed, 0)])]);
  return call('entry_set', [assign(changed, 0), ...writes, when(changed, [w.sync()])]);
}
