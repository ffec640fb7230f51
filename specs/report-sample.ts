/** A spec for the test of the report's page: two agents that count by turns, for a trace as long as one may be. */
import { toy } from '../checker/explore/toy.ts';
import type { Spec } from '../checker/spec.ts';
import type { System } from '../checker/system.ts';

/** What the cache keeps of what it was told. */
const KEPT = 8;

interface State {
  readonly a: number;
  readonly b: number;
  readonly cache: readonly number[];
}

/** A and B count by turns, which breaks the invariant after `steps` steps, an even number. A cache remembers. */
export function turns(steps: number): System {
  const system = toy<State>({
    start: { a: 0, b: 0, cache: [] },
    agents: {
      A: (s) =>
        s.a === s.b ? [{ text: `a = ${s.a + 1}`, set: { a: s.a + 1 }, say: [{ kind: 'told' }] }] : [],
      B: (s) => (s.a > s.b ? [{ text: `b = ${s.b + 1}`, set: { b: s.b + 1 } }] : []),
    },
    reacts: { cache: (_, own, s) => [...own, s.a].slice(-KEPT) },
    never: { 'goes on': (s) => (s.a + s.b === steps ? `counted to ${steps}` : null) },
  });
  const components = system.components.map((it) => ({
    ...it,
    describe: () => [],
    show: (value: unknown) =>
      Array.isArray(value) ? value.map((n) => `${it.ref.name} has ${n}`) : [`${it.ref.name} = ${value}`],
  }));
  return { ...system, components };
}

export const longSpec: Spec = {
  name: 'long',
  title: 'two that count',
  source: 'nowhere in the kernel',
  variants: [
    {
      name: 'a thousand steps',
      about: 'by turns',
      expect: { sc: { kind: 'violated', by: 'goes on' } },
      build: () => turns(1000),
    },
    { name: 'wrongly expected', about: 'breaks', expect: { sc: { kind: 'holds' } }, build: () => turns(2) },
  ],
};
