/** A test oracle for the may-sets: an SMMU whose fetches, walks, fills and evictions are steps of their own, one
 *  after the other. Far more states, the same verdicts.
 *
 *  One walk is in flight for each SMMU: a second would reach no other entry, since one that no command targets may as
 *  well end at once, and one that is targeted ends as if it had ended before. One fetch is in flight for each stream:
 *  of two mixed STEs whose fetches overlap only one is found, which the scenarios here do not need. Evictions only
 *  take options away, so they are left out unless asked for. */
import { type Agent, type Component, component, type Read, type Ref, type Step, write } from '../contract.ts';
import type { Command } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { commandText } from './commands.ts';
import { assertKnown } from './scopes.ts';
import { COLUMN, columnOf, type Reach, type SmmuModel, type SmmuUnit, smmuStep, withMsi } from './smmu.ts';
import { STE_WORDS, translates } from './ste.ts';
import { assertTable, cellReader, fanOut, type ReadCell } from './tables.ts';
import {
  type CachedTable,
  cached,
  cold,
  consumed,
  pageScope,
  type Ste,
  synced,
  tableScope,
  tlbi,
  type Walk,
  type Walker,
} from './walker.ts';

export interface Options {
  readonly evictions?: boolean;
  /** Streams whose STE nobody ever stores to: in which order its words are read makes no difference, so they are
   *  read at once. */
  readonly fixed?: readonly number[];
}

/** The oracle as a model of an SMMU. */
export function walkerOracle(options: Options = {}): SmmuModel {
  return {
    components: (unit) => componentsOf(unit),
    agent: (unit): Agent => ({
      name: columnOf(unit.decl),
      steps(read) {
        const w = read(stateOf(unit));
        const cell = cellReader(unit.layout, read);
        const changes = [
          ...fetches(unit, cell, w, options.fixed ?? []),
          ...starts(unit, cell, w),
          ...w.walks.map((walk) => advance(unit, cell, w, walk)),
          ...requests(unit, cell, w),
          ...(options.evictions === true ? evictions(w) : []),
        ];
        return [
          ...commandSteps(unit, read, w),
          ...changes.map((c) => smmuStep(unit, c.text, [write(stateOf(unit), c.after)])),
        ];
      },
    }),
    reach,
  };
}

/** The unit's state component is declared for the may-set; here it holds a walker. */
export const stateOf = ({ state }: SmmuUnit): Ref<Walker> => ({ index: state.index, name: state.name });

function componentsOf(unit: SmmuUnit): readonly Component[] {
  return [
    component<Walker>({ ref: stateOf(unit), initial: cold, column: COLUMN }),
    component<readonly Command[]>({ ref: unit.queue, initial: [] }),
  ];
}

interface Change {
  readonly text: string;
  readonly after: Walker;
}

function commandSteps(unit: SmmuUnit, read: Read, w: Walker): readonly Step[] {
  const [head, ...rest] = read(unit.queue);
  if (head === undefined) return [];
  assertKnown(head);
  const isSync = head.name === 'CMD_SYNC';
  const after = isSync ? synced(w) : consumed(w, head, fanOut(unit.layout));
  const text = isSync ? 'completes CMD_SYNC' : `consumes ${commandText(head)}`;
  const step = smmuStep(unit, text, [write(unit.queue, rest), write(stateOf(unit), after)]);
  return [isSync ? withMsi(unit, read, head, step) : step];
}

/** Reads one more word of an STE, in any order. It is cached, valid or not, when the last has been read. */
function fetches(unit: SmmuUnit, cell: ReadCell, w: Walker, fixed: readonly number[]): readonly Change[] {
  return unit.decl.streams.flatMap(({ sid, ste }) => {
    const fetch: Ste = w.fetches.find((f) => f.sid === sid) ?? nothingOf(sid);
    const missing = unit.words.filter((q) => fetch.words[q] === undefined && cell(ste, 'data', q) !== null);
    const reads = fixed.includes(sid) ? [missing] : missing.map((q) => [q]);
    return reads.map((words) => {
      const read = Object.fromEntries(words.map((q) => [q, cell(ste, 'data', q)!]));
      const after = withFetch(unit, w, { ...fetch, words: { ...fetch.words, ...read } });
      return { text: `fetches ${words.map((q) => `word ${q}`).join(', ')} of ${ste}`, after };
    });
  });
}

