/** A system that looks into the mirror: whenever one of its functions is asked, the like one is asked about every
 *  exchanged state, and must say the same of it.
 *
 *  That proves the reduction for what is explored, and is no sample: each answer that an exploration learns and uses has
 *  been held to the mirror. So the steps of `g(s)` are those of `s`, exchanged, for every representative `s` that was
 *  expanded and every `g`; and `g(s)` breaks an invariant, or is stuck, only if `s` does. As the initial state is
 *  exchanged with itself, the reachable states are the images of the representatives. */
import { keyOf } from '../intern/canonical.ts';
import type { Agent, Component, Event, Invariant, Reaction, Read, Step, System, Witness } from '../system.ts';
import { counterpartsOf } from './counterparts.ts';
import { exchangedSteps, holdSteps } from './effects.ts';
import type { Element } from './group.ts';
import { shown, tried, wrong } from './images.ts';
import { mirroredInvariant, mirroredStuck } from './judged.ts';
import { answered, type Mirror } from './mirror.ts';
import { type Remembered, remembered } from './remembered.ts';

/** What the mirrored system calls things, and what the system itself calls them. */
export interface Names {
  readonly invariants: ReadonlyMap<string, string>;
  /** A witness is there once for each element: it need not be one that is exchanged with itself. */
  readonly witnesses: ReadonlyMap<string, string>;
  /** With which other invariants of the mirrored system one is exchanged. */
  readonly orbits: ReadonlyMap<string, readonly string[]>;
}

/** ModelBug if the initial state is not exchanged with itself. */
export function mirrored(mirror: Mirror): { readonly system: System; readonly names: Names } {
  const { system, group } = mirror;
  holdInitial(mirror);
  const { components, agents, invariants, witnesses } = system;
  const remember = <A>(): Remembered<A> => remembered(system, mirror.images);
  const reactions = reactionsOf(remember);
  const steps = new Map(agents.map((agent) => [agent, remember<readonly Step[]>()]));
  const counterparts = group.map((element) => counterpartsOf(system, element));
  const own = ownNames(invariants);
  const copies = witnesses.flatMap((witness) =>
    group.map((_, g) => [witness.name, witnessBy(mirror, witness, g)] as const),
  );
  return {
    system: {
      ...system,
      components: components.map((it) => mirroredComponent(mirror, it, reactions)),
      agents: agents.map((it) =>
        mirroredAgent(mirror, it, (agent, read) => steps.get(agent)!(read, agent.steps)),
      ),
      invariants: invariants.map((it, i) => ({
        ...mirroredInvariant(mirror, it, (g) => invariants[counterparts[g]![i]!]!),
        name: own[i]!,
      })),
      witnesses: copies.map(([, copy]) => copy),
      stuck: mirroredStuck(mirror),
    },
    names: {
      invariants: new Map(invariants.map(({ name }, i) => [own[i]!, name])),
      witnesses: new Map(copies.map(([name, copy]) => [copy.name, name])),
      orbits: new Map(own.map((name, i) => [name, counterparts.map((of) => own[of[i]!]!)])),
    },
  };
}

function holdInitial({ system, group, images }: Mirror): void {
  for (const [g, element] of group.entries()) {
    for (const [c, { ref, initial }] of system.components.entries()) {
      const other = system.components[element.to[c]!]!;
      const expected = images.image(g, c, initial);
      if (keyOf(expected) === keyOf(other.initial)) continue;
      throw wrong(
        element,
        `the initial state is not exchanged with itself:\n  ${ref.name} = ${shown(initial)}\n` +
          `  becomes ${other.ref.name} = ${shown(expected)}\n  which is ${shown(other.initial)} at first`,
      );
    }
  }
}

