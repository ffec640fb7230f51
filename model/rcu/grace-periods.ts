/** The grace-period machinery as an agent: when nobody holds a grace period up any more, what waits for it happens,
 *  at any time (semantics.md 2). */
import { type Agent, type Component, component, type Read, type Ref, type Step, write } from '../contract.ts';
import type { GracePeriod, Life, Rcu } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';

export const RCU = 'RCU';

/** `names`: of the threads. */
export function rcuComponent(ref: Ref<Rcu>, names: readonly string[]): Component {
  return component<Rcu>({
    ref,
    initial: { fault: null, readers: [], gps: [] },
    column: RCU,
    show: (rcu) => shownRcu(rcu, names),
  });
}

function shownRcu({ fault, readers, gps }: Rcu, names: readonly string[]): readonly string[] {
  return [
    ...readers.map((u) => `${names[u]} is in a read-side section, or has stores of one to make`),
    ...gps.map(({ id, next, wait }) => {
      if (wait.length > 0) return `${id}: the grace period waits for ${wait.map((u) => names[u]).join(', ')}`;
      const end = next.kind === 'free' ? `${next.object} may be freed` : `${names[next.thread]} may go on`;
      return `${id}: the grace period may end, and ${end}`;
    }),
    ...(fault === null ? [] : [fault]),
  ];
}

export function rcuAgent(ref: Ref<Rcu>, layout: Layout): Agent {
  return {
    name: RCU,
    steps(read) {
      const rcu = read(ref);
      return rcu.gps
        .filter((gp) => gp.next.kind === 'free' && gp.wait.length === 0)
        .map((gp) => freeStep(ref, layout, read, rcu, gp));
    },
  };
}

function freeStep(ref: Ref<Rcu>, layout: Layout, read: Read, rcu: Rcu, gp: GracePeriod): Step {
  const object = gp.next.kind === 'free' ? gp.next.object : '';
  const life: Ref<Life> = layout.lives.get(object)!;
  const twice = read(life) !== 'live';
  const after: Rcu = {
    fault: twice ? `${object} is freed after a grace period, but it is ${read(life)} already` : rcu.fault,
    readers: rcu.readers,
    gps: rcu.gps.filter((g) => g.id !== gp.id),
  };
  return {
    label: { agent: RCU, lines: [{ text: `grace period over: frees ${object}` }] },
    writes: [write(ref, after), write<Life>(life, 'freed')],
  };
}
