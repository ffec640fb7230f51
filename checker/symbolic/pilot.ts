/** A first look at a system: some thousand states, one by one, so that an order of the components can be chosen by
 *  who reads and writes what. */
import type { IdOf } from './learned.ts';
import { Clash, type Move, type Rules } from './rules.ts';

/** A state: the number of each component's value. */
type State = readonly number[];

/** Learns what `most` reachable states have to teach, near ones and far ones. `look` sees each of them, and ends the
 *  pilot by true. */
export function pilot(rules: Rules, most: number, look: (idOf: IdOf) => boolean): void {
  const start: State = rules.values.map(() => 0);
  const known = new Set([start.join()]);
  const frontier: State[] = [start];
  // Mostly the newest state, for depth; every fourth time an old one, for breadth.
  for (let turn = 0; frontier.length > 0; turn++) {
    const at = turn % 4 === 0 ? Math.imul(turn, 0x9e3779b1) >>> 8 : frontier.length - 1;
    const [state] = frontier.splice(at % frontier.length, 1);
    if (look((c) => state![c]!)) return;
    for (const next of successors(rules, state!)) {
      const key = next.join();
      if (known.has(key)) continue;
      if (known.size >= most) return;
      known.add(key);
      frontier.push(next);
    }
  }
}

function successors(rules: Rules, state: State): readonly State[] {
  return rules.agents.flatMap((agent) => {
    const asked = agent.ask((c) => state[c]!);
    return 'answer' in asked ? asked.answer.map((move) => after(rules, state, move)) : [];
  });
}

function after(rules: Rules, state: State, move: Move): State {
  let next = written(state, [move]);
  for (const event of rules.announcements.events(move.announcement)) next = absorbed(rules, next, event);
  return next;
}

function absorbed(rules: Rules, state: State, event: number): State {
  try {
    const moves = rules.reactorsTo(event).flatMap((reactor) => {
      const asked = reactor.ask((c) => state[c]!);
      return 'answer' in asked ? asked.answer : [];
    });
    return written(state, moves);
  } catch (error) {
    if (!(error instanceof Clash)) throw error;
    return absorbed(rules, state, event);
  }
}

function written(state: State, moves: readonly Move[]): State {
  const next = [...state];
  for (const { writes } of moves) for (const { component, to } of writes) next[component] = to;
  return next;
}