function mirroredAgent(
  mirror: Mirror,
  agent: Agent,
  stepsOf: (agent: Agent, read: Read) => readonly Step[],
): Agent {
  const { agents } = mirror.system;
  const likeBy = (element: Element): Agent => {
    const name = element.agent(agent.name);
    const like = agents.find((it) => it.name === name);
    if (like === undefined) throw wrong(element, `${agent.name} becomes ${name}, and there is no such agent`);
    return like;
  };
  return {
    name: agent.name,
    steps: (read) =>
      answered(mirror, read, {
        ask(own) {
          const steps = stepsOf(agent, own);
          // To write what is there already is to do nothing, so it matters what is there.
          for (const { writes } of steps) for (const { component } of writes) own(component);
          return steps;
        },
        exchanged: (steps, g, element) => `${likeBy(element).name}\n${exchangedSteps(mirror, steps, g)}`,
        hold(steps, other) {
          const like = likeBy(other.element);
          const found = tried(other.element, `what ${like.name} can do`, () => stepsOf(like, other.read));
          holdSteps(mirror, [agent, steps], [like, found], other);
        },
      }),
  };
}

/** How a component reacts to an event, asked of what a state reads. */
type React = (component: Component, event: Event, read: Read) => unknown;

function reactionsOf(remember: () => Remembered<unknown>): React {
  const known = new Map<string, Remembered<unknown>>();
  return ({ ref, reaction }, event, read) => {
    const key = `${ref.index} ${keyOf(event)}`;
    const asked = known.get(key) ?? remember();
    known.set(key, asked);
    return asked(read, (own) => reaction!.react(event, own(ref), own));
  };
}

function mirroredComponent(mirror: Mirror, component: Component, reactionOf: React): Component {
  const { reaction, ref } = component;
  if (reaction === undefined) return component;
  const { system, group, images } = mirror;
  const likeBy = (element: Element): Component => system.components[element.to[ref.index]!]!;
  const held: Reaction<unknown> = {
    listens(event) {
      const listens = reaction.listens(event);
      for (const element of group) {
        const like = likeBy(element);
        const other = element.event(event);
        const what = `whether ${like.ref.name} listens`;
        if (tried(element, what, () => like.reaction?.listens(other) ?? false) === listens) continue;
        const [one, not] = [`${ref.name} to ${shown(event)}`, `${like.ref.name} to ${shown(other)}`];
        throw wrong(element, `${listens ? one : not} listens, and ${listens ? not : one} does not`);
      }
      return listens;
    },
    react: (event, _, read) =>
      answered(mirror, read, {
        ask: (here) => reactionOf(component, event, here),
        exchanged: (after, g) => String(images.of(g, ref.index, images.idOf(ref.index, after))),
        hold(after, { g, element, read: there }) {
          const like = likeBy(element);
          const other = element.event(event);
          const found = tried(element, `the reaction of ${like.ref.name}`, () =>
            reactionOf(like, other, there),
          );
          const expected = images.image(g, ref.index, after);
          if (keyOf(found) === keyOf(expected)) return;
          throw wrong(
            element,
            `${like.ref.name} makes of ${shown(other)} something else than ${ref.name} of ${shown(event)}:\n` +
              `  ${shown(found)}\n  and not ${shown(expected)}`,
          );
        },
      }),
  };
  return { ...component, reaction: held };
}

/** The witness asked about the state that element `g` makes of a state. */
function witnessBy({ system, group, images }: Mirror, witness: Witness, g: number): Witness {
  if (g === 0) return witness;
  const element = group[g]!;
  return {
    name: `${witness.name}, with ${element.text}`,
    reached: (read) =>
      witness.reached(({ index }) => {
        const c = element.from[index]!;
        return images.image(g, c, read(system.components[c]!.ref)) as never;
      }),
  };
}

/** A name of its own for each. */
const ownNames = (invariants: readonly Invariant[]): readonly string[] =>
  invariants.map(({ name }, i) => {
    const same = invariants.flatMap((it, j) => (it.name === name ? [j] : []));
    return same.length === 1 ? name : `${name} (${same.indexOf(i) + 1} of ${same.length})`;
  });
