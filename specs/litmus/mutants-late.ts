/** Mutants of what makes fewer states for the same outcomes: steps that nobody notices taken late, and the order of
 *  stores that nobody can tell. */
import type { Mutant } from './mutant.ts';
import type { Family } from './mutants-families.ts';

const late = 'model/litmus/late-reads.ts';
const canonical = 'model/memory/canonical.ts';
const work = 'model/cpu/work.ts';
const sections = 'model/cpu/sections.ts';

const lateReads: readonly Omit<Mutant, 'file' | 'family'>[] = [
  {
    rule: 'late: a section that begins beside a pending one is unseen',
    find: 'return !cpu.facts.gracePeriods || threadAfter(cpu, step).rcu.depth === read(cpu.thread).rcu.depth;',
    replace: 'return true;',
  },
  {
    rule: 'late: a step that others are told of is unseen',
    find: 'if (step.writes.length > 1 || (step.events ?? []).length > 0) return false;',
    replace: 'if ((step.events ?? []).length > 0) return false;',
  },
  {
    rule: 'late: an end waits for no thread with visible steps left',
    find: "return i < self ? rest === 'none' : rest !== 'visible';",
    replace: "return i < self ? rest === 'none' : true;",
    equivalent: 'an end that begins too early leads nowhere, and every other way is still there',
  },
  {
    rule: 'late: an end waits for all other threads',
    find: "return i < self ? rest === 'none' : rest !== 'visible';",
    replace: "return rest === 'none';",
  },
  {
    rule: 'late: an end waits for threads that come later',
    find: "return i < self ? rest === 'none' : rest !== 'visible';",
    replace: "return i > self ? rest === 'none' : rest !== 'visible';",
    equivalent: 'threads may end in any order, as long as it is one',
  },
  {
    rule: 'late: every visible step could have come first',
    find: 'return visible.filter((at) =>',
    replace: 'return visible.filter((at) => at >= 0 ||',
  },
  {
    rule: 'late: an atomic is not visible',
    find: "    case 'rmw':\n    case 'blockingRmw':",
    replace: "    case 'blockingRmw':",
  },
  {
    rule: 'late: a CAS certainly stores',
    find: "case 'cas':\n      return 'possible';",
    replace: "case 'cas':\n      return 'certain';",
  },
  {
    rule: 'late: a STXR certainly stores',
    find: "return i.status === null ? 'certain' : 'possible';",
    replace: "return 'certain';",
  },
  {
    rule: 'late: a store in the window is not visible',
    find: 'const pending = t.window.length > 0 || t.deferred.some',
    replace: 'const pending = t.deferred.some',
  },
  {
    rule: 'late: what is ahead has no visible step',
    find: "return t.pc < end && visibly[t.pc] ? 'either' : 'unseen';",
    replace: "return 'unseen';",
  },
  {
    rule: 'late: the thread before is the next to end',
    find: "rests.findIndex((rest, i) => i > self && read(rest) !== 'none')",
    replace: "rests.findIndex((rest, i) => i < self && read(rest) !== 'none')",
    equivalent: 'anybody may go on then, but only the next thread can',
  },
  {
    rule: 'late: no other thread ends after one',
    find: "return later < 0 ? ANY : { kind: 'tail', thread: later };",
    replace: "return { kind: 'tail', thread: self };",
  },
  {
    rule: 'late: a block ends after one unseen step',
    find: "return { kind: 'block', thread: self, not: [] };",
    replace: 'return ANY;',
    equivalent: 'every interleaving is taken then: more states, the same ends',
  },
];

