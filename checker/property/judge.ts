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
  /** The first invariant that the packed state at `base` of `words`, whose id is `state`, breaks; or null. */
  judge(words: Int32Array, base: number, state: number): Break | null;
  /** Why a state without successors is stuck, or null if it is a proper end. */
  stuck(words: Int32Array, base: number): string | null;
  witnessesReached(): readonly string[];
  witnessesMissed(): readonly string[];
  /** Invariants whose antecedent held in no state judged. */
  untested(): readonly string[];
}

/** A predicate with its trie; answers are 0 and 1, or a sentence's number + 1. */
interface Check {
  readonly name: string;
  readonly root: number;
  readonly answer: (read: Read) => number;
}

export function judgeOf(tables: Tables): Judge {
  const { system, tries } = tables;
  const sentences: string[] = [];
  // Several inputs have the same sentence, so equal sentences share a number.
  const said = (why: string | null) => {
    if (why === null) return 0;
    const known = sentences.indexOf(why);
    return known >= 0 ? known + 1 : sentences.push(why);
  };
  const check = (name: string, answer: (read: Read) => number): Check => ({
    name,
    root: tries.root(),
    answer,
  });

  const invariants = system.invariants.map((it) => check(it.name, (read) => said(it.broken(read))));
  const stuck = check('stuck', (read) => said(system.stuck(read)));
  // Once reached or put to the test, it need not be asked again.
  let witnesses: readonly Check[] = system.witnesses.map((it) =>
    check(it.name, (read) => (it.reached(read) ? 1 : 0)),
  );
  let untested: readonly Check[] = system.invariants
    .filter((it): it is Invariant & Required<Pick<Invariant, 'antecedent'>> => it.antecedent !== undefined)
    .map((it) => check(it.name, (read) => (it.antecedent(read) ? 1 : 0)));

  function ask({ name, root, answer }: Check, words: Int32Array, base: number): number {
    const known = tries.lookup(root, words, base);
    return known >= 0 ? known : learn(tables, root, name, words, base, answer);
  }

  function judge(words: Int32Array, base: number, state: number): Break | null {
    for (let i = 0; i < invariants.length; i++) {
      const answer = ask(invariants[i]!, words, base);
      if (answer > 0) return { state, invariant: invariants[i]!.name, why: sentences[answer - 1]! };
    }
    tables.lookups += invariants.length + witnesses.length + untested.length;
    if (witnesses.length > 0) witnesses = remaining(witnesses, words, base);
    if (untested.length > 0) untested = remaining(untested, words, base);
    return null;
  }

  /** The checks that the state does not settle; the same list if it settles none, as nearly always. */
  function remaining(checks: readonly Check[], words: Int32Array, base: number): readonly Check[] {
    let settled = 0;
    for (let i = 0; i < checks.length; i++) settled += ask(checks[i]!, words, base);
    return settled === 0 ? checks : checks.filter((it) => ask(it, words, base) === 0);
  }

  return {
    judge,
    stuck: (words, base) => {
      const answer = ask(stuck, words, base);
      tables.lookups += 1;
      return answer === 0 ? null : sentences[answer - 1]!;
    },
    witnessesReached: () => {
      const missed = new Set(witnesses.map(({ name }) => name));
      return system.witnesses.map(({ name }) => name).filter((name) => !missed.has(name));
    },
    witnessesMissed: () => witnesses.map(({ name }) => name),
    untested: () => untested.map(({ name }) => name),
  };
}
