/** What can be said of a program without running it: which code follows which, and what lies ahead. */
import { match } from 'ts-pattern';
import { type Expr, registersOf } from './expression.ts';
import type { Address, Instruction, Program } from './instruction.ts';

/** Indices of the instructions that may come next; `code.length` is the end. */
export function successorsOf(code: readonly Instruction[], pc: number): readonly number[] {
  const i = code[pc];
  if (i === undefined) return [];
  return match(i)
    .with({ op: 'branch' }, ({ otherwise }) => [pc + 1, otherwise])
    .with({ op: 'jump' }, ({ to }) => [to])
    .with({ op: 'wfi' }, () => [])
    .otherwise(() => [pc + 1]);
}

/** As `successorsOf`, and the handler to which an interrupt leads. */
export function successorsIn(program: Program, pc: number): readonly number[] {
  const next = successorsOf(program.code, pc);
  const entry = program.interrupts?.entries.get(pc);
  return entry === undefined ? next : [...next, entry];
}

/** The address that an instruction accesses, if it accesses memory. */
export function addressOf(i: Instruction): Address | null {
  return 'addr' in i ? i.addr : null;
}

/** Whether an instruction reads memory. */
export function readsMemory(i: Instruction): boolean {
  return ['load', 'rmw', 'cas', 'blockingRmw', 'await'].includes(i.op);
}

/** Whether an instruction can write memory. */
export function writesMemory(i: Instruction): boolean {
  return ['store', 'rmw', 'cas', 'blockingRmw'].includes(i.op);
}

/** Whether an atomic discards what it read (aarch64.cat: NoRet). */
export function returnsNothing(i: Instruction): boolean {
  return (i.op === 'rmw' && i.noReturn) || (i.op === 'cas' && i.dst === null);
}

/** Expressions whose values decide what an instruction does. */
export function operandsOf(i: Instruction): readonly Expr[] {
  const address = addressOf(i);
  const inAddress = address === null ? [] : [address.base, address.index];
  return [
    ...inAddress,
    ...match(i)
      .with({ op: 'set' }, ({ value }) => [value])
      .with({ op: 'store' }, ({ value }) => [value])
      .with({ op: 'rmw' }, ({ operand }) => [operand])
      .with({ op: 'cas' }, ({ expected, desired }) => [expected, desired])
      .with({ op: 'blockingRmw' }, ({ guard, next }) => [guard, next])
      .with({ op: 'await' }, ({ until }) => [until])
      .with({ op: 'branch' }, { op: 'assert' }, ({ cond }) => [cond])
      .with({ op: 'free' }, { op: 'kfree_rcu' }, ({ pointer }) => [pointer])
      .with({ op: 'push' }, ({ queue, commands }) => [
        queue,
        ...commands.flatMap((c) => [...Object.values(c.operands), ...(c.when === undefined ? [] : [c.when])]),
      ])
      .with(
        { op: 'load' },
        { op: 'fence' },
        { op: 'isb' },
        { op: 'jump' },
        { op: 'choose' },
        { op: 'rcu' },
        { op: 'alloc' },
        { op: 'irq' },
        { op: 'wfi' },
        () => [],
      )
      .exhaustive(),
  ];
}

/** The register that an instruction writes, if any; for a store-exclusive, its status register. */
export function destinationOf(i: Instruction): string | null {
  return match(i)
    .with(
      { op: 'set' },
      { op: 'load' },
      { op: 'rmw' },
      { op: 'cas' },
      { op: 'await' },
      { op: 'choose' },
      { op: 'alloc' },
      ({ dst }) => dst,
    )
    .with({ op: 'store' }, ({ status }) => status)
    .otherwise(() => null);
}

const uses = new WeakMap<Instruction, ReadonlySet<string>>();

/** Registers that an instruction uses; the names bound inside it (`old` of a blocking RMW, the destination of an
 *  await) are not uses. */
export function usesOf(i: Instruction): ReadonlySet<string> {
  const known = uses.get(i);
  if (known !== undefined) return known;
  const names = new Set(operandsOf(i).flatMap(registersOf));
  if (i.op === 'blockingRmw') names.delete('old');
  if (i.op === 'await' && ![i.addr.base, i.addr.index].flatMap(registersOf).includes(i.dst))
    names.delete(i.dst);
  uses.set(i, names);
  return names;
}

/** For each pc (and the end), the union over everything that may be executed from there of what `of` gives. */
export function ahead<T>(
  program: Program,
  of: (i: Instruction, pc: number) => Iterable<T>,
): readonly ReadonlySet<T>[] {
  const { code } = program;
  const sets = [...code.map((i, pc) => new Set<T>(of(i, pc))), new Set<T>()];
  const successors = code.map((_, pc) => successorsIn(program, pc));
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const here = sets[pc]!;
      const before = here.size;
      for (const next of successors[pc]!) for (const item of sets[next]!) here.add(item);
      changed ||= here.size !== before;
    }
  }
  return sets;
}

/** For each pc, the registers that are live: used on some way ahead before they are written again. `uses` says
 *  which registers an instruction needs, given those that are live after it. */
export function liveRegisters(
  program: Program,
  atEnd: readonly string[],
  uses: (i: Instruction, pc: number, liveAfter: ReadonlySet<string>) => Iterable<string>,
): readonly ReadonlySet<string>[] {
  const { code } = program;
  const live: Set<string>[] = Array.from({ length: code.length + 1 }, () => new Set());
  for (const name of atEnd) live[code.length]!.add(name);
  const successors = code.map((_, pc) => successorsIn(program, pc));
  const destinations = code.map(destinationOf);
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const after = new Set(successors[pc]!.flatMap((n) => [...live[n]!]));
      const here = new Set(after);
      const dst = destinations[pc]!;
      if (dst !== null) here.delete(dst);
      for (const name of uses(code[pc]!, pc, after)) here.add(name);
      changed ||= here.size !== live[pc]!.size;
      live[pc] = here;
    }
  }
  return live;
}
