/** What is left of a CPU's path in a litmus test: accesses to cells that matter, what orders them, and on which loads
 *  they depend. */
import type { Loc } from '../../machine.ts';
import { applyBinary, type Expr, type Value } from '../../program/expression.ts';
import type { Address, Instruction } from '../../program/instruction.ts';
import { Unsupported } from '../unsupported.ts';
import type { Needed } from './cells.ts';
import { type Executed, FREED, type Path } from './path.ts';

export interface Op {
  readonly what:
    | 'load'
    | 'store'
    | 'rmw'
    | 'cas'
    | 'fence'
    | 'lock'
    | 'unlock'
    | 'rcu'
    | 'synchronize'
    /** A store that stands for a free, and the call that has RCU free later. */
    | 'free'
    | 'call';
  readonly i: Instruction;
  readonly loc: Loc | null;
  /** Of calls and frees: the object. */
  readonly object?: string;
  readonly read?: Value | undefined;
  readonly written?: Value | undefined;
  readonly operand?: Value | undefined;
  /** The load whose value is the address, and the one whose value is stored. */
  readonly base: Op | null;
  readonly from: Op | null;
  /** Loads that branches before it depend on, and no branch before those. */
  readonly tests: readonly Op[];
  /** It depends on a load in a way that is lost. */
  readonly lost: boolean;
}

/** What is known of a register. */
interface Known {
  readonly value: Value | undefined;
  /** Loads whose values its value comes from, and those that picked it. */
  readonly data: ReadonlySet<Op>;
  readonly picked: ReadonlySet<Op>;
  /** The load whose value it is. */
  readonly exact: Op | null;
}

const NOTHING: Known = { value: undefined, data: new Set(), picked: new Set(), exact: null };

export function opsOf(path: Path, id: number, needed: Needed): readonly Op[] {
  const registers = new Map<string, Known>();
  const untested = new Set<Op>();
  const tested = new Set<Op>();
  const ops: Op[] = [];
  const know = (e: Expr): Known => known(registers, e);
  const set = (name: string | null, k: Known): void => {
    if (name !== null) registers.set(name, k);
  };
  const branchesOn = (k: Known): void => {
    for (const op of [...k.data, ...k.picked]) if (!tested.has(op)) untested.add(op);
  };
  const tests = (): readonly Op[] => {
    const now = [...untested];
    for (const op of now) tested.add(op);
    untested.clear();
    return now;
  };
  const add = (op: Omit<Op, 'base' | 'from' | 'tests' | 'lost'> & Partial<Op>): Op => {
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
      case 'cas': {
        const loc = (it.read ?? it.write)?.loc;
        const dst = i.op === 'rmw' && i.noReturn ? null : i.dst;
        if (loc !== undefined && needed.locks.has(loc))
          throw new Unsupported(`a lock that ${i.at.text} touches`);
        if (loc === undefined || !needed.cells.has(loc)) {
          set(dst, { ...NOTHING, value: it.read?.value });
          break;
        }
        const operand = know(i.op === 'rmw' ? i.operand : i.expected);
        const from = know(i.op === 'rmw' ? i.operand : i.desired);
        const op = add({
          what: i.op,
          i,
          loc,
          read: it.read?.value,
          written: it.write?.value,
          operand: operand.value,
          ...addressed(i.addr),
          tests: tests(),
          lost: addressed(i.addr).lost || operand.data.size + from.data.size > 0,
        });
        const isCompared = i.op === 'cas' && it.write !== undefined;
        const its = new Set([op]);
        set(dst, {
          value: it.read?.value,
          data: isCompared ? new Set() : its,
          picked: its,
          exact: isCompared ? null : op,
        });
        break;
      }
      default:
        break;
    }
  }
  return ops;
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

function known(registers: ReadonlyMap<string, Known>, e: Expr): Known {
  switch (e.kind) {
    case 'const':
      return { ...NOTHING, value: e.value };
    case 'reg':
      return registers.get(e.name) ?? NOTHING;
    case 'pending':
      return NOTHING;
    case 'not': {
      const k = known(registers, e.operand);
      return { ...k, exact: null, value: k.value === undefined ? undefined : Number(k.value === 0) };
    }
    case 'binary': {
      const [a, b] = [known(registers, e.left), known(registers, e.right)];
      const value =
        a.value === undefined || b.value === undefined
          ? undefined
          : (applyBinary(e.op, a.value, b.value) ?? undefined);
      return {
        value,
        exact: null,
        data: new Set([...a.data, ...b.data]),
        picked: new Set([...a.picked, ...b.picked]),
      };
    }
    case 'select': {
      const c = known(registers, e.cond);
      const [yes, no] = [known(registers, e.then), known(registers, e.else)];
      const chosen = c.value === undefined ? NOTHING : c.value !== 0 ? yes : no;
      return { ...chosen, picked: new Set([...chosen.picked, ...c.data, ...c.picked]) };
    }
  }
}
