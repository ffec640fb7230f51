/** An SMMU as the rest of the machine sees it: its two components, its agent, and what devices can reach through
 *  it. There are two ways to model one: may-sets (may-set.ts), and for tests an explicit walker. */
import {
  type Agent,
  type Component,
  type Read,
  type Ref,
  type Step,
  type Write,
  write,
} from '../contract.ts';
import {
  type Command,
  DEVICE,
  type Hardware,
  type Smmu,
  type SmmuDecl,
  type StoreEvent,
} from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';

export interface SmmuUnit {
  readonly decl: SmmuDecl;
  readonly layout: Layout;
  /** Words of an STE that it follows. */
  readonly words: readonly number[];
  readonly hardware: Hardware;
  readonly model: SmmuModel;
  readonly state: Ref<Smmu>;
  readonly queue: Ref<readonly Command[]>;
}

/** A way to model an SMMU. */
export interface SmmuModel {
  /** Its state and its command queue. `initial` reads the initial memory. */
  components(unit: SmmuUnit, initial: Read): readonly Component[];
  agent(unit: SmmuUnit): Agent;
  /** Everything that a device behind it can reach now. */
  reach(unit: SmmuUnit, read: Read): readonly Reach[];
}

/** An object that a stream's accesses may lead to: the page behind a translation, a table on the way there, or
 *  the CD or STE itself. */
export interface Reach {
  readonly kind: 'page' | 'table' | 'CD' | 'STE';
  readonly object: string;
  readonly sid: number;
  /** Of the translation; null for a CD, an STE, or in the EL2 world. */
  readonly vmid: Value | null;
  /** Of a stage-1 translation. */
  readonly asid?: Value;
  /** The page translated; null for anything but a page. */
  readonly page: number | null;
  /** What holds it, if it is not the SMMU itself. */
  readonly held?: 'by the ATC' | 'in flight';
}

/** Field of the SMMU's object with one cell per queue slot that holds a CMD_SYNC: not 0 while the command is there,
 *  and overwritten with 0 by the MSI that its completion sends. */
export const SYNC_FIELD = 'cmdq';

/** The column of traces that all SMMUs share: texts in it begin with the name of the SMMU. */
export const COLUMN = 'SMMU';

/** The SMMU's name in traces. */
export const columnOf = (decl: SmmuDecl): string => decl.name.toUpperCase();

/** A step of the SMMU. */
export const smmuStep = (unit: SmmuUnit, text: string, writes: readonly Write[]): Step => ({
  label: { agent: COLUMN, lines: [{ text: `${columnOf(unit.decl)} ${text}` }] },
  writes,
});

/** The step with the MSI of a CMD_SYNC that asks for one: an ordinary store to the command's slot. */
export function withMsi(unit: SmmuUnit, read: Read, c: Command, done: Step): Step {
  const { decl, layout } = unit;
  const slot = c.operands.slot;
  if (typeof slot !== 'number') return done;
  const cell = layout.cells[layout.locate(decl.name, SYNC_FIELD, slot, 'the MSI of a CMD_SYNC')]!;
  const group = read(cell.group);
  const event: StoreEvent = { kind: 'store', loc: cell.loc, old: group.values[cell.slot]!, by: DEVICE };
  const values = group.values.map((v, at) => (at === cell.slot ? 0 : v));
  return { ...done, writes: [...done.writes, write(cell.group, { ...group, values })], events: [event] };
}
