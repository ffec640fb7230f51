/** S1 in non-strict mode: an IOVA that was given back may be mapped again by anybody, at any time, so nothing may
 *  translate it any more (properties.md). */

import type { Read } from '../contract.ts';
import type { Reach, SmmuUnit } from '../smmu/smmu.ts';
import type { Machine } from '../system.ts';
import { lifeOf } from './life.ts';
import type { Property } from './properties.ts';
import { suspectOf } from './suspect.ts';

/** An IOVA's page number, and the object that is freed when the IOVA is. */
export interface Iova {
  readonly page: number;
  readonly iova: string;
}

/** One invariant for each SMMU. */
export function noStaleIova(machine: Machine, iovas: readonly Iova[]): readonly Property[] {
  const isFree = ({ iova }: Iova, read: Read): boolean => lifeOf(machine, iova)(read) === 'freed';
  const stale = (unit: SmmuUnit, read: Read): Reach | undefined => {
    const free = iovas.filter((i) => isFree(i, read)).map(({ page }) => page);
    if (free.length === 0) return undefined;
    return unit.model.reach(unit, read).find((r) => r.page !== null && free.includes(r.page));
  };
  return machine.smmus.map((unit) => ({
    name: 'noStaleIova',
    suspect: (read) => {
      const found = stale(unit, read);
      return found === undefined ? null : suspectOf(unit, read(unit.state), found);
    },
    broken: (read) => {
      const found = stale(unit, read);
      if (found === undefined) return null;
      return `page ${found.page} may be mapped to something else, but stream ${found.sid} may still use its translation to ${found.object}`;
    },
    antecedent: (read) => iovas.some((i) => isFree(i, read)),
  }));
}
