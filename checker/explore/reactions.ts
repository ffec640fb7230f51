/** How a packed state absorbs an announced event: each listening component through its own learned function. */
import { intern, learn, type Tables } from '../intern/tables.ts';

/** A component that listens to an event, and the trie of what it makes of it. */
interface Reactor {
  readonly component: number;
  readonly root: number;
  readonly who: string;
  readonly event: number;
}

/** Makes the state at `base` absorb `events` in order. False if a number did not fit: the state is then spoilt,
 *  and its step must be taken again in a new layout. */
export type Absorb = (events: readonly number[], words: Int32Array, base: number) => boolean;

export interface Reactions {
  readonly absorb: Absorb;
  /** The components that listen to an event. */
  listeners(event: number): readonly number[];
}

export function reactionsOf(tables: Tables): Reactions {
  const { system, tries } = tables;
  const reactorsOf: (readonly Reactor[])[] = [];
  let fresh = new Int32Array(16);

  function reactorsTo(event: number): readonly Reactor[] {
    const known = reactorsOf[event];
    if (known !== undefined) return known;
    const value = tables.events.valueOf(event);
    const found = system.components.flatMap(({ ref, reaction }, component) =>
      reaction?.listens(value)
        ? [{ component, event, root: tries.root(), who: `the reaction of ${ref.name} to ${value.kind}` }]
        : [],
    );
    reactorsOf[event] = found;
    if (found.length > fresh.length) fresh = new Int32Array(2 * found.length);
    return found;
  }

  function react({ component: c, root, who, event }: Reactor, words: Int32Array, base: number): number {
    const { ref, reaction } = system.components[c]!;
    return learn(tables, root, who, words, base, (read) =>
      intern(tables, c, reaction!.react(tables.events.valueOf(event), read(ref), read)),
    );
  }

  // Reactions to one event are simultaneous: all are computed on the same state before any is written.
  function absorbOne(event: number, words: Int32Array, base: number): boolean {
    const reactors = reactorsOf[event] ?? reactorsTo(event);
    const layout = tables.layout;
    for (let i = 0; i < reactors.length; i++) {
      const reactor = reactors[i]!;
      const known = tries.lookup(reactor.root, words, base);
      fresh[i] = known >= 0 ? known : react(reactor, words, base);
    }
    tables.lookups += reactors.length;
    if (tables.overflow) return false;
    for (let i = 0; i < reactors.length; i++) {
      const c = reactors[i]!.component;
      const at = base + layout.wordOf[c]!;
      const shift = layout.shiftOf[c]!;
      words[at] = (words[at]! & ~(layout.maskOf[c]! << shift)) | (fresh[i]! << shift);
    }
    return true;
  }

  function absorb(events: readonly number[], words: Int32Array, base: number): boolean {
    for (let i = 0; i < events.length; i++) if (!absorbOne(events[i]!, words, base)) return false;
    return true;
  }

  return { absorb, listeners: (event) => reactorsTo(event).map(({ component }) => component) };
}
