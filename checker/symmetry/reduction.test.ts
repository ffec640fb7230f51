import { describe, expect, test } from 'vitest';
import { checkNow } from '../explore/check.ts';
import { naive } from '../explore/naive.ts';
import { toy } from '../explore/toy.ts';
import type { Event, Symmetry, System } from '../system.ts';
import { replay } from '../trace/replay.ts';
import { orbitsOf } from './orbits.ts';
import { NOBODY, type Processes, processes, processNames, type Rule } from './processes.ts';

/** Each counts to `top` on its own. */
const counters =
  (top: number): Rule =>
  (s, me) => {
    const own = s[`p${me}`]!;
    return own < top ? [{ set: { [`p${me}`]: own + 1 }, statement: `p${me} counts` }] : [];
  };

/** Whoever finds the lock free takes it, works, and gives it back once. */
const locking: Rule = (s, me) => {
  const own = s[`p${me}`]!;
  if (own === 0 && s.shared === NOBODY) return [{ text: 'locks', set: { [`p${me}`]: 1, shared: me } }];
  if (own === 1) return [{ text: 'unlocks', set: { [`p${me}`]: 2, shared: NOBODY } }];
  return [];
};

const states = (system: System, symmetry = true): number =>
  checkNow(system, { search: 'bfs', symmetry }).effort.states;

describe('states that differ only in which of some like things is which are explored once', () => {
  test('three counters to 4: 125 states, and 35 multisets of three values out of five', () => {
    expect(states(processes(3, counters(4)), false)).toBe(125);
    expect(states(processes(3, counters(4)))).toBe(35);
  });

  test('the shared variable is exchanged with whom it names', () => {
    // Free, with any of 8 sets done, or held by one of three, with any of 4 sets of the others done: 8 + 12. Up to the
    // exchange of likes only how many are done matters: 4 + 3.
    expect(states(processes(3, locking), false)).toBe(20);
    expect(states(processes(3, locking))).toBe(7);
  });

  test('values outgrow their fields meanwhile: ids stay, and so do representatives', () => {
    // 301 * 302 / 2 pairs.
    expect(states(processes(2, counters(300)))).toBe(45_451);
  });

  test('two symmetries at once: processes that wait for servers', () => {
    // Each of two processes goes to either of two servers, for good.
    const names = ['p0', 'p1'];
    const start = { p0: NOBODY, p1: NOBODY, s0: 0, s1: 0 };
    const system = toy<Processes>({
      start,
      agents: Object.fromEntries(
        names.map((name) => [
          name,
          (s: Processes) =>
            s[name] === NOBODY
              ? [0, 1].map((to) => ({ set: { [name]: to, [`s${to}`]: s[`s${to}`]! + 1 } }))
              : [],
        ]),
      ),
    });
    const likeServers: Symmetry = {
      name: 'servers',
      things: ['s0', 's1'],
      exchange: (places) => ({
        component: (c) => (c < 2 ? c : 2 + places[c - 2]!),
        value: (c, value) => (c < 2 && value !== NOBODY ? places[value as number] : value),
      }),
    };
    const likeClients: Symmetry = {
      name: 'clients',
      things: names,
      exchange: (places) => ({
        component: (c) => (c < 2 ? places[c]! : c),
        value: (_, value) => value,
        agent: (name) => `p${places[Number(name[1])]}`,
      }),
    };
    // Nobody; one at a server; both at one; both, each at another.
    const both = { ...system, symmetries: [likeClients, likeServers] };
    expect(states(both, false)).toBe(9);
    expect(states({ ...system, symmetries: [likeServers] })).toBe(5);
    expect(states({ ...system, symmetries: [likeClients] })).toBe(6);
    expect(states(both)).toBe(4);
    expect(orbitsOf(both)).toBe(4);
    expect(checkNow(both, { search: 'bfs' }).symmetry).toEqual({
      names: ['clients', 'servers'],
      elements: 4,
    });
  });

  test('a system that declares none, or is told not to, is explored as it is', () => {
    const { symmetries: _, ...without } = processes(2, locking);
    for (const found of [
      checkNow(without, { search: 'bfs' }),
      checkNow(processes(2, locking), { search: 'bfs', symmetry: false }),
    ]) {
      expect(found.symmetry).toBeUndefined();
      expect(found.effort.states).toBe(naive(without).states);
    }
  });

  test('whoever asks for every state without successors gets every one', () => {
    const ends: unknown[] = [];
    const rule: Rule = (s, me) =>
      s[`p${me}`] === 0 && s.shared === NOBODY ? [{ set: { [`p${me}`]: 1, shared: me } }] : [];
    const system = processes(3, rule);
    const shared = system.components[3]!.ref;
    checkNow(system, { search: 'bfs', onTerminal: (read) => ends.push(read(shared)) });
    expect(ends).toEqual([0, 1, 2]);
  });
});

