/** The functions of a system, learned: what agents can do, and how components absorb events. */
import { Announcements } from '../intern/announcements.ts';
import { type Interner, interner } from '../intern/interner.ts';
import { valuesOf } from '../intern/tables.ts';
import { Covered } from '../property/coverage.ts';
import type { Event, Read, Step, System } from '../system.ts';
import { type Cost, Learned } from './learned.ts';

/** One way to change the state, in numbers. Every component that it writes was read. */
export interface Move {
  readonly writes: readonly { readonly component: number; readonly to: number }[];
  /** Which events it announces: 0 is none, others are of `Rules.announcements`. */
  readonly announcement: number;
}

/** What a component, or several that look at each other, make of an event. */
export type Reactor = Learned<readonly Move[]>;

/** A reaction reads a component that reacts to the same event; both were put into one reactor. */
export class Clash extends Error {}

export class Rules {
  readonly system: System;
  readonly values: readonly Interner<unknown>[];
  readonly agents: readonly Learned<readonly Move[]>[];
  readonly announcements = new Announcements();
  /** What all learned steps have been through. */
  readonly covered = new Covered();
  readonly cost: Cost = { slowCalls: 0, slowSeconds: 0, lookups: 0 };
  private readonly events = interner<Event>('an event');
  /** For each event, who listens: sets of components that react together. */
  private readonly parties: (readonly (readonly number[])[])[] = [];
  private readonly reactors: (readonly Reactor[])[] = [];

  constructor(system: System) {
    this.system = system;
    this.values = valuesOf(system);
    this.agents = system.agents.map((agent) =>
      this.learned(`the step function of ${agent.name}`, (read) =>
        agent.steps(read).map((step) => this.moveOf(step, read)),
      ),
    );
  }

  /** A function of the model that answers as `run` does. */
  learned<A>(who: string, run: (read: Read) => A, starts = -1): Learned<A> {
    return new Learned(who, this.values, this.cost, run, starts);
  }

  /** Who absorbs `event`. Replaced by another list where a reaction is found to look at another. */
  reactorsTo(event: number): readonly Reactor[] {
    const known = this.reactors[event];
    if (known !== undefined) return known;
    const value = this.events.valueOf(event);
    const listeners = this.system.components.flatMap(({ reaction }, c) =>
      reaction?.listens(value) ? [c] : [],
    );
    this.parties[event] ??= listeners.map((c) => [c]);
    const reactors = this.parties[event].map((party) => this.reactor(event, party));
    this.reactors[event] = reactors;
    return reactors;
  }

  /** All reactors that there are. */
  allReactors(): readonly Reactor[] {
    return this.reactors.flat();
  }

  private moveOf({ label, writes, events = [] }: Step, read: Read): Move {
    this.covered.add(label);
    const last = new Map(writes.map(({ component, value }) => [component.index, value]));
    const changes = [...last].map(([component, value]) => this.write(component, value, read));
    const announced = events.map((event) => this.events.idOf(event));
    return { writes: changes, announcement: this.announcements.numberOf(announced) };
  }

  private write(component: number, value: unknown, read: Read): Move['writes'][number] {
    read(this.system.components[component]!.ref);
    return { component, to: this.values[component]!.idOf(value) };
  }

  /** The components of `party` absorb `event` at once: each reads what the others were before. */
  private reactor(event: number, party: readonly number[]): Reactor {
    const value = this.events.valueOf(event);
    const names = party.map((c) => this.system.components[c]!.ref.name).join(' and ');
    const react = (read: Read): readonly Move[] => {
      const careful: Read = (ref) => {
        this.refuseListener(event, party, ref.index);
        return read(ref);
      };
      const writes = party.map((c) => {
        const { ref, reaction } = this.system.components[c]!;
        return this.write(c, reaction!.react(value, read(ref), careful), read);
      });
      return [{ writes, announcement: 0 }];
    };
    return this.learned(`the reaction of ${names} to ${value.kind}`, react, party[0]!);
  }

  private refuseListener(event: number, party: readonly number[], read: number): void {
    const other = this.parties[event]!.find((it) => it !== party && it.includes(read));
    if (other === undefined) return;
    const apart = this.parties[event]!.filter((it) => it !== party && it !== other);
    this.parties[event] = [...apart, [...party, ...other]];
    delete this.reactors[event];
    throw new Clash();
  }
}
