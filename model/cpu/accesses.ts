/** Ways to execute a load, a polling loop or a store now (semantics.md 1.2). */
import type { Content } from '../machine.ts';
import { messageValue, newest } from '../memory/lag.ts';
import { isTrue, type Value } from '../program/expression.ts';
import type { Instruction } from '../program/instruction.ts';
import { content, known } from './content.ts';
import { defer, isDeferrable } from './deferred.ts';
import { evaluate } from './evaluate.ts';
import {
  candidates,
  forward,
  mayForward,
  orderOf,
  pendingStore,
  readMessage,
  type Target,
  waitsForRelease,
} from './loads.ts';
import { isOwnLoad } from './locality.ts';
import { issue } from './stores.ts';
import { memoryValue, next, ownerOf, type Rule, say, setOwner, type Work } from './work.ts';

type Op<K extends Instruction['op']> = Instruction & { readonly op: K };

/** Row load: forwards from the newest own pending store to the cell, never reads memory past it; else reads any
 *  readable message. A load that may be overtaken is deferred: it can be satisfied at once, or later. */
export function loadRules(w: Work, i: Op<'load'>, target: Target): readonly Rule[] {
  const { t } = w;
  const order = orderOf(w, i.order);
  if (waitsForRelease(w, order)) return [];
  const store = pendingStore(t, target.loc);
  const rules: Rule[] = [];
  if (store !== null && mayForward(t, t.window[store]!, order)) {
    rules.push(
      next((v, pc) => {
        forward(v, pc, i.dst, target, order, store);
      }),
    );
  }
  if (isDeferrable(w) && !isOwnLoad(w, i)) {
    rules.push(
      next((v, pc) => {
        const { loc } = target;
        const read = defer(v, pc, target, order, null);
        if (i.exclusive)
          v.t.monitor = { loc, lost: false, ahead: 0, deferred: v.t.deferred.length - 1, read };
        v.t.regs[i.dst] = read;
      }),
    );
  } else if (store === null) {
    const now = i.device ? [newest(t, target.loc)] : candidates(w, target, order);
    rules.push(
      ...now.map((m) =>
        next((v, pc) => {
          readMessage(v, pc, i.dst, target, order, m);
        }),
      ),
    );
  }
  return rules;
}

/** Waits until a value can be read for which the loop ends; whatever is stored later depends on that. */
export function awaitRules(w: Work, i: Op<'await'>, target: Target): readonly Rule[] {
  const { t } = w;
  const order = orderOf(w, i.order);
  if (waitsForRelease(w, order)) return [];
  const until = (v: Work, read: Content): Content => evaluate(v.t, i.until, i, { [i.dst]: read });
  const ends = (value: Value | null): boolean => {
    const result = value === null ? null : known(until(w, content(value)));
    return result !== null && isTrue(result);
  };
  const pass = (v: Work, read: Content | null): void => {
    if (read !== null) v.t.vcap = Math.max(v.t.vcap, until(v, read).pick);
  };
  const store = pendingStore(t, target.loc);
  if (store !== null) {
    if (!ends(known(t.window[store]!)) || !mayForward(t, t.window[store]!, order)) return [];
    return [next((v, pc) => pass(v, forward(v, pc, i.dst, target, order, store)))];
  }
  const now = i.device ? [newest(t, target.loc)] : candidates(w, target, order);
  return now
    .filter((m) => {
      const value = messageValue(t.lag, target.loc, m.at, () => memoryValue(w, target.loc));
      return value === null || ends(value);
    })
    .map((m) => next((v, pc) => pass(v, readMessage(v, pc, i.dst, target, order, m))));
}

/** Row store issue. */
export function storeRules(w: Work, i: Op<'store'>, target: Target): readonly Rule[] {
  if (i.status !== null) return exclusiveRules(w, i, i.status, target);
  const value = evaluate(w.t, i.value, i);
  return [
    next((v, pc) => {
      issue(v, pc, {
        what: 'store',
        target,
        value,
        release: i.order === 'release',
        read: null,
        owns: null,
        payload: null,
        after: [],
      });
    }),
  ];
}

/** STXR can always fail. It succeeds if no foreign store comes between what its LDXR read and its own: from now on
 *  the thread owns the cell; if the LDXR is not in memory yet, from the moment when it is. The status carries no
 *  dependency. An own plain store to the cell in between is no foreign one: a deferred LDXR is satisfied before that
 *  leaves, which loses nothing. */
function exclusiveRules(w: Work, i: Op<'store'>, status: string, target: Target): readonly Rule[] {
  const { loc } = target;
  const value = evaluate(w.t, i.value, i);
  const report = (v: Work, code: number): void => {
    v.t.monitor = null;
    v.t.vcap = Math.max(v.t.vcap, target.pick);
    v.t.regs[status] = content(code);
  };
  const fails = next((v, pc) => {
    say(v, pc, `${i.at.text} fails`);
    report(v, 1);
  });
  const m = w.t.monitor;
  const inMemory = m !== null && m.deferred === null && m.ahead === 0;
  if (m === null || m.loc !== loc || m.lost) return [fails];
  if (inMemory && ownerOf(w.cpu, w.get, loc) !== null) return [fails];
  const succeeds = next((v, pc) => {
    const read = v.t.monitor!.read;
    const k = issue(v, pc, {
      what: 'atomic',
      target,
      value,
      release: i.order === 'release',
      read,
      payload: null,
      owns: m.deferred === null ? m.ahead : null,
      after: m.deferred === null ? [] : [m.deferred],
    });
    if (m.deferred !== null) v.t.deferred[m.deferred]!.atomic = k;
    if (inMemory) setOwner(v, loc, v.cpu.id);
    report(v, 0);
  });
  return [succeeds, fails];
}