function withFetch({ words }: SmmuUnit, w: Walker, fetch: Ste): Walker {
  const others = w.fetches.filter((f) => f.sid !== fetch.sid);
  return words.every((q) => fetch.words[q] !== undefined)
    ? { ...w, fetches: others, stes: cached(w.stes, fetch) }
    : { ...w, fetches: [...others, fetch].sort((a, b) => a.sid - b.sid) };
}

const nothingOf = (sid: number): Ste => ({ sid, words: {}, hit: [] });

/** Starts a walk for some page, at the root or where the walk cache leads. It would wait for a descriptor to become
 *  valid no better than by starting later. */
function starts(unit: SmmuUnit, cell: ReadCell, w: Walker): readonly Change[] {
  if (w.walks.length > 0) return [];
  const n = fanOut(unit.layout);
  const pages = Array.from({ length: n ** unit.decl.levels }, (_, page) => page);
  return translating(w).flatMap(({ sid, vmid, root, hit }) => {
    const rootEntry: CachedTable = { vmid, page: 0, below: unit.decl.levels - 1, table: root, hit: [] };
    const entries = [rootEntry, ...w.tables.filter((t) => t.vmid === vmid)];
    return entries.flatMap((e) =>
      pages
        .filter((page) => page >= e.page && page < e.page + n ** (e.below + 1))
        .map((page) => walkFrom(e, { sid, page, isRoot: e === rootEntry, hit: union(hit, e.hit) }))
        .filter((walk) => typeof next(unit, cell, walk).descriptor === 'string')
        .map((walk) => ({
          text: `starts a walk for page ${walk.page} at ${e.table}`,
          after: { ...w, walks: [walk] },
        })),
    );
  });
}

/** The descriptor that a walk is about to read; 0 beyond those that are modelled. */
function next(
  { layout }: SmmuUnit,
  cell: ReadCell,
  { table, page, below }: Walk,
): { slot: number; descriptor: Value } {
  const n = fanOut(layout);
  const slot = Math.floor(page / n ** below) % n;
  const isThere = slot < layout.cellsOf(assertTable(layout, table), 'pte').length;
  return { slot, descriptor: isThere ? (cell(table, 'pte', slot) ?? 0) : 0 };
}

function walkFrom(e: CachedTable, by: Pick<Walk, 'sid' | 'page' | 'isRoot' | 'hit'>): Walk {
  return { ...by, vmid: e.vmid, table: e.table, below: e.below, found: null };
}

/** The walk reads its next descriptor, or what it has found goes into the TLB. */
function advance(unit: SmmuUnit, cell: ReadCell, w: Walker, walk: Walk): Change {
  const n = fanOut(unit.layout);
  const { vmid, page, table, below } = walk;
  const kept = (isMeant: (c: Command) => boolean): readonly number[] =>
    walk.hit.filter((i) => isMeant(w.consumed[i]!));
  if (walk.found !== null) {
    const e = { vmid, page, target: walk.found };
    const hit = kept((c) => tlbi(c, pageScope(e)));
    return { text: `caches page ${page}`, after: { ...w, walks: [], tlb: cached(w.tlb, { ...e, hit }) } };
  }
  const { slot, descriptor } = next(unit, cell, walk);
  const text = `reads ${table}[${slot}]`;
  if (typeof descriptor !== 'string') return { text, after: { ...w, walks: [] } };
  const target = descriptor.slice(1);
  if (below === 0) return { text, after: { ...w, walks: [{ ...walk, found: target }] } };
  const e = { vmid, page: page - (page % n ** below), below: below - 1, table: target };
  const hit = kept((c) => tlbi(c, tableScope(e, n)));
  const on: Walk = { ...walk, table: target, below: below - 1, isRoot: false };
  return { text, after: { ...w, walks: [on], tables: cached(w.tables, { ...e, hit }) } };
}

