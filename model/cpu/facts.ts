/** What a thread's future can still need, per program counter: decides which parts of its state are dead. */

import type { Loc, Scenario } from '../machine.ts';
import type { Layout } from '../memory/layout.ts';
import { mayDefer } from '../program/deferral.ts';
import { type Expr, registersOf, type Value } from '../program/expression.ts';
import {
  addressOf,
  ahead,
  destinationOf,
  liveRegisters,
  readsMemory,
  usesOf,
  writesMemory,
} from '../program/flow.ts';
import type { Address, Instruction, Program } from '../program/instruction.ts';
import { staleCells } from './staleness.ts';

/** Which views anything ahead still looks at. */
export type Wanted = 'vro' | 'vwo' | 'vcap' | 'vrel' | 'acquire' | 'rf' | 'gp' | 'finished';

export interface ThreadFacts {
  readonly program: Program;
  /** Registers whose values, and whose views, are used later. */
  readonly live: readonly ReadonlySet<string>[];
  readonly viewed: readonly ReadonlySet<string>[];
  /** Cells that some load ahead may read. */
  readonly readable: readonly ReadonlySet<Loc>[];
  /** Those of which it may read an old value (cpu/staleness.ts); null where that is not looked into. */
  readonly stale: readonly ReadonlySet<Loc>[] | null;
  readonly wanted: readonly ReadonlySet<Wanted>[];
  /** Cells that a load ahead may read whose view something behind it looks at: loads of them tell the order of
   *  stores. */
  readonly ordered: readonly ReadonlySet<Loc>[];
  /** Whether something ahead looks at the view of a load issued already. */
  readonly ordersIssued: readonly boolean[];
  /** Whether a store is issued on every way to the next grace period or end of a section. */
  readonly storesFirst: readonly boolean[];
  readonly defers: readonly boolean[];
  /** From here, everything stored so far leaves before any pointer does: a private object stays private. */
  readonly drainsBeforeEscape: readonly boolean[];
}

/** What is known of all threads together. */
export interface Facts {
  readonly threads: readonly ThreadFacts[];
  /** Cells that a thread other than this one, or a device, may read or write, at any time. */
  readonly foreignReads: readonly ReadonlySet<Loc>[];
  readonly foreignWrites: readonly ReadonlySet<Loc>[];
  /** Cells whose stores a thread that begins a grace period counts, so that others can find its view in their own
   *  lags: what other threads read, but for cells that just one of them polls and resets. A floor under such a cell
   *  could only forbid iterations of the polling loop that change nothing. */
  readonly counted: readonly ReadonlySet<Loc>[];
  /** Whether all threads count the same cells, all but those that one thread alone uses: then a grace period tells for
   *  every store whether its caller has seen it, and the order of stores that it does not part is not needed. */
  readonly sortable: boolean;
  /** Objects (null: any) that another program may free. */
  readonly foreignFrees: readonly (ReadonlySet<string> | null)[];
  /** Whether any program waits for or starts a grace period; without, RCU sections have no effect. */
  readonly gracePeriods: boolean;
  /** Whether any program waits for one: then the ends of sections tell it what they saw. */
  readonly synchronizes: boolean;
}

/** Cells that devices read and write, besides the programs. */
export interface DeviceAccess {
  readonly reads: readonly Loc[];
  readonly writes: readonly Loc[];
}

