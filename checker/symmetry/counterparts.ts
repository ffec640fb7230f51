/** Which invariant speaks of the exchanged state as another does of the state. Nobody has to declare that: the one
 *  that looks at the exchanged components. A wrong guess cannot do harm, as the mirror holds both to what they say. */
import type { Invariant, Ref, System } from '../system.ts';
import { initialValues } from '../trace/take.ts';
import type { Element } from './group.ts';
import { wrong } from './images.ts';

/** The index of each invariant's counterpart: a permutation. */
export function counterpartsOf(system: System, element: Element): readonly number[] {
  const { invariants } = system;
  const reads = invariants.map((it) => readsOf(system, it));
  const exchanged = reads.map((some) => keyOf(some.map((c) => element.to[c]!)));
  const taken = new Set<number>();
  return invariants.map(({ name }, i) => {
    const other = element.invariant(name);
    const fits = (j: number): boolean => !taken.has(j) && keyOf(reads[j]!) === exchanged[i];
    const candidates = invariants.flatMap((it, j) => (fits(j) ? [{ j, isNamesake: it.name === other }] : []));
    const found = candidates.find(({ isNamesake }) => isNamesake) ?? candidates[0];
    if (found === undefined) {
      throw wrong(element, `no invariant says of what "${name}" looks at, exchanged, what it says of that`);
    }
    taken.add(found.j);
    return found.j;
  });
}

const keyOf = (components: readonly number[]): string => [...components].sort((a, b) => a - b).join();

/** The components that it reads in the initial state. */
function readsOf(system: System, { broken, antecedent }: Invariant): readonly number[] {
  const values = initialValues(system);
  const found = new Set<number>();
  const read = <T>({ index }: Ref<T>): T => {
    found.add(index);
    return values[index] as T;
  };
  broken(read);
  antecedent?.(read);
  return [...found];
}
