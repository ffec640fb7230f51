import { describe, expect, test } from 'vitest';
import type { Content, DeferredLoad, Thread, View, WindowEntry } from '../machine.ts';
import { canonicalise, type Need } from './canonical.ts';
import { messageValue, newest, readable } from './lag.ts';

const [X, Y, Z] = [0, 1, 2];
const entry = (loc: number) => ({ loc, old: 10 + loc });
const lag = (...locs: readonly number[]) => locs.map(entry);
const content = (view: View, pick = view): Content => ({ value: { kind: 'const', value: 1 }, view, pick });

const thread = (parts: Partial<Thread>): Thread => ({
  pc: 0,
  regs: {},
  lag: [],
  vrn: 0,
  vro: 0,
  vwo: 0,
  vcap: 0,
  vrel: 0,
  coh: {},
  base: {},
  fwd: {},
  window: [],
  deferred: [],
  sf: [],
  unknown: [],
  guesses: [],
  monitor: null,
  rcu: { depth: 0, rf: 0, finished: 0, blocks: [] },
  irqsOff: 0,
  hidden: [],
  freed: [],
  fault: null,
  ...parts,
});
const deferred = (loc: number, parts: Partial<DeferredLoad> = {}): DeferredLoad => ({
  loc,
  vpre: 0,
  lo: 0,
  hi: null,
  behind: 0,
  atomic: null,
  noReturn: false,
  section: false,
  gps: [],
  pc: 0,
  ...parts,
});
const pending = (loc: number, view: View, parts: Partial<WindowEntry> = {}): WindowEntry => ({
  ...content(view),
  what: 'store',
  loc,
  release: false,
  read: null,
  owns: null,
  pre: [],
  prl: [],
  payload: null,
  section: false,
  gps: [],
  pc: 0,
  ...parts,
});

/** Everything is still needed, but for what `less` says. */
const need = (less: Partial<Need> = {}): Need => ({
  canRead: () => true,
  canReadOld: () => true,
  counts: () => false,
  viewed: () => true,
  vro: true,
  vwo: true,
  vcap: true,
  vrel: true,
  acquire: true,
  rf: true,
  ordered: () => true,
  finished: true,
  ...less,
});

/** The canonical form of a thread with these parts. */
function canonical(parts: Partial<Thread>, less: Partial<Need> = {}): Thread {
  const t = structuredClone(thread(parts)) as Parameters<typeof canonicalise>[0];
  canonicalise(t, need(less));
  return t as Thread;
}

describe('rule 1: the value of a message', () => {
  test('is what the next store to the cell overwrote', () => {
    expect(messageValue(lag(Y, X, X), X, 0, () => 99)).toBe(10);
  });
  test('is what memory holds if there is none', () => {
    expect(messageValue(lag(X, Y), X, 1, () => 99)).toBe(99);
  });
});

describe('rule 2: a store leaves the lag', () => {
  test('when the floor has passed it', () => {
    expect(canonical({ lag: lag(X, X), vrn: 1 }).lag).toEqual(lag(X));
  });
  test('when the thread has read the cell later', () => {
    expect(canonical({ lag: lag(X, Y), coh: { [X]: 1 } }).lag).toEqual(lag(Y));
  });
  test('when nothing ahead reads the cell', () => {
    expect(canonical({ lag: lag(X, Y) }, { canRead: (loc) => loc !== X }).lag).toEqual(lag(Y));
  });
  test('but not while a load that was deferred before may read past it', () => {
    const d = deferred(X, { lo: 0 });
    expect(canonical({ lag: lag(X), vrn: 1, coh: { [X]: 1 }, deferred: [d] }).lag).toEqual(lag(X));
  });
  test('nor while it counts for a grace period to come, though nobody here can read it', () => {
    const more = { canRead: () => false, counts: (loc: number) => loc === X };
    expect(canonical({ lag: lag(X, Y), coh: { [X]: 1 } }, more).lag).toEqual(lag(X));
  });
  test('nor while a caller of kfree_rcu has not seen it', () => {
    const free = pending(-1, 0, { what: 'kfree_rcu', payload: { kind: 'object', object: 'o', view: 0 } });
    expect(canonical({ lag: lag(X), vrn: 1, window: [free] }, { counts: () => true }).lag).toEqual(lag(X));
  });
});

describe('rule 3: the base', () => {
  test('remembers where the newest dropped store was', () => {
    const t = canonical({ lag: lag(Y, X, Y), coh: { [X]: 2 } });
    expect(t.lag).toEqual(lag(Y, Y));
    expect(t.base).toEqual({ [X]: 1 });
    expect(readable(t, X, 0, null)).toEqual([{ at: 0, view: 1 }]);
  });
  test('is at least the floor', () => {
    const t = canonical({ lag: lag(Y), vrn: 1, deferred: [deferred(Y)] });
    expect(newest(t, X)).toEqual({ at: 0, view: 1 });
  });
  test('is forgotten when nothing reads the cell, or nothing is kept before it', () => {
    expect(canonical({ lag: lag(Y), base: { [X]: 1 } }, { canRead: (loc) => loc === Y }).base).toEqual({});
    expect(canonical({ lag: lag(X, Y), coh: { [X]: 1 } }).base).toEqual({});
  });
});

