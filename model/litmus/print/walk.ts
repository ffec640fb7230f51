/** The walk by which an SMMU came to hold what it should not: loads of STE and descriptors, in the order of the walk. */
import type { History, Read } from '../../contract.ts';
import type { AtcEntry, Loc, Smmu, TlbEntry } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import { pointeeOf } from '../../program/qword.ts';
import type { SmmuUnit } from '../../smmu/smmu.ts';
import type { Machine } from '../../system.ts';

export interface Walk {
  /** Which SMMU came to hold what. */
  readonly about: string;
  /** Loads of one level may be done in any order; those of the next one depend on them. */
  readonly levels: readonly (readonly { readonly loc: Loc; readonly value: Value | undefined }[])[];
}

type Entry = Pick<TlbEntry & AtcEntry, 'page' | 'target'>;

/** The walk that the ending of a run tells of. Null: it tells of none. A string: why there is none to show. */
export function walkIn(
  machine: Machine,
  history: Omit<History, 'judged'>,
  ending: string,
): Walk | string | null {
  const [, smmuName, page, target] =
    /(\S+) may (?:still )?(?:translate|use) page (\d+) .*? to (\w+)/.exec(ending) ?? [];
  const [, walker, table] = /(\S+) may still walk (\w+) for stream/.exec(ending) ?? [];
  const name = smmuName ?? walker;
  const unit = machine.smmus.find(({ decl }) => decl.name.toUpperCase() === name);
  if (unit === undefined) return null;
  const what = table === undefined ? `page ${page} -> ${target}` : `a walk that has come to ${table}`;
  const holds = (step: number): boolean => {
    const s = history.state(step)(unit.state);
    if (table !== undefined) return s.walks.some((w) => w.table === table);
    return entriesOf(s).some((e) => e.target === target && e.page === Number(page));
  };
  let since = history.steps.length;
  if (!holds(since)) return `${name} does not hold ${what} when the trace ends`;
  while (since > 0 && holds(since - 1)) since--;
  if (since === 0) return `${name} had cached ${what} before any of this`;
  const sid = Number(/stream (\d+)/.exec(ending)?.[1]);
  const entry = { page: Number(page), target: (table ?? target)! };
  return {
    about: `${name} caches ${what}`,
    levels: levelsOf(machine, unit, history.state(since), entry, sid),
  };
}

const entriesOf = ({ tlb, atc = [], held = [] }: Smmu): readonly Entry[] => [...tlb, ...atc, ...held];

/** From the STE down to the descriptor of the page, as memory is then. */
function levelsOf(
  machine: Machine,
  { decl }: SmmuUnit,
  read: Read,
  entry: Entry,
  sid: number,
): Walk['levels'] {
  const { cells } = machine.layout;
  const now = (loc: Loc): Value | null => read(cells[loc]!.group).values[cells[loc]!.slot]!;
  const wordsOf = (object: string): Walk['levels'][number] =>
    cells.filter((c) => c.object.name === object).map(({ loc }) => ({ loc, value: now(loc) ?? undefined }));
  const stes = decl.streams.filter((s) => s.sid === sid || Number.isNaN(sid)).map((s) => s.ste);
  const levels: Walk['levels'][number][] = [];
  const met = new Set<string>();
  for (let object = entry.target; !met.has(object); ) {
    met.add(object);
    const above = cells.filter(
      (c) => c.object.device && !met.has(c.object.name) && pointeeOf(now(c.loc) ?? 0) === object,
    );
    const ste = above.find((c) => stes.includes(c.object.name));
    const next = ste ?? above.find((c) => c.index === entry.page) ?? above[0];
    if (next === undefined) break;
    if (ste !== undefined) {
      levels.unshift(wordsOf(ste.object.name));
      break;
    }
    const whole =
      next.field === 'pte'
        ? [{ loc: next.loc, value: now(next.loc) ?? undefined }]
        : wordsOf(next.object.name);
    levels.unshift(whole);
    object = next.object.name;
  }
  return levels;
}