export function factsOf(scenario: Scenario, layout: Layout, devices: DeviceAccess): Facts {
  const cellsAt = (p: Program, a: Address): readonly Loc[] => cellsAccessed(p, layout, a);
  const touched = scenario.programs.map((p) => ({
    reads: new Set(p.code.filter(readsMemory).flatMap((i) => cellsAt(p, addressOf(i)!))),
    writes: new Set(p.code.filter(writesMemory).flatMap((i) => cellsAt(p, addressOf(i)!))),
  }));
  const others = (t: number, what: 'reads' | 'writes'): ReadonlySet<Loc> =>
    new Set([...touched.flatMap((x, u) => (u === t ? [] : [...x[what]])), ...devices[what]]);
  const polled = polledByOne(scenario, touched, cellsAt);
  const foreignReads = scenario.programs.map((_, t) => others(t, 'reads'));
  const isPrivate = (loc: Loc): boolean =>
    !devices.writes.includes(loc) &&
    touched.filter((x) => x.reads.has(loc) || x.writes.has(loc)).length === 1;
  const gracePeriods = scenario.programs.some((p) => p.code.some(startsGracePeriod));
  const synchronizes = scenario.programs.some((p) => p.code.some(isSynchronize));
  const guesses = scenario.programs.map((p) => guessedObjects(p, (a) => cellsAt(p, a), layout));
  // Where nothing is ever stale, there is nothing to see.
  const isGuessed = (p: Program): boolean =>
    scenario.model === 'armv8' &&
    guesses.some((objects, u) => scenario.programs[u] !== p && allocates(p, objects));
  return {
    threads: scenario.programs.map((p) => ({
      ...threadFacts(p, cellsAt, gracePeriods, synchronizes),
      // Sound for any program; the others are left with the states that they are known to have.
      stale: scenario.engines === undefined ? null : staleCells(p, (a) => cellsAt(p, a)),
      // Who uses a pointer without depending on it may see its object as it was before all that was stored in it.
      ...(isGuessed(p) ? { drainsBeforeEscape: [...p.code, null].map(() => false) } : {}),
    })),
    foreignReads,
    sortable: synchronizes,
    counted: scenario.programs.map((_, t) => {
      const read = touched.flatMap((x, u) => (u === t && !synchronizes ? [] : [...x.reads]));
      return new Set(read.filter((loc) => !polled.has(loc) && !isPrivate(loc)));
    }),
    foreignWrites: scenario.programs.map((_, t) => others(t, 'writes')),
    foreignFrees: scenario.programs.map((_, t) => freedBy(scenario.programs.filter((_, u) => u !== t))),
    gracePeriods,
    synchronizes,
  };
}

/** Cells that one program alone accesses, which resets them and reads them by `await` only. */
function polledByOne(
  scenario: Scenario,
  touched: readonly { readonly reads: ReadonlySet<Loc>; readonly writes: ReadonlySet<Loc> }[],
  cellsAt: (p: Program, a: Address) => readonly Loc[],
): ReadonlySet<Loc> {
  const loads = scenario.programs.flatMap((p) =>
    p.code.filter((i) => readsMemory(i) && i.op !== 'await').flatMap((i) => cellsAt(p, addressOf(i)!)),
  );
  const plainlyRead = new Set(loads);
  const uses = (loc: Loc): number => touched.filter((x) => x.reads.has(loc) || x.writes.has(loc)).length;
  return new Set(
    touched.flatMap((x) =>
      [...x.reads].filter((loc) => x.writes.has(loc) && uses(loc) === 1 && !plainlyRead.has(loc)),
    ),
  );
}

/** Objects that the programs free; null if by a pointer that may be to any. */
function freedBy(programs: readonly Program[]): ReadonlySet<string> | null {
  const names = new Set<string>();
  for (const i of programs.flatMap((p) => p.code)) {
    if (i.op !== 'free' && i.op !== 'kfree_rcu') continue;
    if (i.pointer.kind !== 'const' || typeof i.pointer.value !== 'string') return null;
    names.add(i.pointer.value.slice(1));
  }
  return names;
}

/** Objects that a program may access by a pointer which the compiler has guessed. */
function guessedObjects(
  program: Program,
  cellsAt: (a: Address) => readonly Loc[],
  layout: Layout,
): ReadonlySet<string> {
  const guessed = new Set(program.code.flatMap((i) => (i.op === 'set' && i.guessed ? [i.dst] : [])));
  for (let before = -1; before !== guessed.size; ) {
    before = guessed.size;
    for (const i of program.code)
      if (i.op === 'set' && registersOf(i.value).some((r) => guessed.has(r))) guessed.add(i.dst);
  }
  const addresses = program.code.map(addressOf).filter((a) => a !== null);
  const by = addresses.filter((a) => [a.base, a.index].flatMap(registersOf).some((r) => guessed.has(r)));
  return new Set(by.flatMap(cellsAt).map((loc) => layout.cells[loc]!.object.name));
}

