/** What usually helps, as the numbers of a profile suggest it. */
import { count } from '../report/numbers.ts';
import type { ComponentProfile, Profile } from './profile.ts';
import type { Tally } from './walk.ts';

/** So many values of one component are many: each may cost a run of every function that reads it. */
const MANY_VALUES = 1000;
/** A field is worth a word if there would be so many times fewer states without it. */
const MULTIPLIES = 1.2;
/** A component multiplies somewhat by being what the system is about. */
const MULTIPLIES_MUCH = 3;
/** The share of all transitions from which a step is worth a word. */
const FREQUENT = 0.05;
/** What was tried a few hundred times and hardly ever failed. */
const FREE = 0.98;
/** The share of the time that slow code must take to be worth a word, and the share of it that one function must. */
const SLOW = 0.25;
/** Up to 64 bits a state is a key by itself. */
const PLAIN_BITS = 64;

/** A piece of advice, and what it is about where that is a list. */
export interface Advice {
  readonly text: string;
  readonly about?: readonly string[];
}

/** The most useful first. */
export function advice(profile: Profile): readonly Advice[] {
  const found = [
    ...fields(profile),
    ...wholes(profile),
    ...freeSteps(profile),
    ...likeAgents(profile),
    ...manyValues(profile),
    ...slowFunctions(profile),
    ...wide(profile),
    ...ending(profile),
  ];
  if (found.length > 0) return found;
  const text =
    'Nothing stands out. Make the composition smaller (one CPU, page or SMMU less, a shorter program), or take parts ' +
    'out of it that the property does not need.';
  return [{ text }];
}

const times = (factor: number): string => (factor < 10 ? factor.toFixed(1) : count(factor));
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** What `CPU0` and `CPU1` have in common. */
const kindOf = (name: string): string => name.replace(/\d+/g, '#');

/** The items by kind of name, in the order of the first of each kind. */
function byKind<T extends { readonly name: string }>(items: readonly T[]): readonly (readonly [T, ...T[]])[] {
  const kinds = new Map<string, [T, ...T[]]>();
  for (const item of items) {
    const kind = kinds.get(kindOf(item.name));
    if (kind === undefined) kinds.set(kindOf(item.name), [item]);
    else kind.push(item);
  }
  return [...kinds.values()];
}

/** `CPU0`, or `CPU0 (CPU1 likewise)`. */
function withLike([first, ...others]: readonly [
  { readonly name: string },
  ...{ readonly name: string }[],
]): string {
  return others.length === 0
    ? first.name
    : `${first.name} (${list(others.map(({ name }) => name))} likewise)`;
}

/** Fields that multiply the states, the first of each component. */
function fields({ components }: Profile): readonly Advice[] {
  const about = components.flatMap(({ name, fields: [most] }) =>
    most === undefined || most.factor < MULTIPLIES
      ? []
      : [`${name}.${most.path}: ${times(most.factor)} times fewer states without it`],
  );
  if (about.length === 0) return [];
  const text =
    'These fields multiply the states. Give a field a fixed value as soon as nobody will read it again, sort it if its ' +
    'order means nothing, and leave out what only a trace shows:';
  return [{ text, about }];
}

/** Components that multiply the states without any one field of theirs being to blame. */
function wholes({ components }: Profile): readonly Advice[] {
  const about = components
    .filter(({ factor, fields: [most] }) => factor >= MULTIPLIES_MUCH && (most?.factor ?? 0) < MULTIPLIES)
    .map(({ name, factor }) => `${name}: ${times(factor)} times fewer states without it`);
  if (about.length === 0) return [];
  const text =
    'These components multiply the states as a whole. What may happen at any time and only adds to what is possible (a ' +
    'cache that may be filled) need not be interleaved with everything else: let the component hold all that may have ' +
    'happened, and grow at once with the step that makes it possible. A component whose states follow from those of ' +
    'others need not be there:';
  return [{ text, about }];
}

/** Steps that come to the same before and after those of all others: each of them doubles what others do. */
function freeSteps({ steps }: Profile): readonly Advice[] {
  const free = steps.filter(({ share, free: ratio }) => share >= FREQUENT && ratio !== null && ratio >= FREE);
  if (free.length === 0) return [];
  const text =
    'Wherever these steps were tried, the same came out before and after every step of the other agents: they only ' +
    'multiply what the others do. Take them together with the step before, as one, if no invariant can tell:';
  return [
    {
      text,
      about: free.slice(0, 6).map(({ name, share }) => `${percent(share)} of the transitions: ${name}`),
    },
  ];
}

