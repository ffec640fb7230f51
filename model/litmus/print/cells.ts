/** Which cells a litmus test needs, and what they are called in it. */
import type { Loc } from '../../machine.ts';
import type { Layout } from '../../memory/layout.ts';
import { engineWrites } from '../../smmu/cmdq-unit.ts';
import { SYNC_FIELD } from '../../smmu/smmu.ts';
import type { Machine } from '../../system.ts';
import { FREED, type Path } from './path.ts';
import type { Walk } from './walk.ts';

/** Who accesses a cell: the number of a CPU, or a name. */
export type Party = number | string;
const WALK = 'walk';
const CALLBACK = 'callback';

export interface Needed {
  /** Cells that somebody reads who may read what another one has stored. */
  readonly cells: ReadonlySet<Loc>;
  /** Whether that party's read of the cell says something about order. */
  isRead(by: Party, loc: Loc): boolean;
  /** Cells that two CPUs take as a lock. */
  readonly locks: ReadonlySet<Loc>;
  /** Objects that are read after they were freed, and their cells that are. */
  readonly freed: ReadonlyMap<string, readonly Loc[]>;
  /** Cells that were left out since devices write them. */
  readonly byDevices: readonly Loc[];
}

export function neededCells(machine: Machine, paths: readonly Path[], walk: Walk | null): Needed {
  const { layout } = machine;
  const devices = deviceWritten(machine);
  const [reads, writes, takers] = [
    new Map<Loc, Set<Party>>(),
    new Map<Loc, Set<Party>>(),
    new Map<Loc, Set<Party>>(),
  ];
  const note = (map: Map<Loc, Set<Party>>, loc: Loc, by: Party): void => {
    map.set(loc, new Set([...(map.get(loc) ?? []), by]));
  };
  const freed = freedCells(layout, paths);
  for (const [id, { executed }] of paths.entries()) {
    for (const { i, read, write, freed: gone } of executed) {
      if (i.op === 'blockingRmw' && read !== undefined) note(takers, read.loc, id);
      if (read !== undefined) note(reads, read.loc, id);
      if (write !== undefined) note(writes, write.loc, id);
      if (gone !== undefined)
        for (const loc of freed.get(gone.object) ?? []) note(writes, loc, gone.later ? CALLBACK : id);
    }
  }
  for (const { loc } of walk?.levels.flat() ?? []) note(reads, loc, WALK);
  const others = (map: Map<Loc, Set<Party>>, loc: Loc, by: Party): boolean =>
    [...(map.get(loc) ?? [])].some((party) => party !== by);
  const isLock = (loc: Loc): boolean => takers.has(loc);
  const isRead = (by: Party, loc: Loc): boolean =>
    !devices.has(loc) && !isLock(loc) && others(writes, loc, by);
  const cells = new Set(
    [...reads].flatMap(([loc, by]) => ([...by].some((party) => isRead(party, loc)) ? [loc] : [])),
  );
  const locks = new Set([...takers].flatMap(([loc, by]) => (by.size > 1 ? [loc] : [])));
  const byDevices = [...devices].filter((loc) => reads.has(loc));
  return { cells, isRead, locks, freed, byDevices };
}

function deviceWritten({ scenario, engines, layout }: Machine): ReadonlySet<Loc> {
  return new Set([
    ...scenario.smmus.flatMap(({ name }) => layout.cellsOf(name, SYNC_FIELD)),
    ...engines.flatMap(({ decl }) => engineWrites(decl, layout)),
  ]);
}

function freedCells({ cells }: Layout, paths: readonly Path[]): ReadonlyMap<string, readonly Loc[]> {
  const freed = new Map<string, readonly Loc[]>();
  for (const { read } of paths.flatMap(({ executed }) => executed)) {
    if (read?.value !== FREED) continue;
    const { name } = cells[read.loc]!.object;
    freed.set(name, [...new Set([...(freed.get(name) ?? []), read.loc])]);
  }
  return freed;
}

/** What cells are called in C: `invs0->inv[1].users` is `invs0_inv1_users`. */
export function identifiers({ cells }: Layout, locs: Iterable<Loc>): ReadonlyMap<Loc, string> {
  const names = new Map<Loc, string>();
  for (const loc of [...locs].sort((a, b) => a - b)) {
    const plain = cells[loc]!.name.replace(/->|\./g, '_')
      .replace(/[^A-Za-z0-9_]/g, '')
      .replace(/^(?=\d|P\d|r\d)/, '_');
    const taken = new Set(names.values());
    let name = plain;
    for (let n = 2; taken.has(name); n++) name = `${plain}_${n}`;
    names.set(loc, name);
  }
  return names;
}
