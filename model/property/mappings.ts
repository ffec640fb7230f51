/** What a device may count on once it was told of a mapping: a walk that starts now finds it (driver.md 10: the
 *  wmb() at the end of arm_lpae_map_pages()). Descriptors that are invalid are never cached, so memory decides. */
import type { Read } from '../contract.ts';
import { cellReader, spanOf } from '../smmu/tables.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

/** A page of a table of `levels` levels that is mapped to `target` before the flag `told` is set. */
export interface Promised {
  readonly root: string;
  readonly levels: number;
  readonly page: number;
  readonly target: string;
  readonly told: string;
}

/** From the moment that a device was told of it, a mapping stays: one invariant for each. */
export function mappedWhenTold(machine: Machine, promised: readonly Promised[]): readonly Property[] {
  return promised.map((p) => {
    const told = (read: Read): boolean => cellReader(machine.layout, read)(p.told, 'v', 0) === 1;
    return {
      name: 'mappedWhenTold',
      broken: (read) => {
        if (!told(read)) return null;
        const found = walk(machine, read, p);
        if (found === p.target) return null;
        const instead = found === null ? 'faults' : `finds ${found}`;
        return `the device was told of page ${p.page}, and a walk that starts now ${instead} instead of ${p.target}`;
      },
      antecedent: told,
    };
  });
}

/** The object that memory maps the page to, or null. */
function walk({ layout }: Machine, read: Read, { root, levels, page }: Promised): string | null {
  const cell = cellReader(layout, read);
  let table = root;
  let first = page;
  for (let below = levels - 1; below >= 0; below--) {
    const span = spanOf(layout, below - 1);
    const descriptor = cell(table, 'pte', Math.floor(first / span));
    if (typeof descriptor !== 'string') return null;
    table = descriptor.slice(1);
    first %= span;
    // A page where a table was expected is a block.
    if (layout.cellsOf(table, 'pte').length === 0) return table;
  }
  return table;
}