const allocates = (program: Program, objects: ReadonlySet<string>): boolean =>
  program.code.some((i) => i.op === 'alloc' && i.pool.some((name) => objects.has(name)));

const isSynchronize = (i: Instruction): boolean => i.op === 'rcu' && i.what === 'synchronize';

const startsGracePeriod = (i: Instruction): boolean => i.op === 'kfree_rcu' || isSynchronize(i);

function threadFacts(
  program: Program,
  cellsAt: (p: Program, a: Address) => readonly Loc[],
  gracePeriods: boolean,
  synchronizes: boolean,
): Omit<ThreadFacts, 'stale'> {
  const wanted = ahead<Wanted>(program, (i) =>
    i.op === 'rcu' && !gracePeriods ? [] : wants(i, synchronizes),
  );
  const viewed = liveRegisters(program, [], (i, pc, after) => viewUses(i, wanted[pc]!, after));
  const ordersIssued = wanted.map(
    (w, pc) => viewed[pc]!.size > 0 || w.has('vro') || w.has('vcap') || w.has('acquire'),
  );
  const looksBehind = (i: Instruction, pc: number): boolean =>
    ordersIssued[pc + 1]! || wants(i, false).includes('acquire');
  return {
    program,
    live: liveRegisters(program, program.observed, (i) => usesOf(i)),
    viewed,
    readable: ahead(program, (i) => (readsMemory(i) ? cellsAt(program, addressOf(i)!) : [])),
    wanted,
    ordered: ahead(program, (i, pc) =>
      readsMemory(i) && looksBehind(i, pc) ? cellsAt(program, addressOf(i)!) : [],
    ),
    ordersIssued,
    storesFirst: tellsBeforeStoring(program, (i) => wants(i, synchronizes).includes('gp')).map((t) => !t),
    defers: program.code.map((_, pc) => mayDefer(program, pc)),
    drainsBeforeEscape: drains(program),
  };
}

/** Where some way leads to an instruction that `tells` others what the thread has seen, and to no store before. */
function tellsBeforeStoring(program: Program, tells: (i: Instruction) => boolean): readonly boolean[] {
  const end = program.code.length;
  const code = program.code.map(
    (i): Instruction => (i.op === 'store' && i.status === null ? { op: 'jump', to: end, at: i.at } : i),
  );
  return ahead<true>({ ...program, code }, (i) => (tells(i) ? [true] : [])).map((found) => found.size > 0);
}

/** Views that an instruction looks at. */
function wants(i: Instruction, synchronizes: boolean): readonly Wanted[] {
  if (i.op === 'fence') {
    if (i.access === 'full') return ['vro', 'vwo'];
    if (i.access === 'load') return ['vro'];
    return i.kind === 'dsb' ? ['vwo'] : [];
  }
  if (i.op === 'isb') return ['vcap'];
  if (isSynchronize(i)) return ['vro', 'vwo', 'gp', 'finished'];
  if (i.op === 'kfree_rcu') return ['vro', 'vwo', 'gp'];
  if (i.op === 'rcu' && i.what === 'lock') return ['rf'];
  // The end of a section tells others what it saw, as the beginning of a grace period does.
  if (i.op === 'rcu') return synchronizes ? ['vro', 'vwo', 'gp'] : [];
  const acquires = ('order' in i && i.order === 'acquire') || ('acquire' in i && i.acquire);
  if (acquires) return ['vrel', 'acquire'];
  return 'order' in i && i.order === 'acquirePC' ? ['acquire'] : [];
}

