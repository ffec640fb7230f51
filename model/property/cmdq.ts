/** Properties of a command queue in memory: what its consumer, and stores to it, may not find (properties.md S7, S14). */
import type { Read } from '../contract.ts';
import type { Misuse } from '../machine.ts';
import { type EngineUnit, memoryHolds } from '../smmu/cmdq-unit.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

type Antecedent = (unit: EngineUnit, read: Read) => boolean;

const consumed: Antecedent = (unit, read) => read(unit.state).queues.some((q) => q.cons !== unit.decl.start);
const reused: Antecedent = (unit, read) =>
  unit.decl.reuses.some((r) => memoryHolds(unit, read, r.cell) !== 0);

/** Property by kind of misuse, and what has to happen for it to be put to the test. */
const PROPERTIES: Readonly<Record<Misuse['kind'], readonly [string, Antecedent]>> = {
  'slot not written': ['slotsPublishedWhole', consumed],
  'slot overwritten': ['noSlotOverwritten', consumed],
  'PROD moved back': ['prodNeverMovesBack', consumed],
  'list torn': ['listsContiguous', consumed],
  'consumed too early': ['storesBeforeCommands', consumed],
  'returned too early': ['syncCoversCommands', reused],
  'ATC not invalidated': ['noStaleAtc', reused],
};

/** S14, and of S7 what concerns a queue: one invariant for each rule and consumer. `noStaleAtc` only where there is
 *  an ATC. */
export function commandQueue(machine: Machine): readonly Property[] {
  return machine.engines.flatMap((unit) =>
    Object.entries(PROPERTIES)
      .filter(([kind]) => kind !== 'ATC not invalidated' || unit.decl.atc)
      .map(
        ([kind, [name, antecedent]]): Property => ({
          name,
          broken: (read) => {
            const { misuse } = read(unit.state);
            return misuse?.kind === kind ? misuse.why : null;
          },
          antecedent: (read) => antecedent(unit, read),
        }),
      ),
  );
}
