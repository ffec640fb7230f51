/** Where an access goes. */
import { ModelBug } from '../contract.ts';
import type { Address, Instruction } from '../program/instruction.ts';
import { known, whereIs } from './content.ts';
import { evaluate } from './evaluate.ts';
import type { Target } from './loads.ts';
import type { Work } from './work.ts';

/** The cell that the instruction accesses; null while that is not known. */
export function targetOf(
  w: Work,
  i: Instruction & { readonly addr: Address },
): Target | { readonly bad: number } | null {
  const base = evaluate(w.t, i.addr.base, i);
  const index = evaluate(w.t, i.addr.index, i);
  const [b, n] = [known(base), known(index)];
  if (b === null || n === null) return null;
  if (typeof b !== 'string') return { bad: b };
  if (typeof n !== 'number') throw new ModelBug(`the index ${n} is no number, ${whereIs(i)}`);
  const loc = w.cpu.layout.locate(b.slice(1), i.addr.field, n, () => whereIs(i));
  const { owner } = w.cpu.layout.cells[loc]!.object;
  if (owner !== undefined && owner !== w.cpu.name)
    throw new ModelBug(`${w.cpu.name} accesses ${b.slice(1)}, which is only for ${owner}, ${whereIs(i)}`);
  return { loc, view: Math.max(base.view, index.view), pick: Math.max(base.pick, index.pick) };
}
