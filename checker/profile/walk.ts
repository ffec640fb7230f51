/** Which agents' steps there are, which of them find new states, and which could be taken at any time: from a few
 *  thousand states, spread evenly over those that were visited. */

import { type Queue, queueFor } from '../explore/queue.ts';
import { type Edge, successorsOf } from '../explore/successors.ts';
import type { Standing } from '../explore/team.ts';
import { nameOf } from './watch.ts';

/** States of which all steps are counted. */
const STATES = 4000;
/** States in which each step is tried against every step of the other agents. */
const PAIRED = 400;

/** What the steps of an agent, or those of one statement, came to among the states looked at. */
export interface Tally {
  readonly name: string;
  readonly agent: string;
  /** Of all transitions, the share that these steps are. */
  share: number;
  /** Of all states, the share that these steps found first; 0 if parents were not kept. */
  found: number;
  /** Of these steps, the share that led to the same whether they came before or after any step of another agent, and
   *  changed nothing of what others can do. Null if none of them met another agent. */
  free: number | null;
}

export interface Tallies {
  readonly agents: readonly Tally[];
  readonly steps: readonly Tally[];
  /** How many states these figures come from. */
  readonly states: number;
}

interface Counter {
  readonly name: string;
  readonly agent: string;
  taken: number;
  found: number;
  tried: number;
  free: number;
}

/** The steps of one state: what they are, and the flat states that they lead to. */
interface Fan {
  readonly edges: readonly Edge[];
  readonly states: readonly Int32Array[];
}

export function tallies(standing: Standing): Tallies {
  const { tables, exploration, frontier } = standing;
  const { visited } = exploration;
  const agents = new Map<string, Counter>();
  const steps = new Map<string, Counter>();
  for (const { name } of tables.system.agents) counterOf(agents, name, name);
  const both = ({ agent, label }: Edge): readonly Counter[] => [
    counterOf(agents, agent, agent),
    counterOf(steps, nameOf(agent, label), agent),
  ];
  const fan = fans(standing);
  // Breadth first, what is not expanded yet comes last. Expanding it here would run the model.
  const expanded = Math.max(1, visited.count - frontier.size());
  let looked = 0;
  for (const id of spread(0, expanded, STATES)) {
    looked += 1;
    for (const edge of fan(id)?.edges ?? []) for (const counter of both(edge)) counter.taken += 1;
  }
  if (visited.keepParents) {
    for (const id of spread(1, visited.count, STATES)) {
      const edge = edgeTo(standing, fan, id);
      if (edge !== null) for (const counter of both(edge)) counter.found += 1;
    }
  }
  const unreduced = unreducedFans(standing) ?? fan;
  for (const id of spread(0, expanded, PAIRED)) {
    for (const { edge, isFree } of freedoms(standing, unreduced, id)) {
      for (const counter of both(edge)) {
        counter.tried += 1;
        if (isFree) counter.free += 1;
      }
    }
  }
  return { agents: shares([...agents.values()]), steps: shares([...steps.values()]), states: looked };
}

function counterOf(counters: Map<string, Counter>, name: string, agent: string): Counter {
  const known = counters.get(name) ?? { name, agent, taken: 0, found: 0, tried: 0, free: 0 };
  counters.set(name, known);
  return known;
}

function shares(counters: readonly Counter[]): readonly Tally[] {
  const taken = counters.reduce((sum, it) => sum + it.taken, 0);
  const found = counters.reduce((sum, it) => sum + it.found, 0);
  return counters
    .map((it) => ({
      name: it.name,
      agent: it.agent,
      share: taken === 0 ? 0 : it.taken / taken,
      found: found === 0 ? 0 : it.found / found,
      free: it.tried === 0 ? null : it.free / it.tried,
    }))
    .sort((a, b) => b.share - a.share);
}

/** Up to `many` ids from `from` to `to`, evenly spread. */
export function spread(from: number, to: number, many: number): readonly number[] {
  const count = Math.min(many, Math.max(0, to - from));
  return Array.from({ length: count }, (_, i) => from + Math.floor((i * (to - from)) / count));
}

/** The same without a reduction by symmetries, which gives an agent's step another agent's name on the way; null if
 *  there is none. It learns the model anew, but of a few states only. */
function unreducedFans(standing: Standing): FanOf | null {
  if (standing.reduced === null) return null;
  return fans({ ...standing, successors: successorsOf(standing.tables) });
}

/** The steps of a visited state, or of any flat one; null where a value did not fit the layout. */
function fans({
  tables,
  successors,
  exploration: { visited },
}: Pick<Standing, 'tables' | 'successors' | 'exploration'>) {
  const width = tables.layout.words;
  const queue: Queue = queueFor(width);
  return (state: number | Int32Array): Fan | null => {
    const flat = typeof state === 'number' ? new Int32Array(width) : state;
    if (typeof state === 'number') visited.load(state, flat);
    queue.size = 0;
    tables.overflow = false;
    const count = successors.expand(flat, 0, queue);
    if (count < 0) return null;
    const states = Array.from({ length: count }, (_, i) => queue.words.slice(i * width, (i + 1) * width));
    return { edges: successors.edges(flat, 0), states };
  };
}

type FanOf = ReturnType<typeof fans>;

/** The step by which a state was found first. */
function edgeTo({ exploration: { visited }, tables }: Standing, fan: FanOf, id: number): Edge | null {
  const flat = new Int32Array(tables.layout.words);
  visited.load(id, flat);
  const from = fan(visited.parentOf(id));
  const i = from?.states.findIndex((state) => isSame(state, flat)) ?? -1;
  return i < 0 ? null : from!.edges[i]!;
}

/** Each step of a state at which another agent can step before it or after it, and whether it is free of all others. */
function freedoms(standing: Standing, fan: FanOf, id: number) {
  const here = fan(id);
  if (here === null) return [];
  const after = here.states.map((state) => fan(state));
  const agents = standing.tables.system.agents.map(({ name }) => name);
  return here.edges.flatMap((edge, i) => {
    const others = agents.filter((name) => name !== edge.agent);
    const isMet = [...here.edges, ...(after[i]?.edges ?? [])].some(({ agent }) => agent !== edge.agent);
    return isMet ? [{ edge, isFree: others.every((other) => isFreeOf(here, after, i, other)) }] : [];
  });
}

/** Whether step `i` leaves the steps of `other` as they are, and comes to the same before and after each of them. */
function isFreeOf(here: Fan, after: readonly (Fan | null)[], i: number, other: string): boolean {
  const then = after[i];
  if (then == null) return false;
  const theirs = indices(here, other);
  const theirsThen = indices(then, other);
  if (theirs.length !== theirsThen.length) return false;
  const { agent, choice } = here.edges[i]!;
  return theirs.every((j, n) => {
    const swapped = after[j];
    const own = swapped?.edges.findIndex((edge) => edge.agent === agent && edge.choice === choice) ?? -1;
    return own >= 0 && isSame(swapped!.states[own]!, then.states[theirsThen[n]!]!);
  });
}

function indices({ edges }: Fan, agent: string): readonly number[] {
  return edges.flatMap((edge, i) => (edge.agent === agent ? [i] : []));
}

function isSame(a: Int32Array, b: Int32Array): boolean {
  return a.every((word, w) => word === b[w]);
}
