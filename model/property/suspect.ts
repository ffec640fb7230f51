/** What an invariant found where nothing should be: for whoever explains how it came there. */
import type {
  AtcEntry,
  CdEntry,
  Command,
  HeldEntry,
  Smmu,
  SteEntry,
  Tag,
  TlbEntry,
  WalkEntry,
} from '../machine.ts';
import { cdWordText } from '../smmu/cd.ts';
import { coversAtc, coversCd, coversSte, coversTlb, coversWalk } from '../smmu/scopes.ts';
import type { Reach, SmmuUnit } from '../smmu/smmu.ts';
import { steWordText } from '../smmu/ste.ts';
import { spanOf } from '../smmu/tables.ts';

/** Something that an SMMU may hold, or a device behind it. */
export interface Suspect {
  readonly unit: SmmuUnit;
  /** As sentences call it. */
  readonly text: string;
  /** The commands that are for its like, by their names. */
  readonly kind: 'TLBI' | 'ATC_INV' | 'CFGI';
  isHeld(smmu: Smmu): boolean;
  /** The SMMU if it did not hold it. */
  without(smmu: Smmu): Smmu;
  /** Whether the command is meant to remove it. */
  covers(command: Command): boolean;
}

function tagText({ asid, vmid }: Tag): string {
  const tags = [...(asid === undefined ? [] : [`ASID ${asid}`]), ...(vmid === null ? [] : [`VMID ${vmid}`])];
  return tags.length === 0 ? '' : ` (${tags.join(', ')})`;
}

type Lists = {
  readonly ste: SteEntry;
  readonly cd: CdEntry;
  readonly walks: WalkEntry;
  readonly tlb: TlbEntry;
  readonly atc: AtcEntry;
  readonly held: HeldEntry;
};

/** An entry of one of the lists of an SMMU, whatever dooms it. */
function entry<K extends keyof Lists>(
  unit: SmmuUnit,
  list: K,
  e: Lists[K],
  text: string,
  covers: (c: Command) => boolean,
): Suspect {
  const bare = (x: Lists[K]): string => JSON.stringify({ ...x, doom: [], late: undefined });
  const [wanted, of] = [bare(e), (s: Smmu) => (s[list] ?? []) as readonly Lists[K][]];
  return {
    unit,
    text,
    kind: list === 'atc' ? 'ATC_INV' : list === 'ste' || list === 'cd' ? 'CFGI' : 'TLBI',
    covers,
    isHeld: (s) => of(s).some((x) => bare(x) === wanted),
    without: (s) => ({ ...s, [list]: of(s).filter((x) => bare(x) !== wanted) }),
  };
}

const spanIn = (unit: SmmuUnit) => (e: { readonly below: number }) => spanOf(unit.layout, e.below);

const tlbSuspect = (unit: SmmuUnit, e: TlbEntry): Suspect =>
  entry(unit, 'tlb', e, `page ${e.page} -> ${e.target}${tagText(e)}`, (c) => coversTlb(c, e, spanIn(unit)));

const walkSuspect = (unit: SmmuUnit, e: WalkEntry): Suspect =>
  entry(unit, 'walks', e, `a walk as far as ${e.table}${tagText(e)}`, (c) =>
    coversWalk(c, e, spanIn(unit)(e)),
  );

export const entrySuspect = (unit: SmmuUnit, e: TlbEntry | WalkEntry): Suspect =>
  'target' in e ? tlbSuspect(unit, e) : walkSuspect(unit, e);

const atcSuspect = (unit: SmmuUnit, e: AtcEntry): Suspect =>
  entry(unit, 'atc', e, `page ${e.page} -> ${e.target} in the ATC of stream ${e.sid}`, (c) =>
    coversAtc(c, e, spanIn(unit)),
  );

const heldSuspect = (unit: SmmuUnit, e: HeldEntry): Suspect =>
  entry(unit, 'held', e, `page ${e.page} -> ${e.target}${tagText(e)} for a transaction in flight`, (c) =>
    coversTlb(c, e, spanIn(unit)),
  );

export const cdSuspect = (unit: SmmuUnit, e: CdEntry): Suspect =>
  entry(unit, 'cd', e, `CD ${e.sid}.${e.ssid} as ${cdWordText(e.q, e.value)}`, (c) => coversCd(c, e));

export const steSuspect = (unit: SmmuUnit, e: SteEntry): Suspect =>
  entry(unit, 'ste', e, `STE ${e.sid} as ${steWordText(e.q, e.value)}`, (c) => coversSte(c, e));

/** The entry that leads a stream to the object; null if there is no single one. */
export function suspectOf(unit: SmmuUnit, smmu: Smmu, r: Reach): Suspect | null {
  const matches = (e: TlbEntry): boolean =>
    e.target === r.object && e.page === r.page && e.vmid === r.vmid && e.asid === r.asid;
  if (r.held === 'by the ATC') {
    const e = smmu.atc?.find((x) => x.sid === r.sid && x.target === r.object && x.page === r.page);
    return e === undefined ? null : atcSuspect(unit, e);
  }
  if (r.kind === 'page' && r.held === undefined) {
    const e = smmu.tlb.find(matches);
    return e === undefined ? null : tlbSuspect(unit, e);
  }
  if (r.held === 'in flight') {
    const e = smmu.held?.find((x) => x.sid === r.sid && matches(x));
    return e === undefined ? null : heldSuspect(unit, e);
  }
  const e = r.kind === 'table' ? smmu.walks.find((x) => x.table === r.object) : undefined;
  return e === undefined ? null : walkSuspect(unit, e);
}
