/** An SMMU whose component is the set of what it may hold. It consumes its command queue; what it fetches and keeps
 *  is not interleaved: the set is closed again whenever memory or the queue changes it (semantics.md 3.2, 3.3). */
import { type Agent, type Component, component, type Read, type Step, write } from '../contract.ts';
import type { Command, Smmu, StoreEvent } from '../machine.ts';
import { close } from './closure.ts';
import { commandText, completeSync, consume } from './commands.ts';
import { COLUMN, columnOf, type Reach, type SmmuModel, type SmmuUnit, smmuStep, withMsi } from './smmu.ts';
import { type Context, contextsOf, steWordText } from './ste.ts';
import { cellReader, spanOf } from './tables.ts';

export const maySet: SmmuModel = { components, agent, reach };

const closed = (unit: SmmuUnit, s: Smmu, read: Read): Smmu =>
  close(unit.decl, unit.layout, cellReader(unit.layout, read), s);

/** Everything may have been fetched from the initial memory. */
function components(unit: SmmuUnit, initial: Read): readonly Component[] {
  const { decl, layout } = unit;
  return [
    component<Smmu>({
      ref: unit.state,
      initial: closed(unit, { ste: [], walks: [], tlb: [], consumed: [] }, initial),
      column: COLUMN,
      reaction: {
        listens: (e) => e.kind === 'store' && layout.cells[(e as StoreEvent).loc]!.object.device,
        react: (_, own, read) => closed(unit, own, read),
      },
      describe: (before, after) => changes(before, after).map((text) => `${columnOf(decl)} ${text}`),
    }),
    component<readonly Command[]>({ ref: unit.queue, initial: [] }),
  ];
}

/** Consumes the oldest command. A CMD_SYNC is consumed when it completes: nothing behind it is looked at before. */
function agent(unit: SmmuUnit): Agent {
  return {
    name: columnOf(unit.decl),
    steps(read) {
      const [head, ...rest] = read(unit.queue);
      if (head === undefined) return [];
      return [
        head.name === 'CMD_SYNC' ? syncStep(unit, read, head, rest) : commandStep(unit, read, head, rest),
      ];
    },
  };
}

function commandStep(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): Step {
  const consumed = consume(read(unit.state), c, (e) => spanOf(unit.layout, e.below));
  const writes = [write(unit.queue, rest), write(unit.state, closed(unit, consumed, read))];
  return smmuStep(unit, `consumes ${commandText(c)}`, writes);
}

function syncStep(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): Step {
  // Nothing new can be derived: what is left was closed already.
  const after = completeSync(read(unit.state));
  const done = smmuStep(unit, 'completes CMD_SYNC', [write(unit.queue, rest), write(unit.state, after)]);
  return withMsi(unit, read, c, done);
}

/** What usable contexts lead to (semantics.md 3.5, a and b). Entries with a tag that no usable context has are
 *  harmless until the tag is used again. */
function reach(unit: SmmuUnit, read: Read): readonly Reach[] {
  const smmu = read(unit.state);
  return unit.decl.streams.flatMap(({ sid, ste }): readonly Reach[] => [
    { kind: 'STE', object: ste, sid, vmid: null, page: null },
    ...contextsOf(smmu.ste, sid).flatMap((c) => through(smmu, c)),
  ]);
}

function through(smmu: Smmu, { sid, vmid, root }: Context): readonly Reach[] {
  const tables = [root, ...smmu.walks.filter((e) => e.vmid === vmid).map((e) => e.table)];
  const pages = smmu.tlb.filter((e) => e.vmid === vmid);
  return [
    ...pages.map(({ page, target }): Reach => ({ kind: 'page', object: target, sid, vmid, page })),
    ...tables.map((object): Reach => ({ kind: 'table', object, sid, vmid, page: null })),
  ];
}

/** What a reader of a trace wants to know of a change of the may-set: what may be cached now that could not be
 *  before, and what is gone for certain. */
function changes(before: Smmu, after: Smmu): readonly string[] {
  const texts = (s: Smmu): readonly string[] => [
    ...s.ste.map((e) => `STE ${e.sid}: ${steWordText(e.q, e.value)}`),
    ...s.tlb.map((e) => `page ${e.page} -> ${e.target}`),
  ];
  const [old, now] = [new Set(texts(before)), new Set(texts(after))];
  return [
    ...[...now].filter((x) => !old.has(x)).map((x) => `may cache ${x}`),
    ...[...old].filter((x) => !now.has(x)).map((x) => `can no longer hold ${x}`),
  ];
}
