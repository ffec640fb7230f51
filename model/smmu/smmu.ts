/** An SMMU as an agent: it consumes its command queue. What it fetches and keeps is not interleaved: its component
 *  is the set of what it may hold, closed again whenever memory or the queue changes it. */
import { component, type Agent, type Component, type Line, type Read, type Ref, type Step, write } from '../contract.ts';
import { type Command, DEVICE, type Smmu, type SmmuDecl, type StoreEvent } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import { cellReader, close, spanOf } from './closure.ts';
import { commandText, completeSync, consume } from './commands.ts';
import { steWordText } from './ste.ts';

export interface SmmuUnit {
  readonly decl: SmmuDecl;
  readonly layout: Layout;
  readonly state: Ref<Smmu>;
  readonly queue: Ref<readonly Command[]>;
}

/** Field of the SMMU's object with one cell per queue slot that holds a CMD_SYNC: not 0 while the command is there,
 *  and overwritten with 0 by the MSI that its completion sends. */
export const SYNC_FIELD = 'cmdq';

/** The column of traces that all SMMUs share: texts in it begin with the name of the SMMU. */
export const COLUMN = 'SMMU';

/** The SMMU's name in traces. */
export const columnOf = (decl: SmmuDecl): string => decl.name.toUpperCase();

/** Its two components. `initial` reads the initial memory, from which everything may have been fetched. */
export function smmuComponents(unit: SmmuUnit, initial: Read): readonly Component[] {
  const { decl, layout } = unit;
  const closed = (s: Smmu, read: Read): Smmu => close(decl, layout, cellReader(layout, read), s);
  const nothing: Smmu = { ste: [], walks: [], tlb: [], consumed: [] };
  return [
    component<Smmu>({
      ref: unit.state,
      initial: closed(nothing, initial),
      column: COLUMN,
      reaction: {
        listens: (e) => e.kind === 'store' && layout.cells[(e as StoreEvent).loc]!.object.device,
        react: (_, own, read) => closed(own, read),
      },
      describe: (before, after) => changes(before, after).map((text) => `${columnOf(decl)} ${text}`),
    }),
    component<readonly Command[]>({ ref: unit.queue, initial: [] }),
  ];
}

/** Consumes the oldest command. A CMD_SYNC is consumed when it completes: nothing behind it is looked at before. */
export function smmuAgent(unit: SmmuUnit): Agent {
  return {
    name: columnOf(unit.decl),
    steps(read) {
      const [head, ...rest] = read(unit.queue);
      if (head === undefined) return [];
      return [head.name === 'CMD_SYNC' ? syncStep(unit, read, head, rest) : commandStep(unit, read, head, rest)];
    },
  };
}

function commandStep(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): Step {
  const { decl, layout } = unit;
  const consumed = consume(read(unit.state), c, (e) => spanOf(layout, e));
  const after = close(decl, layout, cellReader(layout, read), consumed);
  return step(unit, `consumes ${commandText(c)}`, [write(unit.queue, rest), write(unit.state, after)]);
}

function syncStep(unit: SmmuUnit, read: Read, c: Command, rest: readonly Command[]): Step {
  const { decl, layout } = unit;
  const after = close(decl, layout, cellReader(layout, read), completeSync(read(unit.state)));
  const done = step(unit, 'completes CMD_SYNC', [write(unit.queue, rest), write(unit.state, after)]);
  const slot = c.operands.slot;
  if (typeof slot !== 'number') return done;
  const cell = layout.cells[layout.locate(decl.name, SYNC_FIELD, slot, 'the MSI of a CMD_SYNC')]!;
  const group = read(cell.group);
  const event: StoreEvent = { kind: 'store', loc: cell.loc, old: group.values[cell.slot]!, by: DEVICE };
  const values = group.values.map((v, at) => (at === cell.slot ? 0 : v));
  return { ...done, writes: [...done.writes, write(cell.group, { ...group, values })], events: [event] };
}

function step(unit: SmmuUnit, text: string, writes: Step['writes']): Step {
  const lines: readonly Line[] = [{ text: `${columnOf(unit.decl)} ${text}` }];
  return { label: { agent: COLUMN, lines }, writes };
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
