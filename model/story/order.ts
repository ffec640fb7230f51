/**
 * What a run did in another order than its programs, as far as it made a difference: an access that took effect before
 * one that comes earlier in the program, where others could tell. They could if what took effect first leads, step by
 * step, to what should have: by accesses to the same place, and by what each CPU does in the order of its program
 * (Shasha and Snir, TOPLAS 1988). A run without such a pair is one of sc.
 */
import { instructionAt } from '../cpu/work.ts';
import type { Accessed, Happening } from './rerun.ts';

/** Two accesses of a CPU: `later` in program order took effect first. */
export interface Swap {
  readonly earlier: Happening & { readonly access: Accessed };
  readonly later: Happening & { readonly access: Accessed };
}

type Access = Swap['later'];

/** The pairs that made a difference; of several that one barrier would keep in order, the one that shows its place. */
export function swapsIn(happenings: readonly Happening[]): readonly Swap[] {
  const graph = new Graph(happenings);
  const all = graph.agents().flatMap((own) =>
    own.filter(isAccess).flatMap((later) => {
      const passed = own.filter((e): e is Access => isAccess(e) && e.nth < later.nth && e.at > later.at);
      if (passed.length === 0) return [];
      const after = graph.reachedFrom(later);
      return passed.filter((e) => after.has(e)).map((earlier): Swap => ({ earlier, later }));
    }),
  );
  return all.filter((s) => !all.some((t) => t !== s && isTold(s, t)));
}

function isAccess(h: Happening): h is Access {
  if (h.access === undefined) return false;
  const { part, cpu, pc } = h.access;
  return (part === 'read' || part === 'write') && instructionAt(cpu, pc).at.text !== '';
}

/** Whether `t` says it better: what is between the inner two is between the outer two, and of stores the last one is
 *  that which shows the others. */
function isTold(s: Swap, t: Swap): boolean {
  if (t.later.agent !== s.later.agent || partsOf(t) !== partsOf(s) || t.earlier.nth < s.earlier.nth)
    return false;
  return partsOf(s) === 'write write' ? t.later.nth >= s.later.nth : t.later.nth <= s.later.nth;
}

const partsOf = ({ earlier, later }: Swap): string => `${earlier.access.part} ${later.access.part}`;

/** What came before what. */
class Graph {
  private readonly byAgent = new Map<string, Happening[]>();
  private readonly readers = new Map<string, Happening[]>();
  private readonly writers = new Map<string, Happening[]>();
  private readonly next = new Map<Happening, Happening>();

  constructor(happenings: readonly Happening[]) {
    for (const h of happenings) {
      push(this.byAgent, h.agent, h);
      for (const key of h.reads) push(this.readers, key, h);
      for (const key of h.writes) push(this.writers, key, h);
    }
    for (const own of this.byAgent.values()) {
      own.sort((a, b) => a.nth - b.nth || a.at - b.at);
      own.forEach((h, i) => {
        if (i > 0) this.next.set(own[i - 1]!, h);
      });
    }
  }

  agents(): readonly (readonly Happening[])[] {
    return [...this.byAgent.values()];
  }

  /** What others lead to from it: everything of its own agent at which they arrive. */
  reachedFrom(start: Happening): ReadonlySet<Happening> {
    const found = new Set<Happening>();
    const open = [start];
    for (let h = open.pop(); h !== undefined; h = open.pop()) {
      const next = h === start ? undefined : this.next.get(h);
      for (const n of [...(next === undefined ? [] : [next]), ...this.met(h)]) {
        if (found.has(n)) continue;
        found.add(n);
        if (n.agent !== start.agent) open.push(n);
      }
    }
    return found;
  }

  /** What others do later with the same things, if one of both changes them. */
  private met(h: Happening): readonly Happening[] {
    const later = (of: readonly Happening[] | undefined): readonly Happening[] =>
      (of ?? []).filter((o) => o.agent !== h.agent && o.at > h.at);
    return [
      ...[...h.writes].flatMap((key) => [...later(this.readers.get(key)), ...later(this.writers.get(key))]),
      ...[...h.reads].flatMap((key) => later(this.writers.get(key))),
    ];
  }
}

function push<K>(lists: Map<K, Happening[]>, key: K, h: Happening): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [h]);
  else list.push(h);
}
