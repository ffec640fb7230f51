/** Of which cells a thread may still read an old value. */
import type { Loc } from '../machine.ts';
import { addressOf, successorsOf } from '../program/flow.ts';
import type { Address, Instruction, Program } from '../program/instruction.ts';

/** For each pc, the cells that some load ahead may read before the thread has stored to them itself: behind its own
 *  store it reads that or something newer, and an atomic that writes, or a load of a device's register, reads the
 *  latest value anyway. `cellsAt`: the cells that an address may mean. */
export function staleCells(
  program: Program,
  cellsAt: (a: Address) => readonly Loc[],
): readonly ReadonlySet<Loc>[] {
  const { code } = program;
  const stale: Set<Loc>[] = Array.from({ length: code.length + 1 }, () => new Set());
  const own = code.map((i) => ({
    reads: readsOld(i) ? cells(i, cellsAt) : [],
    stored: storedCell(i, cellsAt),
  }));
  for (let changed = true; changed; ) {
    changed = false;
    for (let pc = code.length - 1; pc >= 0; pc--) {
      const { reads, stored } = own[pc]!;
      const here = new Set(successorsOf(code, pc).flatMap((n) => [...stale[n]!]));
      if (stored !== null) here.delete(stored);
      for (const loc of reads) here.add(loc);
      changed ||= here.size !== stale[pc]!.size;
      stale[pc] = here;
    }
  }
  return stale;
}

const cells = (i: Instruction, cellsAt: (a: Address) => readonly Loc[]): readonly Loc[] => {
  const address = addressOf(i);
  return address === null ? [] : cellsAt(address);
};

/** A compare-and-swap that fails reads like a load. */
function readsOld(i: Instruction): boolean {
  if (i.op === 'load' || i.op === 'await') return i.device !== true;
  return i.op === 'cas';
}

/** The cell that the instruction stores to for certain. */
function storedCell(i: Instruction, cellsAt: (a: Address) => readonly Loc[]): Loc | null {
  const certain = (i.op === 'store' && i.status === null) || i.op === 'rmw' || i.op === 'blockingRmw';
  const found = certain ? cells(i, cellsAt) : [];
  return found.length === 1 ? found[0]! : null;
}
