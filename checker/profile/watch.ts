/** A system whose functions are counted and timed as the engine calls them. The engine knows nothing of it, so a check
 *  without a profile pays nothing. */
import { keyOf } from '../intern/canonical.ts';
import type { Component, Event, Label, Read, Step, System } from '../system.ts';

/** What the calls of one function of the model came to. The engine calls it once for each combination of the values
 *  that it reads. */
export interface Calls {
  readonly kind: 'step' | 'reaction' | 'invariant' | 'antecedent' | 'witness' | 'stuck';
  readonly name: string;
  calls: number;
  seconds: number;
  /** The components that it read in any call. */
  readonly reads: Set<number>;
}

export interface Watch {
  /** To be checked instead of the system that is watched. */
  readonly system: System;
  readonly functions: ReadonlyMap<string, Calls>;
  /** For each component: which step or reaction made how many of its values first. */
  readonly makers: readonly ReadonlyMap<string, number>[];
}

export function watch(system: System): Watch {
  const functions = new Map<string, Calls>();
  const makers = system.components.map(() => new Map<string, number>());
  const known = system.components.map(({ initial }) => new Set([keyOf(initial)]));

  function counted<T>(kind: Calls['kind'], name: string, read: Read, run: (read: Read) => T): T {
    const key = `${kind} ${name}`;
    const calls = functions.get(key) ?? { kind, name, calls: 0, seconds: 0, reads: new Set() };
    functions.set(key, calls);
    const started = performance.now();
    try {
      return run((component) => {
        calls.reads.add(component.index);
        return read(component);
      });
    } finally {
      calls.calls += 1;
      calls.seconds += (performance.now() - started) / 1000;
    }
  }

  function made(c: number, value: unknown, maker: string): void {
    const key = keyOf(value);
    if (known[c]!.has(key)) return;
    known[c]!.add(key);
    makers[c]!.set(maker, (makers[c]!.get(maker) ?? 0) + 1);
  }

  function reacting(component: Component): Component {
    const { ref, reaction } = component;
    if (reaction === undefined) return component;
    const react = (event: Event, own: unknown, read: Read): unknown => {
      const name = `${ref.name} to ${event.kind}`;
      const value = counted('reaction', name, read, (reading) => reaction.react(event, own, reading));
      made(ref.index, value, `${ref.name}'s reaction to ${event.kind}`);
      return value;
    };
    return { ...component, reaction: { listens: (event) => reaction.listens(event), react } };
  }

  function stepping(name: string, steps: (read: Read) => readonly Step[]) {
    return (read: Read): readonly Step[] => {
      const found = counted('step', name, read, steps);
      for (const { label, writes } of found)
        for (const { component, value } of writes) made(component.index, value, nameOf(name, label));
      return found;
    };
  }

  const watched: System = {
    ...system,
    components: system.components.map(reacting),
    agents: system.agents.map((agent) => ({
      ...agent,
      steps: stepping(agent.name, (read) => agent.steps(read)),
    })),
    invariants: system.invariants.map((it) => ({
      ...it,
      broken: (read) => counted('invariant', it.name, read, (reading) => it.broken(reading)),
      ...(it.antecedent === undefined
        ? {}
        : {
            antecedent: (read: Read) =>
              counted('antecedent', it.name, read, (reading) => it.antecedent!(reading)),
          }),
    })),
    witnesses: system.witnesses.map((it) => ({
      ...it,
      reached: (read) => counted('witness', it.name, read, (reading) => it.reached(reading)),
    })),
    stuck: (read) => counted('stuck', '', read, (reading) => system.stuck(reading)),
  };
  return { system: watched, functions, makers };
}

/** What a step is called where many are added up: by its statement, which is the same whatever values it meets, else by
 *  its first line. */
export function nameOf(agent: string, { lines }: Label): string {
  const statement = lines.find((line) => line.statement !== undefined)?.statement;
  const shown = lines.find(({ text }) => text !== '');
  const name = statement ?? (shown === undefined ? 'a step without text' : shown.text);
  return name.startsWith(`${agent}: `) || name.startsWith(`${agent} `) ? name : `${agent}: ${name}`;
}