describe('a verdict is that of the system', () => {
  const broken = (s: Processes): string | null => (s.p0 === 2 && s.p1 === 1 ? 'p0 is 2 and p1 is 1' : null);
  const mirrorImage = (s: Processes): string | null =>
    s.p1 === 2 && s.p0 === 1 ? 'p1 is 2 and p0 is 1' : null;

  test('what only an image of a representative breaks is found, with a run that leads there', () => {
    const system = processes(2, counters(2), { never: { a: broken, b: mirrorImage } });
    const { verdict } = checkNow(system, { search: 'bfs' });
    if (verdict.kind !== 'violated') throw new Error(verdict.kind);
    expect(verdict.trace.steps).toHaveLength(3);
    expect(verdict.trace.ending).toBe(`${verdict.invariant}: ${verdict.why}`);
    expect(replay(system, verdict.trace.steps).ending).toBe(verdict.trace.ending);
  });

  test('without traces the verdict is the same', () => {
    const system = processes(2, counters(2), { never: { a: broken, b: mirrorImage } });
    const { verdict } = checkNow(system, { search: 'bfs', keepTraces: false });
    expect(verdict).toMatchObject({ kind: 'violated', trace: { steps: [] } });
  });

  test('a witness that singles one out is reached if any image reaches it', () => {
    const reach = { 'p1 alone is ahead': (s: Processes) => s.p1 === 2 && s.p0 === 0 && s.p2 === 1 };
    const found = checkNow(processes(3, counters(2), { reach }), { search: 'bfs' });
    expect(found.verdict.kind).toBe('holds');
    expect(found.witnessesReached).toEqual(['p1 alone is ahead']);
  });

  test('a witness that no image reaches is missed', () => {
    const reach = { never: (s: Processes) => s.p1 === 9, ever: (s: Processes) => s.p1 === 2 };
    const { verdict } = checkNow(processes(3, counters(2), { reach }), { search: 'bfs' });
    expect(verdict).toEqual({ kind: 'vacuous', reasons: ['The witness "never" was never reached.'] });
  });

  test('a statement that one of like processes executed counts for all', () => {
    const statements = ['p0 counts', 'p1 counts', 'p2 counts'];
    const found = checkNow(processes(3, counters(2), { statements }), { search: 'bfs' });
    expect(found.verdict.kind).toBe('holds');
    expect(found.covered).toEqual(statements);
  });

  test('an antecedent that holds of an image puts the invariant to the test', () => {
    const never = Object.fromEntries(processNames(3).map((name) => [`${name} stays small`, () => null]));
    const when = (least: number) =>
      Object.fromEntries(
        processNames(3).map((name) => [`${name} stays small`, (s: Processes) => s[name]! >= least]),
      );
    const verdict = (least: number) =>
      checkNow(processes(3, counters(2), { never, when: when(least) }), { search: 'bfs' }).verdict;
    expect(verdict(2).kind).toBe('holds');
    expect(verdict(3)).toMatchObject({ kind: 'vacuous', reasons: { length: 3 } });
  });

  test('a deadlock is one of the system', () => {
    const never: Rule = (s, me) => (s.shared === NOBODY ? [{ text: 'locks', set: { shared: me } }] : []);
    const stuck = (s: Processes): string | null => (s.shared === NOBODY ? null : 'locked for good');
    const { verdict } = checkNow(processes(3, never, { stuck }), { search: 'bfs' });
    expect(verdict).toMatchObject({
      kind: 'deadlock',
      why: 'locked for good',
      trace: { steps: { length: 1 } },
    });
  });

  test('a cycle of representatives in which likes change places goes round until it closes', () => {
    // The token goes from each to any other, for ever: one representative, and a run that comes back after two steps.
    const pass: Rule = (s, me) => {
      if (s.shared === NOBODY) return [{ text: 'takes', set: { shared: me } }];
      return s.shared === me
        ? [0, 1].flatMap((i) => (i === me ? [] : [{ text: 'passes', set: { shared: i } }]))
        : [];
    };
    const system = processes(2, pass, { mustEnd: true });
    const found = checkNow(system, { search: 'bfs' });
    expect(found.effort.states).toBe(2);
    if (found.verdict.kind !== 'endless') throw new Error(found.verdict.kind);
    const { steps, repeats } = found.verdict.trace;
    expect([steps.length, repeats]).toEqual([3, 1]);
    expect(replay(system, steps, repeats).repeats).toBe(1);
  });
});

