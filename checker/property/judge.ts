/** Judges packed states: each invariant, antecedent and witness through its own learned answers. */
import { learn, type Tables } from '../intern/tables.ts';
import type { Invariant, Read } from '../system.ts';

/** A state that breaks an invariant. */
export interface Break {
  readonly state: number;
  readonly invariant: string;
  readonly why: string;
}

export interface Judge {
  /** The first invariant that the packed state at `base` of `words`, whose id is `state`, breaks; or null. If the
   *  state was found from one that was judged before, `move` may tell how; 0 is any way. */
  judge(words: Int32Array, base: number, state: number, move?: number): Break | null;
  /** Why a state without successors is stuck, or null if it is a proper end. */
  stuck(words: Int32Array, base: number): string | null;
  witnessesReached(): readonly string[];
  witnessesMissed(): readonly string[];
  /** Invariants whose antecedent held in no state judged. */
  untested(): readonly string[];
  /** What it must still ask and what its answers hang on, for another judge of the same system to go on from. */
  save(): JudgeRecord;
  restore(record: JudgeRecord): void;
}

/** The checks that are open, by their number, each with the components that it has ever read. */
export type JudgeRecord = readonly { readonly check: number; readonly reads: readonly number[] }[];

/** A predicate with its trie; answers are 0 and 1, or a sentence's number + 1. */
interface Check {
  readonly kind: 'invariant' | 'witness' | 'antecedent' | 'stuck';
  readonly name: string;
  readonly root: number;
  /** Every component that a run of it has read. */
  readonly reads: Set<number>;
  readonly answer: (read: Read) => number;
}

/** `changedBy` tells which components a move may change. */
export function judgeOf(tables: Tables, changedBy?: (move: number) => ReadonlySet<number>): Judge {
  const { system, tries } = tables;
  const sentences: string[] = [];
  // Several inputs have the same sentence, so equal sentences share a number.
  const said = (why: string | null) => {
    if (why === null) return 0;
    const known = sentences.indexOf(why);
    return known >= 0 ? known + 1 : sentences.push(why);
  };
  const check = (kind: Check['kind'], name: string, answer: (read: Read) => number): Check => {
    return { kind, name, root: tries.root(), reads: new Set(), answer };
  };

  const stuck = check('stuck', 'stuck', (read) => said(system.stuck(read)));
  /** Invariants first, in their order. */
  const all: readonly Check[] = [
    ...system.invariants.map((it) => check('invariant', it.name, (read) => said(it.broken(read)))),
    ...system.witnesses.map((it) => check('witness', it.name, (read) => (it.reached(read) ? 1 : 0))),
    ...system.invariants
      .filter((it): it is Invariant & Required<Pick<Invariant, 'antecedent'>> => it.antecedent !== undefined)
      .map((it) => check('antecedent', it.name, (read) => (it.antecedent(read) ? 1 : 0))),
  ];
  /** Of these, witnesses that were reached and antecedents that held are taken out. */
  let checks = all;
  /** For each move: the checks to ask. A check answers for a state as for the state before if the move changes nothing
   *  that the check has ever read: it would read the same again. Forgotten when `checks` or what they read grows. */
  let asked: (readonly Check[] | undefined)[] = [];

  function askedAfter(move: number): readonly Check[] {
    if (move === 0 || changedBy === undefined) return checks;
    const changed = changedBy(move);
    const found = checks.filter(({ reads }) => [...reads].some((component) => changed.has(component)));
    asked[move] = found;
    return found;
  }

  function ask({ name, root, answer, reads }: Check, words: Int32Array, base: number): number {
    const known = tries.lookup(root, words, base);
    if (known >= 0) return known;
    return learn(tables, root, name, words, base, (read) =>
      answer((component) => {
        if (!reads.has(component.index)) {
          reads.add(component.index);
          asked = [];
        }
        return read(component);
      }),
    );
  }

  function judge(words: Int32Array, base: number, state: number, move = 0): Break | null {
    const todo = asked[move] ?? askedAfter(move);
    let settled = false;
    for (let i = 0; i < todo.length; i++) {
      const check = todo[i]!;
      const answer = ask(check, words, base);
      if (answer === 0) continue;
      if (check.kind === 'invariant') return { state, invariant: check.name, why: sentences[answer - 1]! };
      settled = true;
    }
    tables.lookups += todo.length;
    if (settled) settle(words, base);
    return null;
  }

  function settle(words: Int32Array, base: number): void {
    checks = checks.filter((it) => it.kind === 'invariant' || ask(it, words, base) === 0);
    asked = [];
  }

  const open = (kind: Check['kind']): readonly string[] =>
    checks.filter((it) => it.kind === kind).map(({ name }) => name);
  return {
    judge,
    stuck: (words, base) => {
      const answer = ask(stuck, words, base);
      tables.lookups += 1;
      return answer === 0 ? null : sentences[answer - 1]!;
    },
    witnessesReached: () => {
      const missed = new Set(open('witness'));
      return system.witnesses.map(({ name }) => name).filter((name) => !missed.has(name));
    },
    witnessesMissed: () => open('witness'),
    untested: () => open('antecedent'),
    save: () => checks.map((it) => ({ check: all.indexOf(it), reads: [...it.reads] })),
    restore(record) {
      checks = record.map(({ check, reads }) => {
        for (const component of reads) all[check]!.reads.add(component);
        return all[check]!;
      });
      asked = [];
    },
  };
}
