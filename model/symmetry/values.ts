/** What becomes of the parts of a state when like things are exchanged: whatever in them says which thing is meant
 *  follows, and what is kept in some order is put in that order again. */
import type { Draft } from 'immer';
import type { Event } from '../contract.ts';
import { type Cpu, settle } from '../cpu/work.ts';
import type {
  Command,
  Engine,
  GracePeriodEvent,
  Loc,
  Rcu,
  SectionEvent,
  Smmu,
  StoreEvent,
  Thread,
  WindowEntry,
} from '../machine.ts';
import { sorted } from '../smmu/entries.ts';
import { type Renaming, textsOf } from './renaming.ts';

/** A record by location. */
const byLoc = <T>(record: Readonly<Record<string, T>>, r: Renaming): Record<string, T> =>
  Object.fromEntries(Object.entries(record).map(([loc, x]) => [r.loc(Number(loc)), x]));

/** The thread as it would be on the other CPU. Where it is kept in the order of cells, that is another order now. */
export function threadOf(cpu: Cpu, thread: Thread, r: Renaming): Thread {
  const t = textsOf(thread, r);
  const at = <E extends { readonly loc: Loc }>(e: E): E => ({ ...e, loc: r.loc(e.loc) });
  const pending = <E extends { readonly loc: Loc; readonly gps: readonly string[] }>(e: E): E => ({
    ...at(e),
    gps: [...e.gps].sort(),
  });
  const moved: Thread = {
    ...t,
    lag: t.lag.map(at),
    coh: byLoc(t.coh, r),
    base: byLoc(t.base, r),
    fwd: byLoc(t.fwd, r),
    window: t.window.map((w) => payloadOf(pending(w), r)),
    deferred: t.deferred.map(pending),
    monitor: t.monitor === null ? null : at(t.monitor),
    hidden: [...t.hidden].sort(),
    freed: [...t.freed].sort(),
    rcu: { ...t.rcu, blocks: [...t.rcu.blocks].sort() },
  };
  settle(cpu, moved as Draft<Thread>);
  return moved;
}

function payloadOf(w: WindowEntry, r: Renaming): WindowEntry {
  if (w.payload?.kind !== 'commands') return w;
  return { ...w, payload: { ...w.payload, commands: w.payload.commands.map((c) => numbersOf(c, r)) } };
}

export const commandOf = (c: Command, r: Renaming): Command => numbersOf(textsOf(c, r), r);

function numbersOf(c: Command, r: Renaming): Command {
  const { page, sid, slot } = c.operands;
  return {
    ...c,
    operands: {
      ...c.operands,
      ...(typeof page === 'number' ? { page: r.page(page) } : {}),
      ...(typeof sid === 'number' ? { sid: r.sid(sid) } : {}),
      ...(typeof slot === 'number' ? { slot: r.slot(slot) } : {}),
    },
  };
}

export function rcuOf(rcu: Rcu, r: Renaming): Rcu {
  const { fault, readers, gps } = textsOf(rcu, r);
  const threads = (ids: readonly number[]): readonly number[] => ids.map(r.thread).sort((a, b) => a - b);
  return {
    fault,
    readers: threads(readers),
    gps: gps
      .map((gp) => ({
        ...gp,
        next: gp.next.kind === 'resume' ? { ...gp.next, thread: r.thread(gp.next.thread) } : gp.next,
        wait: threads(gp.wait),
      }))
      .sort((a, b) => (a.id < b.id ? -1 : 1)),
  };
}

export function smmuOf(smmu: Smmu, r: Renaming): Smmu {
  const s = textsOf(smmu, r);
  const streamed = <E extends { readonly sid: number }>(e: E): E => ({ ...e, sid: r.sid(e.sid) });
  const paged = <E extends { readonly page: number }>(e: E): E => ({ ...e, page: r.page(e.page) });
  const { cd, atc, held } = s;
  return {
    ...s,
    ste: sorted(s.ste.map(streamed)),
    ...(cd === undefined ? {} : { cd: sorted(cd.map(streamed)) }),
    walks: sorted(
      s.walks.map((e, i) => (e.table === smmu.walks[i]!.table ? e : { ...e, page: r.page(e.page) })),
    ),
    tlb: sorted(s.tlb.map(paged)),
    ...(atc === undefined ? {} : { atc: sorted(atc.map((e) => paged(streamed(e)))) }),
    ...(held === undefined ? {} : { held: sorted(held.map((e) => paged(streamed(e)))) }),
    consumed: s.consumed.map((c) => numbersOf(c, r)),
  };
}

export function engineOf(engine: Engine, r: Renaming): Engine {
  const e = textsOf(engine, r);
  return {
    ...e,
    completed: [...e.completed].sort(),
    queues: e.queues.map((q) => ({
      ...q,
      consumed: [...q.consumed].sort(),
      unanswered: [...q.unanswered].sort(),
    })),
  };
}

export function eventOf(event: Event, r: Renaming): Event {
  return announced(textsOf(event, r) as StoreEvent | GracePeriodEvent | SectionEvent, r);
}

function announced<E extends StoreEvent | GracePeriodEvent | SectionEvent>(e: E, r: Renaming): E {
  const by = r.thread(e.by);
  if (e.kind === 'store') return { ...e, by, loc: r.loc(e.loc) };
  const after = byLoc(e.after, r);
  return e.kind === 'gp-begin' ? { ...e, by, after } : { ...e, by, after, gps: [...e.gps].sort() };
}
