/** A tiny language for the tests of the engine: systems of named variables, guarded steps, and reactions. */
import {
  type Component,
  component,
  type Event,
  type Invariant,
  type Read,
  type Ref,
  ref,
  type Statement,
  type System,
  type Witness,
  write,
} from '../system.ts';

/** What one toy step does. */
export interface ToyStep<S> {
  readonly text?: string;
  /** The statement that it executes. */
  readonly statement?: string;
  readonly set?: Partial<S>;
  readonly say?: readonly Event[];
}

export interface Toy<S> {
  readonly name?: string;
  readonly start: S;
  /** Steps by agent; `s.x` reads the variable x. */
  readonly agents: Readonly<Record<string, (s: S) => readonly ToyStep<S>[]>>;
  /** Why a state breaks each invariant, or null. */
  readonly never?: Readonly<Record<string, (s: S) => string | null>>;
  /** Antecedents of invariants, by the same names. */
  readonly when?: Readonly<Record<string, (s: S) => boolean>>;
  readonly reach?: Readonly<Record<string, (s: S) => boolean>>;
  readonly statements?: readonly string[];
  readonly hears?: { readonly [K in keyof S]?: (event: Event) => boolean };
  readonly reacts?: { readonly [K in keyof S]?: (event: Event, own: S[K], s: S) => S[K] };
  /** Where the system may not stop; by default it may everywhere. */
  stuck?(s: S): string | null;
  readonly mustEnd?: boolean;
}

/** The system that a toy describes. */
export function toy<S extends object>(about: Toy<S>): System {
  const names = Object.keys(about.start) as (keyof S & string)[];
  const refs = new Map<string, Ref<unknown>>(names.map((name, i) => [name, ref(i, name)]));
  // A state whose properties are read, and recorded, one by one.
  const state = (read: Read): S =>
    new Proxy({} as S, { get: (_, name) => read(refs.get(String(name)) as Ref<unknown>) });
  const components = names.map((name) => componentOf(about, name, refs.get(name)!, state));
  return {
    name: about.name ?? 'toy',
    components,
    agents: Object.entries(about.agents).map(([name, steps]) => ({
      name,
      steps: (read) =>
        steps(state(read)).map(({ text = '', statement, set = {}, say }) => ({
          label: { agent: name, lines: [{ text, ...(statement === undefined ? {} : { statement }) }] },
          writes: Object.entries(set).map(([variable, value]) => write(refs.get(variable)!, value)),
          ...(say === undefined ? {} : { events: say }),
        })),
    })),
    invariants: invariantsOf(about, state),
    witnesses: Object.entries(about.reach ?? {}).map(
      ([name, reached]): Witness => ({ name, reached: (read) => reached(state(read)) }),
    ),
    statements: (about.statements ?? []).map((id): Statement => ({ id, fn: 'toy', text: id })),
    stuck: (read) => about.stuck?.(state(read)) ?? null,
    columns: Object.keys(about.agents),
    ...(about.mustEnd === undefined ? {} : { mustEnd: about.mustEnd }),
  };
}

function componentOf<S extends object, K extends keyof S & string>(
  { start, hears, reacts }: Toy<S>,
  name: K,
  handle: Ref<unknown>,
  state: (read: Read) => S,
): Component {
  const react = reacts?.[name];
  return component<S[K]>({
    ref: handle as Ref<S[K]>,
    initial: start[name],
    describe: (before, after) => [`${name}: ${JSON.stringify(before)} -> ${JSON.stringify(after)}`],
    ...(react === undefined
      ? {}
      : {
          reaction: {
            listens: hears?.[name] ?? (() => true),
            react: (event, own, read) => react(event, own, state(read)),
          },
        }),
  });
}

function invariantsOf<S>({ never = {}, when = {} }: Toy<S>, state: (read: Read) => S): readonly Invariant[] {
  return Object.entries(never).map(([name, broken]) => {
    const antecedent = when[name];
    return {
      name,
      broken: (read) => broken(state(read)),
      ...(antecedent === undefined ? {} : { antecedent: (read: Read) => antecedent(state(read)) }),
    };
  });
}
