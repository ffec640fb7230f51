/** The hardware's end of a command queue in memory: reads the slots between CONS and PROD, one after the other, each
 *  at the moment when it consumes it, and tells software through CONS, MSIs and GERROR (IHI 0070 3.5, 4.1, 4.7;
 *  driver.md 8). What it finds wrong is kept, and it stops there. */
import {
  type Agent,
  type Component,
  component,
  type Read,
  type Step,
  type Write,
  write,
} from '../contract.ts';
import {
  type CellName,
  DEVICE,
  type Engine,
  type EngineDecl,
  type EngineQueue,
  type Misuse,
  type StoreEvent,
} from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { slotMisuse, storeMisuse } from './cmdq-misuse.ts';
import {
  CONS,
  cellOf,
  ENT,
  type EngineUnit,
  GERROR,
  GERRORN,
  isAtcInv,
  isSync,
  memoryHolds,
  PROD,
} from './cmdq-unit.ts';
import { shownEngine } from './shown.ts';
import { COLUMN } from './smmu.ts';

const idle = (decl: EngineDecl): EngineQueue => ({
  cons: decl.start,
  consumed: [],
  rest: [],
  msis: [],
  unanswered: [],
  stopped: false,
});

export function engineComponent(unit: EngineUnit): Component {
  const { decl } = unit;
  return component<Engine>({
    ref: unit.state,
    initial: { queues: decl.queues.map(() => idle(decl)), completed: [], atc: decl.atc, misuse: null },
    column: COLUMN,
    reaction: {
      listens: (e) => e.kind === 'store' && (e as StoreEvent).by !== DEVICE,
      react(event, own, read) {
        if (own.misuse !== null) return own;
        const misuse = storeMisuse(unit, own, event as StoreEvent, read);
        return misuse === null ? own : { ...own, misuse };
      },
    },
    show: (engine) => shownEngine(decl, engine),
  });
}

export function engineAgent(unit: EngineUnit): Agent {
  return {
    name: unit.decl.name,
    steps(read) {
      if (read(unit.state).misuse !== null) return [];
      return unit.decl.queues.flatMap((_, at) => [
        ...msiSteps(unit, read, at),
        ...consumeSteps(unit, read, at),
      ]);
    },
  };
}

/** A step in the making: the queue afterwards, what else of the engine changes, and what is stored to memory. */
interface Outcome {
  readonly text: string;
  readonly queue?: Partial<EngineQueue>;
  readonly engine?: Partial<Engine>;
  readonly stores?: readonly { readonly cell: CellName; readonly value: Value }[];
}

function stepOf(unit: EngineUnit, read: Read, at: number, outcome: Outcome): Step {
  const { decl } = unit;
  const own = read(unit.state);
  const queues = own.queues.map((q, i) => (i === at ? { ...q, ...outcome.queue } : q));
  const writes: Write[] = [write(unit.state, { ...own, queues, ...outcome.engine })];
  const events: StoreEvent[] = [];
  for (const { cell: name, value } of outcome.stores ?? []) {
    const cell = cellOf(unit, name);
    const group = read(cell.group);
    events.push({ kind: 'store', loc: cell.loc, old: group.values[cell.slot]!, by: DEVICE });
    writes.push(
      write(cell.group, { ...group, values: group.values.map((v, i) => (i === cell.slot ? value : v)) }),
    );
  }
  const lines = [{ text: `${decl.name.toUpperCase()} ${outcome.text}` }];
  return { label: { agent: COLUMN, lines }, writes, events };
}

const stopping = (unit: EngineUnit, read: Read, at: number, misuse: Misuse): Step =>
  stepOf(unit, read, at, { text: `finds: ${misuse.why}`, engine: { misuse } });

/** An MSI is a write of its own, at any time after CONS shows the CMD_SYNC as consumed. (Not before: the driver takes a
 *  slot whose MSI it has seen for free, and would move PROD further ahead of CONS than the queue is long.) */