describe('a wrong declaration is found on small sizes, and said', () => {
  const message = (system: System): string => {
    try {
      const { kind } = checkNow(system, { search: 'bfs' }).verdict;
      return `not noticed: ${kind}`;
    } catch (error) {
      return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    }
  };

  test('the shared variable names a process, which the declaration forgets', () => {
    expect(message(processes(2, locking, {}, { forgetsShared: true }))).toBe(
      "ModelBug: the symmetry 'processes' is wrong: with p0 for p1, p1 for p0, p0 can do what p1 cannot:\n" +
        '  locks\n  the nearest is locks\n  but for shared, which becomes 1\n  and not 0\n' +
        '  in the initial state',
    );
  });

  test('one process does what the others do not', () => {
    const odd: Rule = (s, me) => (me === 2 && s.p2 === 1 ? [] : counters(2)(s, me));
    expect(message(processes(3, odd))).toMatch(/p[01] can do what p2 cannot:\n {2}\(no text\)/);
  });

  test('one process does more than the others', () => {
    const odd: Rule = (s, me) => [
      ...counters(2)(s, me),
      ...(me === 0 && s.p0 === 1 ? [{ text: 'jumps', set: { p0: 7 } }] : []),
    ];
    expect(message(processes(2, odd))).toMatch(/jumps|p0 can do what p1 cannot/);
  });

  test('the initial state singles one out', () => {
    const system = processes(2, counters(2), { start: { p0: 0, p1: 1, shared: NOBODY } });
    expect(message(system)).toContain(
      'the initial state is not exchanged with itself:\n  p0 = 0\n  becomes p1 = 0\n  which is 1 at first',
    );
  });

  test('an invariant singles one out', () => {
    const never = { 'p0 is small': (s: Processes) => (s.p0! > 1 ? 'p0 is large' : null) };
    expect(message(processes(2, counters(2), { never }))).toContain('no invariant says');
  });

  test('an invariant is as another, but for what it says', () => {
    const least = (name: string, least: number) => (s: Processes) => (s[name]! > least ? 'large' : null);
    const never = { a: least('p0', 1), b: least('p1', 2) };
    expect(message(processes(2, counters(3), { never }))).toContain(
      'that "b" or "a" is broken is said of the exchanged state alone (large)',
    );
  });

  test('invariants that look at the same are told apart by names, if the declaration has them', () => {
    const small = (name: string) => (s: Processes) => (s[name]! > 5 ? 'too large' : null);
    const even = (name: string) => (s: Processes) => (s[name]! === 1 ? 'odd' : null);
    const never = {
      'p0 small': small('p0'),
      'p0 even': even('p0'),
      'p1 even': even('p1'),
      'p1 small': small('p1'),
    };
    const rule: Rule = (s, me) => (s[`p${me}`] === 0 ? [{ set: { [`p${me}`]: 1 } }] : []);
    const system = processes(2, rule, { never });
    expect(message(system)).toContain('is broken is said');
    const [declared] = system.symmetries!;
    const named: Symmetry = {
      ...declared!,
      exchange: (places) => ({
        ...declared!.exchange(places),
        invariant: (name) => name.replace(/\d/, (i) => String(places[Number(i)])),
      }),
    };
    expect(checkNow({ ...system, symmetries: [named] }, { search: 'bfs' }).verdict.kind).toBe('violated');
  });

  test('a proper end of one is none of another', () => {
    const stuck = (s: Processes): string | null => (s.p0 === 1 ? 'p0 stopped early' : null);
    const rule: Rule = (s, me) =>
      s[`p${me}`] === 0 && s.shared === NOBODY ? [{ set: { [`p${me}`]: 1, shared: me } }] : [];
    expect(message(processes(2, rule, { stuck }))).toContain('that it is stuck is said of the');
  });

  test('one process does not hear what the others hear', () => {
    const say = (by: number) => [{ kind: 'hello', by } as Event];
    const rule: Rule = (s, me) => (s[`p${me}`] === 0 ? [{ set: { [`p${me}`]: 1 }, say: say(me) }] : []);
    const reacts = { p0: (_: Event, own: number) => own, p1: (_: Event, own: number) => own };
    const deaf = processes(2, rule, { reacts, hears: { p1: () => false } });
    expect(message(deaf)).toMatch(/p0 to .* listens, and p1 to .* does not/);
    const other = { p0: (_: Event, own: number) => own, p1: () => 5 };
    expect(message(processes(2, rule, { reacts: other }))).toMatch(/makes of .* something else than/);
  });

  test('statements are not those of the likes', () => {
    const rule: Rule = (s, me) =>
      s[`p${me}`] === 0 ? [{ set: { [`p${me}`]: 1 }, statement: me === 0 ? 'p0 counts' : 'counts' }] : [];
    expect(message(processes(2, rule))).toContain('but for what it announces and counts');
  });

  test('an exchange cannot be undone, or is of too many things', () => {
    const system = processes(2, counters(2));
    const [declared] = system.symmetries!;
    const blurs: Symmetry = {
      ...declared!,
      exchange: (places) => ({ ...declared!.exchange(places), value: () => 0 }),
    };
    expect(message({ ...system, symmetries: [blurs] })).toContain('which, exchanged back, becomes 0');
    const merges: Symmetry = {
      ...declared!,
      exchange: (places) => ({ ...declared!.exchange(places), component: (c) => Math.min(c, 1) }),
    };
    expect(message({ ...system, symmetries: [merges] })).toContain('both become component 1');
    const many: Symmetry = { ...declared!, things: processNames(7) };
    expect(message({ ...system, symmetries: [many] })).toContain('in 5040 ways; at most 720 are tried');
  });

  test('a step is not enabled for the like, deep in the run: the steps that lead there are shown', () => {
    const odd: Rule = (s, me) => (me === 1 && s.p1 === 2 ? [] : counters(4)(s, me));
    expect(message(processes(2, odd))).toContain('after these steps:');
  });
});