/** A device whose ATS is on at both ends asks for a page that the TLB has, and is given it. */
function requests(unit: SmmuUnit, cell: ReadCell, w: Walker): readonly Change[] {
  return translating(w).flatMap(({ sid, vmid, eats }): readonly Change[] => {
    if (!eats || !isAtsOn(unit, cell, sid)) return [];
    return w.tlb
      .filter((e) => e.vmid === vmid)
      .map(({ page, target }) => ({
        text: `gives page ${page} to stream ${sid}`,
        after: { ...w, atc: cached(w.atc, { sid, page, target, hit: [] }) },
      }));
  });
}

function isAtsOn({ decl }: SmmuUnit, cell: ReadCell, sid: number): boolean {
  const device = decl.streams.find((s) => s.sid === sid)?.device;
  return device !== undefined && cell(device, 'ats', 0) === 1;
}

/** Drops any cached entry, or abandons what is in flight. */
function evictions(w: Walker): readonly Change[] {
  const without = (key: 'fetches' | 'stes' | 'walks' | 'tables' | 'tlb' | 'atc'): readonly Change[] =>
    w[key].map((e) => ({
      text: `drops one of its ${key}`,
      after: { ...w, [key]: [...w[key]].filter((x) => x !== e) },
    }));
  return (['fetches', 'stes', 'walks', 'tables', 'tlb', 'atc'] as const).flatMap(without);
}

interface Usable {
  readonly sid: number;
  readonly vmid: Walk['vmid'];
  readonly root: string;
  readonly eats: boolean;
  readonly hit: readonly number[];
}

/** Cached STEs by which a stream is translated. */
function translating(w: Walker): readonly Usable[] {
  return w.stes.flatMap(({ sid, words, hit }): readonly Usable[] => {
    const [word0, vmid, ttb] = STE_WORDS.map((q) => words[q]!);
    if (!translates(word0!) || typeof ttb !== 'string') return [];
    return [{ sid, vmid: vmidOf(vmid!), root: ttb.slice(1), eats: hasEats(words[1] ?? 0), hit }];
  });
}

/** S2VMID is bits 15:0 of word 2, EATS bits 29:28 of word 1. */
const vmidOf = (word2: Value): Value => Number(BigInt(flagsOf(word2)) & 0xffffn);
const hasEats = (word1: Value): boolean => ((BigInt(flagsOf(word1)) >> 28n) & 3n) === 1n;
const flagsOf = (word: Value): string => (typeof word === 'number' ? `${word}` : (word.split('|')[1] ?? '0'));

const union = (a: readonly number[], b: readonly number[]): readonly number[] =>
  [...new Set([...a, ...b])].sort((x, y) => x - y);

/** What hits in the caches through a cached STE, and what the walk in flight is about to touch. */
function reach(unit: SmmuUnit, read: Read): readonly Reach[] {
  const w = read(stateOf(unit));
  const table = (sid: number, vmid: Walk['vmid'], object: string): Reach => ({
    kind: 'table',
    object,
    sid,
    vmid,
    page: null,
  });
  const pageOf = (sid: number, vmid: Walk['vmid'], page: number, object: string): Reach => ({
    kind: 'page',
    object,
    sid,
    vmid,
    page,
  });
  return [
    ...unit.decl.streams.map(
      ({ sid, ste }): Reach => ({ kind: 'STE', object: ste, sid, vmid: null, page: null }),
    ),
    ...translating(w).flatMap(({ sid, vmid, root }) => [
      ...w.tlb.filter((e) => e.vmid === vmid).map((e) => pageOf(sid, vmid, e.page, e.target)),
      table(sid, vmid, root),
      ...w.tables.filter((e) => e.vmid === vmid).map((e) => table(sid, vmid, e.table)),
    ]),
    ...w.atc
      .filter(({ sid }) => translating(w).some((e) => e.sid === sid && e.eats))
      .filter(({ sid }) => isAtsOn(unit, cellReader(unit.layout, read), sid))
      .map(({ sid, page, target }) => pageOf(sid, 0, page, target)),
    ...w.walks.map(({ sid, vmid, page, table: t, found }) =>
      found === null ? table(sid, vmid, t) : pageOf(sid, vmid, page, found),
    ),
  ];
}