function msiSteps(unit: EngineUnit, read: Read, at: number): readonly Step[] {
  const object = unit.decl.queues[at]!;
  const { msis } = read(unit.state).queues[at]!;
  return (unit.decl.msi === 'in order' ? msis.slice(0, 1) : msis).map((msi) => {
    const cell: CellName = { object, field: ENT, index: msi.slot };
    const found = memoryHolds(unit, read, cell);
    if (found !== msi.command) {
      const why = `the MSI of ${msi.command} overwrites ${found} in slot ${msi.slot}`;
      return stopping(unit, read, at, { kind: 'slot overwritten', why });
    }
    const queue = { msis: msis.filter((m) => m !== msi) };
    return stepOf(unit, read, at, {
      text: `writes the MSI of ${msi.command}`,
      queue,
      stores: [{ cell, value: 0 }],
    });
  });
}

/** Consumes the command at CONS, if PROD is beyond it and no error is waiting for software. */
function consumeSteps(unit: EngineUnit, read: Read, at: number): readonly Step[] {
  const { decl } = unit;
  const own = read(unit.state);
  const queue = own.queues[at]!;
  const object = decl.queues[at]!;
  const register = (field: string): Value | null => memoryHolds(unit, read, { object, field, index: 0 });
  if (register(PROD) === queue.cons) return [];
  if (queue.stopped && register(GERROR) !== register(GERRORN)) return [];
  const index = queue.cons % 2 ** decl.shift;
  const cons = (queue.cons + 1) % 2 ** (decl.shift + 1);
  const advance = { cell: { object, field: CONS, index: 0 }, value: cons };
  const slot: CellName = { object, field: ENT, index };
  const command = memoryHolds(unit, read, slot);
  const misuse = slotMisuse(unit, read, queue, index, command);
  if (misuse !== null) return [stopping(unit, read, at, misuse)];
  const c = command as string;
  const rest = restAfter(decl, queue, c);
  const step = (outcome: Outcome): Step => stepOf(unit, read, at, outcome);
  if (isSync(c)) return syncSteps(unit, read, at, c, index, rest, cons);
  const queued = { cons, rest, consumed: [...queue.consumed, c].sort(), stopped: false };
  const stores = [advance];
  if (!decl.atc || !isAtcInv(c))
    return [step({ text: `consumes ${c} in slot ${index}`, queue: queued, stores })];
  return [
    step({ text: `consumes ${c}: the device answers`, queue: queued, engine: { atc: false }, stores }),
    step({
      text: `consumes ${c}: the device does not answer`,
      queue: { ...queued, unanswered: [...queue.unanswered, c] },
      stores,
    }),
  ];
}

/** A CMD_SYNC completes. Behind an ATC_INV that nobody answered it ends in CERROR_ATC_INV_SYNC first: CONS stays at
 *  the CMD_SYNC, the SMMU gives the ATC_INV up, and consumption stops until software has acknowledged GERROR. */
function syncSteps(
  unit: EngineUnit,
  read: Read,
  at: number,
  c: string,
  slot: number,
  rest: readonly string[],
  cons: number,
): readonly Step[] {
  const { decl } = unit;
  const own = read(unit.state);
  const queue = own.queues[at]!;
  const object = decl.queues[at]!;
  if (queue.unanswered.length > 0) {
    const cell: CellName = { object, field: GERROR, index: 0 };
    const value = memoryHolds(unit, read, cell) === 0 ? 1 : 0;
    const text = `stops at ${c}: CERROR_ATC_INV_SYNC`;
    return [
      stepOf(unit, read, at, { text, queue: { unanswered: [], stopped: true }, stores: [{ cell, value }] }),
    ];
  }
  const completed = [...own.completed, ...queue.consumed, c].sort();
  return [
    stepOf(unit, read, at, {
      text: `completes ${c} in slot ${slot}`,
      queue: {
        cons,
        consumed: [],
        rest,
        stopped: false,
        msis: decl.msi !== 'none' ? [...queue.msis, { slot, command: c }] : [],
      },
      engine: { completed },
      stores: [{ cell: { object, field: CONS, index: 0 }, value: cons }],
    }),
  ];
}

/** The rest of its list behind a command; of no list (what error handling puts into a slot): as before. */
function restAfter(decl: EngineDecl, queue: EngineQueue, c: string): readonly string[] {
  if (queue.rest.length > 0) return queue.rest.slice(1);
  return decl.lists.find((l) => l.commands[0] === c)?.commands.slice(1) ?? [];
}