const order: readonly Omit<Mutant, 'family'>[] = [
  {
    rule: '7.11: what is counted is kept, not what may be read',
    file: canonical,
    find: 'if (need.counts(loc) && at > lowestBound(t, loc, seen)) return true;',
    replace: 'if (need.counts(loc)) return at > lowestBound(t, loc, seen);',
  },
  {
    rule: '7.11: a deferred load of a section that is over tells what the thread has seen',
    file: canonical,
    find: 'late ? t.vrn : Math.max(t.vrn, t.vro, t.vwo)',
    replace: 'Math.max(t.vrn, t.vro, t.vwo)',
  },
  {
    rule: '7.11: a pending store covers what a deferred load of a section that is over has yet to tell',
    file: work,
    find: '    !t.deferred.some((d) => d.section) &&\n    (own',
    replace: '    (own',
  },
  {
    rule: '7.11: a store is always issued before anything is told',
    file: work,
    find: '(own.storesFirst[t.pc]! || t.window.some((w) => w.loc >= 0))',
    replace: 'true',
  },
  {
    rule: '2 progress: a store tells all for others that are still to leave, whoever waits for those',
    file: sections,
    find: 'e.section && e.loc >= 0 && gps.every((g) => e.gps.includes(g))',
    replace: 'e.section && e.loc >= 0',
  },
  {
    rule: '2 progress: nothing is told while anything is pending',
    file: sections,
    find: 'const saysMore = t.window.some((e) => e.section && e.loc >= 0 && gps.every((g) => e.gps.includes(g)));',
    replace: 'const saysMore = t.window.length + t.deferred.length > 0;',
  },
  {
    rule: 'order: nothing keeps its place',
    file: canonical,
    find: 'const fixed = need.ordered(loc);',
    replace: 'const fixed = false;',
  },
  {
    rule: 'order: loads that are pending tell none',
    file: work,
    find: 'own.ordered[t.pc]!.has(loc) || (late && pending.has(loc)),',
    replace: 'own.ordered[t.pc]!.has(loc),',
  },
  {
    rule: 'order: loads ahead tell none',
    file: work,
    find: 'own.ordered[t.pc]!.has(loc) || (late && pending.has(loc)),',
    replace: '(late && pending.has(loc)),',
  },
  {
    rule: 'order: stores change sides of views',
    file: canonical,
    find: 'if (fixed || bounds.has(i)) segment++;',
    replace: 'if (fixed) segment++;',
  },
  {
    rule: 'order: stores change sides of the floor for the next section',
    file: canonical,
    find: 'vcap, vrel, rcu.rf, rcu.finished, ...Object',
    replace: 'vcap, vrel, rcu.finished, ...Object',
  },
  {
    rule: 'order: stores change sides of what sections that are over have seen',
    file: canonical,
    find: 'vcap, vrel, rcu.rf, rcu.finished, ...Object',
    replace: 'vcap, vrel, rcu.rf, ...Object',
  },
  {
    rule: 'order: stores change sides of what was read',
    file: canonical,
    find: 'new Set([vrn, vro, vwo, vcap,',
    replace: 'new Set([vrn, vwo, vcap,',
  },
  {
    rule: 'order: stores change sides of what was written',
    file: canonical,
    find: 'new Set([vrn, vro, vwo, vcap,',
    replace: 'new Set([vrn, vro, vcap,',
  },
  {
    rule: 'order: stores change sides of the floor',
    file: canonical,
    find: 'new Set([vrn, vro, vwo, vcap,',
    replace: 'new Set([vro, vwo, vcap,',
    equivalent:
      'what may move at or below the floor is for a deferred load, and then nothing looks at vro: it is the floor, too; or for kfree_rcu, and then vcap is: no ISB comes with it',
  },
  {
    rule: 'order: stores change sides of what is in registers and the window',
    file: canonical,
    find: 'for (const c of contents) mapViews(c, note, true);',
    replace: '',
  },
  {
    rule: 'order: stores change sides of what deferred loads begin with',
    file: canonical,
    find: 'for (const d of deferred) note(d.vpre);',
    replace: '',
  },
  ...(
    [
      ['coh', 't.coh = mapRecord(t.coh, moved);'],
      ['fwd', 'for (const f of Object.values(t.fwd)) f.ts = moved(f.ts);'],
      ['lo', 'd.lo = moved(d.lo);'],
      ['hi', 'if (d.hi !== null) d.hi = moved(d.hi);'],
    ] as const
  ).map(
    ([what, find]): Omit<Mutant, 'family'> => ({
      ...(what === 'fwd' && {
        equivalent:
          'a store to a cell whose loads to come something looks behind keeps its index, and of other loads nobody looks at the view, forwarded or not',
      }),
      rule: `order: ${what} does not move with its store`,
      file: canonical,
      find,
      replace: '',
    }),
  ),
];

/** The order of stores is the same matter without grace periods, but for the views that only they have. */
const familyOf = (rule: string): Family =>
  rule.startsWith('order') && !rule.includes('section') ? 'views, random' : 'RCU, random';

export const lateMutants: readonly Mutant[] = [
  ...lateReads.map((m) => ({ ...m, file: late, family: 'late reads' as const })),
  ...order.map((m) => ({ ...m, family: familyOf(m.rule) })),
  {
    rule: '1.2 resolve: no full fence waits for a CAS to ZR that failed',
    file: 'model/cpu/deferred.ts',
    find: 'if (noReturn && atomic === null) t.vwo = Math.max(t.vwo, vpost);',
    replace: '',
    family: 'CAS to ZR, LDXR apart, random',
  },
  {
    rule: '1.3 mayDefer: a CAS to ZR is deferred only where something overtakes it',
    file: 'model/program/deferral.ts',
    find: "if (start.op === 'cas' && returnsNothing(start)) return true;",
    replace: '',
    family: 'CAS to ZR, LDXR apart, random',
  },
  {
    rule: '1.2 exclusives: a store that nobody sees cuts LDXR from STXR',
    file: 'model/cpu/locality.ts',
    find: 'if (cutsExclusives(t, loc)) return false;',
    replace: '',
    family: 'CAS to ZR, LDXR apart, random',
  },
];