describe('rule 4: coherence is the newest kept store to the cell at or below', () => {
  test('and nothing without one', () => {
    expect(canonical({ lag: lag(Y, X), coh: { [X]: 1 } }).coh).toEqual({});
    expect(canonical({ lag: lag(X, Y), coh: { [X]: 1 } }).coh).toEqual({});
  });
  test('also if the view was of something later', () => {
    const t = canonical({ lag: lag(X, Y), coh: { [X]: 2 }, deferred: [deferred(X, { lo: 0 })] });
    expect(t.coh).toEqual({ [X]: 1 });
  });
  test('and so are the bounds of deferred loads, which the floor does not raise', () => {
    const ds = [deferred(X), deferred(X, { lo: 2, hi: 3 }), deferred(Y, { lo: 0, hi: 1 })];
    const t = canonical({ lag: lag(X, Y, Y), vrn: 3, deferred: ds });
    expect(t.deferred.map(({ lo, hi }) => [lo, hi])).toEqual([
      [0, null],
      [1, 1],
      [0, 0],
    ]);
  });
});

describe('rule 5: other views count the kept entries below', () => {
  const dropsFirst = { canRead: (loc: number) => loc !== Z };
  test('in registers, in the window, and of the thread', () => {
    const t = canonical(
      {
        lag: lag(Z, X, Z, Y),
        regs: { r: content(2, 4) },
        vro: 3,
        vwo: 4,
        vcap: 4,
        vrel: 2,
        window: [pending(X, 4)],
        unknown: [content(3)],
        deferred: [deferred(X, { vpre: 3 })],
        rcu: { depth: 0, rf: 2, finished: 4, blocks: [] },
      },
      dropsFirst,
    );
    expect(t.regs.r).toEqual(content(1, 2));
    expect([t.vro, t.vwo, t.vcap, t.vrel]).toEqual([1, 2, 2, 1]);
    expect(t.window[0]!.view).toBe(2);
    expect(t.unknown).toEqual([content(1)]);
    expect(t.deferred[0]!.vpre).toBe(1);
    expect(t.rcu).toEqual({ depth: 0, rf: 1, finished: 2, blocks: [] });
  });
  test('but are never below the floor, which has a position while something pending needs older entries', () => {
    const t = canonical({ lag: lag(X), vrn: 1, regs: { r: content(0) }, deferred: [deferred(X)] });
    expect([t.vrn, t.vro, t.regs.r!.view, t.deferred[0]!.vpre]).toEqual([1, 1, 1, 0]);
  });
  test('and are forgotten when nothing looks at them', () => {
    const none = {
      viewed: () => false,
      vro: false,
      vwo: false,
      vcap: false,
      vrel: false,
      acquire: false,
      rf: false,
      finished: false,
    };
    const t = canonical(
      {
        lag: lag(X),
        regs: { r: content(1) },
        vro: 1,
        vwo: 1,
        vcap: 1,
        vrel: 1,
        unknown: [content(1)],
        window: [pending(X, 0, { read: content(1) })],
        rcu: { depth: 0, rf: 1, finished: 1, blocks: [] },
      },
      none,
    );
    expect([t.regs.r!.view, t.vro, t.vwo, t.vcap, t.vrel, t.rcu.rf, t.rcu.finished]).toEqual([
      0, 0, 0, 0, 0, 0, 0,
    ]);
    expect(t.unknown).toEqual([]);
    expect(t.window[0]!.read).toBeNull();
  });
  test('what a control dependency carries is only told apart where an ISB follows', () => {
    const parts = {
      lag: lag(X),
      regs: { r: content(0, 1) },
      fwd: { [X]: { ts: 1, view: 0, pick: 1, readView: 1 } },
    };
    expect(canonical(parts).regs.r).toEqual(content(0, 1));
    expect(canonical(parts).fwd[X]).toEqual({ ts: 1, view: 0, pick: 1, readView: 1 });
    expect(canonical(parts, { vcap: false }).regs.r).toEqual(content(0));
    expect(canonical(parts, { vcap: false, acquire: false }).fwd[X]).toEqual({
      ts: 1,
      view: 0,
      pick: 0,
      readView: 0,
    });
  });
});

describe('rule 7: the view that an own store is forwarded with', () => {
  const f = (ts: View) => ({ ts, view: 0, pick: 0, readView: 0 });
  test('follows its message', () => {
    expect(canonical({ lag: lag(Z, X), fwd: { [X]: f(2) } }, { canRead: (loc) => loc !== Z }).fwd).toEqual({
      [X]: f(1),
    });
  });
  test('is that of the base when its message becomes that', () => {
    expect(canonical({ lag: lag(Y, X), coh: { [X]: 2 }, fwd: { [X]: f(2) } }).fwd).toEqual({ [X]: f(0) });
  });
  test('dies when another store to the cell becomes the base', () => {
    expect(canonical({ lag: lag(X), coh: { [X]: 1 }, fwd: { [X]: f(0) } }).fwd).toEqual({});
    expect(canonical({ lag: lag(X, X), coh: { [X]: 2 }, fwd: { [X]: f(1) } }).fwd).toEqual({});
  });
  test('is forgotten when nothing reads the cell', () => {
    expect(canonical({ fwd: { [X]: f(0) } }, { canRead: () => false }).fwd).toEqual({});
  });
});