/** Registers whose views an instruction passes on: into an access, or into a register that does. A branch passes
 *  its view to vcap, which only an ISB looks at; so does a guess. */
function viewUses(i: Instruction, wanted: ReadonlySet<Wanted>, after: ReadonlySet<string>): Iterable<string> {
  if (i.op === 'set') return (i.guessed ? wanted.has('vcap') : after.has(i.dst)) ? usesOf(i) : [];
  if (i.op === 'branch') return wanted.has('vcap') ? usesOf(i) : [];
  return addressOf(i) === null ? [] : usesOf(i);
}

/** True at a point if every way on reaches a barrier, or the end, before a pointer to an object that the thread
 *  allocated is stored anywhere: until then nobody else can reach such an object. */
function drains(program: Program): readonly boolean[] {
  const own = allocatedPointers(program);
  const end = program.code.length;
  // What lies behind a barrier does not count: cut the code there.
  const code = program.code.map(
    (i): Instruction => (drainsWindow(i) ? { op: 'jump', to: end, at: i.at } : i),
  );
  return ahead<'escape'>({ ...program, code }, (i) => (stores(i, own) ? ['escape'] : [])).map(
    (s) => s.size === 0,
  );
}

function drainsWindow(i: Instruction): boolean {
  if (i.op === 'fence') return i.access !== 'load';
  return (i.op === 'store' && i.order === 'release') || ((i.op === 'rmw' || i.op === 'cas') && i.release);
}

/** Registers that may hold a pointer to an object that the thread allocated itself, whatever way it took there
 *  without going through memory. */
function allocatedPointers(program: Program): ReadonlySet<string> {
  const own = new Set<string>();
  for (let before = -1; before !== own.size; ) {
    before = own.size;
    for (const i of program.code) {
      if (i.op === 'alloc' || (i.op === 'set' && registersOf(i.value).some((r) => own.has(r))))
        own.add(i.dst);
    }
  }
  return own;
}

function stores(i: Instruction, pointers: ReadonlySet<string>): boolean {
  if (i.op !== 'store' && i.op !== 'rmw' && i.op !== 'cas') return false;
  const stored = i.op === 'store' ? i.value : i.op === 'rmw' ? i.operand : i.desired;
  return registersOf(stored).some((r) => pointers.has(r));
}

/** The cells that an address may mean. A base that is a constant pointer, or a register that holds one for good,
 *  names its object; anything else may point to every object that has such a field. */
export function cellsAccessed(program: Program, layout: Layout, address: Address): readonly Loc[] {
  const object = knownObject(program, address.base);
  const cells = layout.cellsOf(object, address.field).filter((loc) => {
    const { owner } = layout.cells[loc]!.object;
    return owner === undefined || owner === program.name;
  });
  const index = address.index;
  return index.kind === 'const' ? cells.filter((loc) => layout.cells[loc]!.index === index.value) : cells;
}

function knownObject(program: Program, base: Expr): string | null {
  const found = pointersIn(program, base);
  return found.length === 1 ? found[0]! : null;
}

/** Objects that an expression certainly points to: adding anything but 0 to a pointer has no meaning here, so
 *  one known pointer in a sum decides. */
function pointersIn(program: Program, e: Expr): readonly string[] {
  const name = (v: Value | undefined): readonly string[] => (typeof v === 'string' ? [v.slice(1)] : []);
  if (e.kind === 'const') return name(e.value);
  if (e.kind === 'reg') return writtenRegisters(program).has(e.name) ? [] : name(program.initial[e.name]);
  if (e.kind === 'binary' && e.op === 'add')
    return [...pointersIn(program, e.left), ...pointersIn(program, e.right)];
  return [];
}

const written = new WeakMap<Program, ReadonlySet<string>>();

function writtenRegisters(program: Program): ReadonlySet<string> {
  let names = written.get(program);
  if (names === undefined) {
    names = new Set(program.code.map(destinationOf).filter((d) => d !== null));
    written.set(program, names);
  }
  return names;
}
