/** What is left of a CPU's path in a litmus test: accesses to cells that matter, what orders them, and on which loads
 *  they depend. */
import type { Loc } from '../../machine.ts';
import type { Expr } from '../../program/expression.ts';
import type { Address, Instruction } from '../../program/instruction.ts';
import { Unsupported } from '../unsupported.ts';
import type { Needed } from './cells.ts';
import { type Known, known, NOTHING } from './known.ts';
import type { Op } from './op.ts';
import { type Executed, FREED, type Path } from './path.ts';

/** What matters of the path of the CPU with the number `id`. */
export function opsOf(path: Path, id: number, needed: Needed): readonly Op[] {
  const registers = new Map<string, Known>();
  const { branchesOn, tests } = branches();
  const ops: Op[] = [];
  const know = (e: Expr): Known => known(registers, e);
  const set = (name: string | null, k: Known): void => {
    if (name !== null) registers.set(name, k);
  };
  const add: Add = (op) => {
    const whole: Op = { base: null, from: null, tests: [], lost: false, ...op };
    ops.push(whole);
    return whole;
  };
  const addressed = ({ base, index }: Address): Pick<Op, 'base' | 'lost'> => {
    const [b, n] = [know(base), know(index)];
    const exact = b.exact !== null && typeof b.value === 'string' ? b.exact : null;
    return { base: exact, lost: (exact === null && b.data.size > 0) || n.data.size > 0 };
  };

  for (const [k, it] of path.executed.entries()) {
    if (k === path.before)
      for (const [name, value] of path.registers)
        registers.set(name, { ...(registers.get(name) ?? NOTHING), value });
    const { i, freed } = it;
    const gone = freed === undefined ? [] : (needed.freed.get(freed.object) ?? []);
    if (freed?.later === true && gone.length > 0)
      add({ what: 'call', i, loc: null, object: freed.object, tests: tests() });
    if (freed?.later === false)
      for (const loc of gone)
        add({ what: 'free', i, loc, object: freed.object, written: FREED, tests: tests() });
    switch (i.op) {
      case 'set': {
        const k = know(i.value);
        if (i.guessed === true) branchesOn(k);
        set(i.dst, i.guessed === true ? { ...NOTHING, value: k.value } : k);
        break;
      }
      case 'choose':
      case 'alloc':
        set(i.dst, NOTHING);
        break;
      case 'branch':
      case 'assert':
        branchesOn(know(i.cond));
        break;
      case 'fence':
        if (i.access === 'full') tests();
        add({ what: 'fence', i, loc: null });
        break;
      case 'rcu':
        // It takes a step to begin to wait, and one to go on.
        if (i.what === 'synchronize' && ops.at(-1)?.i === i) break;
        add({ what: i.what === 'synchronize' ? 'synchronize' : 'rcu', i, loc: null });
        break;
      case 'load':
      case 'await': {
        const op = loaded(it, (loc) => needed.isRead(id, loc), add, addressed(i.addr));
        const value = it.read?.value;
        const k: Known =
          op === null ? { ...NOTHING, value } : { value, data: new Set([op]), picked: new Set(), exact: op };
        set(i.dst, k);
        if (i.op === 'await') branchesOn(k);
        break;
      }
      case 'blockingRmw':
        if (it.read !== undefined && needed.locks.has(it.read.loc))
          add({ what: 'lock', i, loc: it.read.loc });
        break;
      case 'store':
        if (i.status !== null) {
          if (it.write !== undefined && needed.cells.has(it.write.loc))
            throw new Unsupported(`a store-exclusive: ${i.at.text}`);
          set(i.status, NOTHING);
        } else stored(it, know(i.value), needed, add, addressed(i.addr), tests);
        break;
      case 'rmw':
      case 'cas':
        set(i.op === 'rmw' && i.noReturn ? null : i.dst, updated(it, i, needed, know, add, addressed, tests));
        break;
      default:
        break;
    }
  }
  return ops;
}

/** Loads that branches depend on; `tests` tells of each once. */
function branches() {
  const untested = new Set<Op>();
  const tested = new Set<Op>();
  const branchesOn = (k: Known): void => {
    for (const op of [...k.data, ...k.picked]) if (!tested.has(op)) untested.add(op);
  };
  const tests = (): readonly Op[] => {
    const now = [...untested];
    for (const op of now) tested.add(op);
    untested.clear();
    return now;
  };
  return { branchesOn, tests };
}

type Add = (op: Omit<Op, 'base' | 'from' | 'tests' | 'lost'> & Partial<Op>) => Op;

function loaded(
  { i, read }: Executed,
  isRead: (loc: Loc) => boolean,
  add: Add,
  address: Pick<Op, 'base' | 'lost'>,
): Op | null {
  if (read === undefined || !isRead(read.loc)) return null;
  return add({ what: 'load', i, loc: read.loc, read: read.value, ...address });
}

function stored(
  { i, write }: Executed,
  value: Known,
  needed: Needed,
  add: Add,
  address: Pick<Op, 'base' | 'lost'>,
  tests: () => readonly Op[],
): void {
  if (write === undefined) return;
  const { loc } = write;
  if (needed.locks.has(loc)) add({ what: 'unlock', i, loc });
  else if (needed.cells.has(loc)) {
    const written = write.value ?? value.value;
    if (written === undefined) throw new Unsupported(`a store whose value is not known yet: ${i.at.text}`);
    const lost = address.lost || (value.exact === null && value.data.size > 0);
    add({ what: 'store', i, loc, written, ...address, from: value.exact, tests: tests(), lost });
  }
}

/** What is known of the register into which the old value goes. */
function updated(
  { read, write }: Executed,
  i: Extract<Instruction, { op: 'rmw' | 'cas' }>,
  needed: Needed,
  know: (e: Expr) => Known,
  add: Add,
  addressed: (a: Address) => Pick<Op, 'base' | 'lost'>,
  tests: () => readonly Op[],
): Known {
  const loc = (read ?? write)?.loc;
  const value = read?.value;
  if (loc !== undefined && needed.locks.has(loc)) throw new Unsupported(`a lock that ${i.at.text} touches`);
  if (loc === undefined || !needed.cells.has(loc)) return { ...NOTHING, value };
  const operand = know(i.op === 'rmw' ? i.operand : i.expected);
  const from = know(i.op === 'rmw' ? i.operand : i.desired);
  const address = addressed(i.addr);
  const op = add({
    what: i.op,
    i,
    loc,
    read: value,
    written: write?.value,
    operand: operand.value,
    ...address,
    tests: tests(),
    lost: address.lost || operand.data.size + from.data.size > 0,
  });
  const isCompared = i.op === 'cas' && write !== undefined;
  const its = new Set([op]);
  return { value, data: isCompared ? new Set() : its, picked: its, exact: isCompared ? null : op };
}
