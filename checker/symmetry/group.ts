/** The elements of the group that a system's symmetries generate: every way to exchange like things, for each of the
 *  symmetries, and how values, agents and names follow. */
import { type Event, type Exchange, ModelBug, type Symmetry, type System } from '../system.ts';

/** One way to exchange like things. */
export interface Element {
  /** As messages call it: `CPU0 for CPU1, CPU1 for CPU0`. */
  readonly text: string;
  /** Of which symmetries, as messages call them: `'CPUs'`. */
  readonly of: string;
  /** The index of the element that undoes it. */
  readonly inverse: number;
  /** The component that component `c` becomes, and the one that becomes component `c`. */
  readonly to: readonly number[];
  readonly from: readonly number[];
  value(c: number, value: unknown): unknown;
  event(event: Event): Event;
  agent(name: string): string;
  invariant(name: string): string;
  statement(id: string): string;
}

/** More than this would cost more for each state than they save. */
export const MOST_ELEMENTS = 720;

/** Every element, the one that changes nothing first. */
export function groupOf({ symmetries = [], components }: System): readonly Element[] {
  const sizes = symmetries.map(({ things }) => factorial(things.length));
  const size = sizes.reduce((product, n) => product * n, 1);
  if (size > MOST_ELEMENTS) {
    throw new ModelBug(
      `the symmetries ${symmetries.map(quoted).join(' and ')} exchange like things in ${size} ways; ` +
        `at most ${MOST_ELEMENTS} are tried\n  Declare fewer things to be alike.`,
    );
  }
  const permutations = symmetries.map(({ things }) => permutationsOf(things.length));
  const choices = product(permutations.map((all) => all.map((_, i) => i)));
  const indexOf = new Map(choices.map((choice, i) => [choice.join(), i]));
  const inverses = permutations.map((all) => {
    const index = new Map(all.map((p, i) => [p.join(), i]));
    return all.map((p) => index.get(p.map((_, i) => p.indexOf(i)).join())!);
  });
  return choices.map((choice) => {
    const moved = choice.flatMap((at, s) =>
      at === 0 ? [] : [[symmetries[s]!, permutations[s]![at]!] as const],
    );
    const inverse = indexOf.get(choice.map((at, s) => inverses[s]![at]!).join())!;
    return elementOf(components.length, moved, inverse);
  });
}

function elementOf(
  components: number,
  moved: readonly (readonly [Symmetry, readonly number[]])[],
  inverse: number,
): Element {
  const parts = moved.map(([symmetry, permutation]) => symmetry.exchange(permutation));
  const indices = Array.from({ length: components }, (_, c) => c);
  const through = <T>(x: T, f: (part: Exchange, x: T) => T): T => parts.reduce((y, part) => f(part, y), x);
  const to = indices.map((c) => through(c, (part, at) => part.component(at)));
  const from = indices.map((c) => to.indexOf(c));
  const of = moved.map(([symmetry]) => quoted(symmetry)).join(' and ');
  const text = moved.map(([{ things }, permutation]) => exchanged(things, permutation)).join(', ');
  if (from.includes(-1)) {
    const [a, b] = indices.flatMap((c) => (to.indexOf(to[c]!) < c ? [to.indexOf(to[c]!), c] : []));
    throw new ModelBug(
      `the symmetry ${of} is wrong: with ${text}, components ${a} and ${b} both become component ${to[b!]}`,
    );
  }
  return {
    text,
    of,
    inverse,
    to,
    from,
    value(c, value) {
      let at = c;
      return parts.reduce((v, part) => {
        const next = part.value(at, v);
        at = part.component(at);
        return next;
      }, value);
    },
    event: (event) => through(event, (part, e) => part.event?.(e) ?? e),
    agent: (name) => through(name, (part, n) => part.agent?.(n) ?? n),
    invariant: (name) => through(name, (part, n) => part.invariant?.(n) ?? n),
    statement: (id) => through(id, (part, s) => part.statement?.(s) ?? s),
  };
}

const quoted = ({ name }: Symmetry): string => `'${name}'`;

function exchanged(things: readonly string[], permutation: readonly number[]): string {
  return permutation.flatMap((to, i) => (to === i ? [] : [`${things[i]} for ${things[to]}`])).join(', ');
}

const factorial = (n: number): number => (n <= 1 ? 1 : n * factorial(n - 1));

/** Every order of 0 to n - 1, from the ascending one on. */
export function permutationsOf(n: number): readonly (readonly number[])[] {
  const all = (left: readonly number[]): readonly (readonly number[])[] =>
    left.length === 0
      ? [[]]
      : left.flatMap((first) => all(left.filter((x) => x !== first)).map((rest) => [first, ...rest]));
  return all(Array.from({ length: n }, (_, i) => i));
}

function product(lists: readonly (readonly number[])[]): readonly (readonly number[])[] {
  return lists.reduce<readonly (readonly number[])[]>(
    (sofar, list) => sofar.flatMap((chosen) => list.map((x) => [...chosen, x])),
    [[]],
  );
}
