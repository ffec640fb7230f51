/** Systems of like processes, for tests: each has a variable of its own, and all share one that may name a process. */
import { type Toy, type ToyStep, toy } from '../explore/toy.ts';
import type { Symmetry, System } from '../system.ts';

/** The variables p0, p1, … and `shared`. */
export type Processes = Record<string, number>;

/** Nobody, in the shared variable. */
export const NOBODY = -1;

/** A rule of every process: `me` is its number. */
export type Rule = (s: Processes, me: number) => readonly ToyStep<Processes>[];

export const processNames = (n: number): readonly string[] => Array.from({ length: n }, (_, i) => `p${i}`);

/** What is wrong with a declaration. */
export interface Fault {
  /** The shared variable names a process, and the declaration does not say so. */
  readonly forgetsShared?: boolean;
}

/** `n` processes that follow the rule, and the declaration that they are alike. */
export function processes(
  n: number,
  rule: Rule,
  more: Partial<Toy<Processes>> = {},
  fault: Fault = {},
): System {
  const names = processNames(n);
  const system = toy<Processes>({
    start: { ...Object.fromEntries(names.map((name) => [name, 0])), shared: NOBODY },
    agents: Object.fromEntries(names.map((name, me) => [name, (s: Processes) => rule(s, me)])),
    ...more,
  });
  return { ...system, symmetries: [likeProcesses(n, fault)] };
}

export function likeProcesses(n: number, { forgetsShared = false }: Fault = {}): Symmetry {
  return {
    name: 'processes',
    things: processNames(n),
    exchange: (places) => ({
      component: (c) => places[c] ?? c,
      value: (c, value) =>
        c < n || forgetsShared || value === NOBODY ? value : (places[value as number] ?? value),
      agent: (name) => name.replace(/\d+/, (i) => String(places[Number(i)])),
      event: (event) => ('by' in event ? { ...event, by: places[event.by as number] } : event),
      statement: (id) => id.replace(/\d+/, (i) => String(places[Number(i)])),
    }),
  };
}