/** Agents that differ by a number in their names and take about as many steps, if no symmetry is declared. */
function likeAgents({ agents, symmetries }: Profile): readonly Advice[] {
  if (symmetries.length > 0) return [];
  return byKind(agents)
    .filter(areAlike)
    .map((alike) => {
      const names = alike.map(({ name }) => name).sort();
      const shares = names.map((name) => percent(alike.find((it) => it.name === name)!.share));
      // With two numbers in a name it is not known what is exchanged with what.
      const isOneKind = /^\D*\d+\D*$/.test(names[0]!);
      const fewer = isOneKind ? count(names.reduce((product, _, i) => product * (i + 1), 1)) : 'several';
      return {
        text:
          `${list(names)} take ${list(shares)} of the transitions, and no symmetry is declared. If they are alike ` +
          `in program and data, declare it (\`symmetries\` of the system): up to ${fewer} times fewer states.`,
      };
    });
}

function areAlike(agents: readonly Tally[]): boolean {
  const shares = agents.map(({ share }) => share);
  return agents.length > 1 && Math.min(...shares) > 0 && Math.max(...shares) < 1.25 * Math.min(...shares);
}

function manyValues({ components }: Profile): readonly Advice[] {
  const many = components.filter(({ values }) => values >= MANY_VALUES);
  return byKind(many.toSorted((a, b) => b.values - a.values))
    .slice(0, 3)
    .map((like) => ({ text: `${withLike(like)} has ${count(like[0].values)} values${origin(like[0])}` }));
}

function origin({ makers, values, fields }: ComponentProfile): string {
  const [first] = makers;
  const by = first === undefined ? '' : `, ${percent(first[1] / values)} of them made by ${first[0]}`;
  const best = fields.toSorted((a, b) => a.values - b.values)[0];
  const without =
    best === undefined || best.values > 0.7 * values
      ? 'split it into components that change at different times.'
      : `without .${best.path} it would have ${count(best.values)}: make that a component of its own, or smaller.`;
  return `${by}. Whatever reads it runs again for each of them: ${without}`;
}

function slowFunctions({ functions, effort: { seconds } }: Profile): readonly Advice[] {
  const slow = functions.reduce((sum, it) => sum + it.seconds, 0);
  if (slow < SLOW * seconds || slow < 0.5) return [];
  const worst = functions.filter((it) => it.seconds >= (SLOW / 2) * slow);
  return byKind(worst)
    .slice(0, 3)
    .map((like) => {
      const [{ kind, calls, seconds: own, reads }] = like;
      const ran = `ran ${count(calls)} times and took ${percent(own / seconds)} of the time`;
      const read = `${reads.length} component${reads.length === 1 ? '' : 's'}`;
      return { text: `${calledAs(kind, withLike(like))} ${ran}${whatHelps(kind, read, reads.length)}` };
    });
}

function calledAs(kind: Profile['functions'][number]['kind'], name: string): string {
  if (kind === 'step') return `The step function of ${name}`;
  if (kind === 'reaction') return `The reaction of ${name}`;
  return kind === 'stuck' ? 'stuck()' : `The ${kind} ${name}`;
}

function whatHelps(kind: Profile['functions'][number]['kind'], read: string, reads: number): string {
  if (kind === 'step') {
    return (
      `: once for each combination of what it reads, ${read} in all. Read first what decides (where the program ` +
      'stands), and then only what that step needs.'
    );
  }
  if (kind === 'reaction') {
    return (
      '. Let listens() refuse events that do not concern it, and react() return the old value before it reads ' +
      'anything else.'
    );
  }
  return reads > 2
    ? `, and reads ${read}: make it one for each CPU or SMMU, which reads theirs alone, and read first what decides.`
    : `, and reads ${read}: these have many values, and it is asked anew for each.`;
}

function wide({ components }: Profile): readonly Advice[] {
  const needs = components.reduce((sum, { needs: bits }) => sum + bits, 0);
  if (needs <= PLAIN_BITS) return [];
  const widest = components.toSorted((a, b) => b.needs - a.needs).slice(0, 3);
  const text =
    `A state needs ${needs} bits. Up to ${PLAIN_BITS} it would be found by one look-up; now parts of it are numbered ` +
    `first. The widest are ${list(widest.map((it) => `${it.name} (${it.needs})`))}.`;
  return [{ text }];
}

/** Whether a run that was stopped was near its end. */
function ending({ stopped, levels, open }: Profile): readonly Advice[] {
  if (stopped === null || levels.length < 6) return [];
  const widest = levels.indexOf(Math.max(...levels.slice(0, -1)));
  // The last level is not complete.
  const [before, last] = levels.slice(-3, -1) as [number, number];
  const text =
    last < before
      ? `Levels are shrinking since distance ${widest}: the end may be near. Give it more states or memory ` +
        `(${count(open)} states are open).`
      : `Levels still grow by ${(last / before).toFixed(2)} a step at distance ${levels.length - 2}: more states or ` +
        'memory alone will not do. Look at what multiplies, or take a smaller composition.';
  return [{ text }];
}
