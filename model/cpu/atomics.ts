/** Atomics: an RMW is a read and a write, and only the fully ordered ones are a fence (semantics.md 1.2, row RMW). */
import type { Content } from '../machine.ts';
import { type Message, messageValue, newest } from '../memory/lag.ts';
import type { AtomicFn, Instruction } from '../program/instruction.ts';
import { inOneStep, isDrained, isUnimpeded, swapAtOnce } from './at-once.ts';
import { binaryOf, compared, content, known, storedIfEqual } from './content.ts';
import { defer, isDeferrable } from './deferred.ts';
import { evaluate } from './evaluate.ts';
import { guess } from './guesses.ts';
import {
  candidates,
  forward,
  mayForward,
  type Order,
  orderOf,
  pendingStore,
  pendingStores,
  readMessage,
  type Target,
  waitsForRelease,
} from './loads.ts';
import { issue } from './stores.ts';
import { memoryValue, ownerOf, type Rule, setOwner, type Work } from './work.ts';

type Rmw = Instruction & { readonly op: 'rmw' };
type Cas = Instruction & { readonly op: 'cas' };

/** What the atomic stores when it reads `old`. */
function applyAtomic(fn: AtomicFn, old: Content, operand: Content, at: Instruction): Content {
  if (fn === 'swap') return operand;
  // `old` once: with several in a row it may be long.
  if (fn === 'andnot') return binaryOf('and', old, binaryOf('sub', content(-1), operand, at), at);
  return binaryOf(fn, old, operand, at);
}

/** What to do with what the read part read: the value to store. */
type Compute = (w: Work, old: Content) => Content;

/** Ways to execute an RMW now; [] while it has to wait. */
export function rmwRules(w: Work, i: Rmw, target: Target): readonly Rule[] {
  const order = orderOf(w, i.acquire ? 'acquire' : 'plain');
  const operand = evaluate(w.t, i.operand, i);
  const compute: Compute = (v, old) => {
    if (i.dst !== null) v.t.regs[i.dst] = old;
    return applyAtomic(i.fn, old, operand, i);
  };
  if (inOneStep(w, i)) {
    if (!isDrained(w.t) || ownerOf(w.cpu, w.get, target.loc) !== null) return [];
    return [(v) => swapAtOnce(v, target, order, i.release, compute)];
  }
  if (i.atOnce) {
    if (!isUnimpeded(w, target, order, i.release)) return [];
    return [(v) => swapAtOnce(v, target, order, i.release, compute)];
  }
  if (waitsForRelease(w, order)) return [];
  return writing(w, i, target, order, compute, i.noReturn || isDeferrable(w));
}

/** Ways in which the read part of an atomic that writes can be issued: it forwards from an own pending store, it
 *  reads memory now, or (`late`) at some time from now on. */
function writing(
  w: Work,
  i: Rmw | Cas,
  target: Target,
  order: Order,
  compute: Compute,
  late: boolean,
): readonly Rule[] {
  const store = pendingStore(w.t, target.loc);
  const rules: Rule[] = [];
  if (store !== null && mayForward(w.t, w.t.window[store]!, order)) {
    rules.push((v) => {
      const owns = pendingStores(v.t, target.loc);
      const pc = v.t.pc++;
      const old = forward(v, pc, null, target, order, store);
      write(v, pc, i, target, compute(v, old), old, owns);
    });
  }
  if (late) {
    rules.push((v) => {
      const pc = v.t.pc++;
      const old = defer(v, pc, target, order, v.t.window.length);
      write(v, pc, i, target, compute(v, old), old, null);
    });
  } else if (store === null && ownerOf(w.cpu, w.get, target.loc) === null) {
    rules.push((v) => {
      const pc = v.t.pc++;
      const old = readMessage(v, pc, null, target, order, newest(v.t, target.loc));
      if (old === null) return;
      write(v, pc, i, target, compute(v, old), old, 0);
      setOwner(v, target.loc, v.cpu.id);
    });
  }
  return rules;
}

/** Issues the write part. */
function write(
  w: Work,
  pc: number,
  i: Rmw | Cas,
  target: Target,
  value: Content,
  read: Content,
  owns: number | null,
): void {
  const after = owns === null ? [w.t.deferred.length - 1] : [];
  issue(w, pc, { what: 'atomic', target, value, release: i.release, read, owns, payload: null, after });
}

/** Ways to execute a compare-and-swap now: it succeeds on the latest value, or fails on any readable one. How it
 *  ends may have to be guessed, since what it reads or what it expects is not known yet. */
export function casRules(w: Work, i: Cas, target: Target): readonly Rule[] {
  const order = orderOf(w, i.acquire ? 'acquire' : 'plain');
  if (waitsForRelease(w, order)) return [];
  const expected = evaluate(w.t, i.expected, i);
  const desired = evaluate(w.t, i.desired, i);
  const succeed: Compute = (v, old) => {
    if (i.dst !== null) v.t.regs[i.dst] = compared(old);
    guess(v.t, old, expected, true);
    return storedIfEqual(old, expected, desired, i);
  };
  return [
    ...casSuccess(w, i, target, order, expected, succeed),
    ...casFailure(w, i, target, order, expected),
  ];
}

function casSuccess(
  w: Work,
  i: Cas,
  target: Target,
  order: Order,
  expected: Content,
  compute: Compute,
): readonly Rule[] {
  const late = isDeferrable(w);
  const reads = pendingStore(w.t, target.loc) === null && !late;
  // Not a premise of the rule: a guess that is wrong at once need not be tried.
  if (reads && known(expected) !== null && memoryValue(w, target.loc) !== known(expected)) return [];
  if (i.atOnce && !inOneStep(w, i)) {
    if (!isUnimpeded(w, target, order, i.release)) return [];
    return [(v) => swapAtOnce(v, target, order, i.release, compute)];
  }
  if (!inOneStep(w, i)) return writing(w, i, target, order, compute, late);
  if (!isDrained(w.t) || ownerOf(w.cpu, w.get, target.loc) !== null) return [];
  return [(v) => swapAtOnce(v, target, order, i.release, compute)];
}

function casFailure(w: Work, i: Cas, target: Target, order: Order, expected: Content): readonly Rule[] {
  const { t } = w;
  if (w.cpu.model !== 'armv8' && t.window.length > 0) return [];
  const fail =
    (read: (v: Work, pc: number) => Content | null): Rule =>
    (v) => {
      const old = read(v, v.t.pc++);
      if (old === null) return;
      if (i.dst !== null) v.t.regs[i.dst] = old;
      guess(v.t, old, expected, false);
    };
  const rules: Rule[] = [];
  const store = pendingStore(t, target.loc);
  if (store !== null && mayForward(t, t.window[store]!, order)) {
    rules.push(fail((v, pc) => forward(v, pc, null, target, order, store)));
  }
  if (isDeferrable(w)) rules.push(fail((v, pc) => defer(v, pc, target, order, null)));
  if (isDeferrable(w) || store !== null) return rules;
  const differs = (m: Message): boolean =>
    known(expected) === null ||
    messageValue(t.lag, target.loc, m.at, () => memoryValue(w, target.loc)) !== known(expected);
  return candidates(w, target, order)
    .filter(differs)
    .map((m) => fail((v, pc) => readMessage(v, pc, null, target, order, m)));
}
