/** arm_smmu_write_entry() of an entry that another CPU may write at the same time (arm-smmu-v3.c, Linux 7.1; driver.md
 *  7). What the entry holds is not known when the program is built: it is read, and the steps follow from what was found.
 *
 *  Reads are plain in the kernel. By default each word is read to choose the steps, the word that decides once more to
 *  be kept as it is, and each word again where entry_set() compares it: once for each time that the source mentions it.
 *  A compiler may make do with the first of these reads until the first CMD_SYNC, as nothing stands in between. */
import { binary, constant, type Expr, type Value } from '../program/expression.ts';
import {
  assign,
  dma_wmb,
  expr,
  type Local,
  load,
  locals,
  type Operand,
  place,
  WRITE_ONCE,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { mustHold } from './io-pgtable.ts';
import { arm_smmu_entry_qword_diff, type EntryWriter } from './write-entry.ts';

/** What may be found, and what is to stand there. */
export interface RacedEntry {
  readonly founds: readonly (readonly Value[])[];
  readonly target: readonly Value[];
  /** Whether words are read whenever the source mentions them, or only once before the first CMD_SYNC. */
  readonly reads: 'as written' | 'once';
}

const fn = 'arm_smmu_write_entry';
const { critical } = locals(fn, 'critical');
/** What was read of a word before the steps were chosen. */
const seen = (q: number): Local => locals(fn, `entry[${q}]`)[`entry[${q}]`]!;
const forgotten = (words: readonly number[]): readonly Stmt[] => words.map((q) => assign(seen(q), 0));

export function arm_smmu_write_entry_raced(w: EntryWriter, { founds, target, reads }: RacedEntry): Stmt {
  // Words that are the same whatever is found, and stay so, have no part in it.
  const words = target.flatMap((to, q) => (founds.every((f) => f[q] === to) ? [] : [q]));
  const isFound = (found: readonly Value[]): Expr =>
    words.map((q) => binary('eq', seen(q), constant(found[q]!))).reduce((a, b) => binary('and', a, b));
  const impossible = mustHold(constant(0), 'an entry that nobody has written');
  const dispatch = founds.reduceRight<readonly Stmt[]>(
    (otherwise, found) => [when(isFound(found), steps(w, words, found, { target, reads }), otherwise)],
    [impossible],
  );
  return call(fn, [
    dma_wmb(),
    call(
      'arm_smmu_entry_qword_diff',
      words.map((q) => load(seen(q), place(`&${w.object}`, w.field, q))),
    ),
    // Which of them are taken depends on the race.
    optional(dispatch),
  ]);
}

function steps(
  w: EntryWriter,
  words: readonly number[],
  found: readonly Value[],
  { target, reads }: Pick<RacedEntry, 'target' | 'reads'>,
): readonly Stmt[] {
  const { unused_update, used_qword_diff } = arm_smmu_entry_qword_diff(w, found, target);
  const known = reads === 'once' ? found : null;
  const set = (to: readonly Operand[], which = words, held = known): Stmt => entry_set(w, to, which, held);
  const [c, ...more] = used_qword_diff;
  if (c === undefined) return [...forgotten(words), set(target)];
  if (more.length > 0) {
    const invalid = unused_update.map((word, q) => (q === 0 ? 0 : word));
    const others = words.filter((q) => q !== 0);
    return [...forgotten(words), set(invalid, [0]), set(target, others, null), set(target, [0], null)];
  }
  if (known !== null) {
    const first = unused_update.map((word, q) => (q === c ? found[c]! : word));
    const waits = words.some((q) => first[q] !== found[q]);
    return [
      ...forgotten(words),
      set(first),
      set(target, [c], waits ? null : known),
      set(target, words, null),
    ];
  }
  return [
    ...forgotten(words),
    load(critical, place(`&${w.object}`, w.field, c)),
    set(unused_update.map((word, q) => (q === c ? critical : word))),
    assign(critical, 0),
    set(target, [c]),
    set(target),
  ];
}

/** `held`: what the words are taken to hold; null = they are read. */
function entry_set(
  w: EntryWriter,
  to: readonly Operand[],
  which: readonly number[],
  held: readonly Value[] | null,
): Stmt {
  const { cur, changed } = locals('entry_set', 'cur', 'changed');
  const writes = which.flatMap((q): readonly Stmt[] => {
    const word = place(`&${w.object}`, w.field, q);
    const value = expr(to[q]!);
    const text = value.kind === 'const' ? w.text(q, value.value) : 'unused_update[i]';
    const update = [WRITE_ONCE(word, value, text), assign(changed, 1)];
    if (held !== null) return held[q] === to[q] ? [] : update;
    return [load(cur, word), when(binary('ne', cur, value), update)];
  });
  return call('entry_set', [assign(changed, 0), ...writes, assign(cur, 0), when(changed, [w.sync()])]);
}
