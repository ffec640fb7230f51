/** Invariants, antecedents and proper ends in the mirror: what is said of a state is said, by whoever is like, of every
 *  state that it can be exchanged with. */
import type { Invariant, Read, System } from '../system.ts';
import { tried, wrong } from './images.ts';
import { answered, type Mirror, type Other } from './mirror.ts';

/** A question whose answer is yes or no. */
function judged(
  mirror: Mirror,
  read: Read,
  ask: (read: Read) => string | null,
  like: (other: Other) => string | null,
  says: (other: Other) => string,
  who: (g: number) => string = () => '',
): string | null {
  return answered(mirror, read, {
    ask,
    exchanged: (_, g) => who(g),
    hold(why, other) {
      const found = tried(other.element, says(other), () => like(other));
      if ((found === null) === (why === null)) return;
      const because =
        why === null ? `of the exchanged state alone (${found})` : `of the state alone (${why})`;
      throw wrong(other.element, `${says(other)} is said ${because}`);
    },
  });
}

export function mirroredInvariant(
  mirror: Mirror,
  invariant: Invariant,
  like: (g: number) => Invariant,
): Invariant {
  const who = (g: number): string => String(mirror.system.invariants.indexOf(like(g)));
  const by = ({ g }: Other): string => {
    const other = like(g).name;
    return other === invariant.name ? `"${other}"` : `"${invariant.name}" or "${other}"`;
  };
  const { antecedent } = invariant;
  const broken: Invariant = {
    name: invariant.name,
    broken: (read) =>
      judged(
        mirror,
        read,
        (own) => invariant.broken(own),
        (other) => like(other.g).broken(other.read),
        (other) => `that ${by(other)} is broken`,
        who,
      ),
  };
  if (antecedent === undefined) return broken;
  const tests = (it: Invariant, read: Read): string | null => (it.antecedent?.(read) ? 'it is' : null);
  return {
    ...broken,
    antecedent: (read) =>
      judged(
        mirror,
        read,
        (own) => tests(invariant, own),
        (other) => tests(like(other.g), other.read),
        (other) => `that ${by(other)} is put to the test`,
        who,
      ) !== null,
  };
}

export const mirroredStuck =
  (mirror: Mirror): System['stuck'] =>
  (read) =>
    judged(
      mirror,
      read,
      (own) => mirror.system.stuck(own),
      (other) => mirror.system.stuck(other.read),
      () => 'that it is stuck',
    );
