/** S9: the invalidation array is well formed (properties.md). */
import type { Read } from '../contract.ts';
import type { Inv } from '../driver/inv-entries.ts';
import { isAts } from '../driver/inv-entries.ts';
import { compare, type Invs, invsIn, live } from '../driver/inv-view.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';

const ordinal = (e: Inv): string => `type ${e.type}, ID ${e.id}${isAts(e.type) ? `, SSID ${e.ssid}` : ''}`;

/** What a reader relies on, at any time: why the array breaks it, or null. */
export function malformed(a: Invs): string | null {
  if (a.num_invs > a.max_invs) return `num_invs is ${a.num_invs} of at most ${a.max_invs}`;
  const used = a.inv.slice(0, a.num_invs);
  const negative = used.find((e) => e.users < 0);
  if (negative !== undefined) return `users is ${negative.users} (${ordinal(negative)})`;
  const after = used.findIndex((e, i) => i > 0 && compare(used[i - 1]!, e) > 0);
  if (after > 0) return `entry ${after} (${ordinal(used[after]!)}) is not sorted behind the one before it`;
  const ats = live(a).find((e) => isAts(e.type));
  if (ats !== undefined && !a.has_ats)
    return `has_ats is not set, but there is a live ATS entry (${ordinal(ats)})`;
  return null;
}

/** What holds besides while no writer is at it. `needed`: what every attachment needs, if that is to be counted. */
export function malformedAtRest(a: Invs, needed: readonly (readonly Inv[])[] | null = null): string | null {
  const used = a.inv.slice(0, a.num_invs);
  const trash = used.filter((e) => e.users === 0).length;
  if (trash !== a.num_trashes) return `num_trashes is ${a.num_trashes}, but ${trash} entries have no users`;
  if (used.length > 0 && used[used.length - 1]!.users === 0) return 'the last entry is trash';
  return malformed(a) ?? (needed === null ? null : miscounted(live(a), needed.flat()));
}

/** Equal entries may be listed twice (duplicate SIDs): their users are counted together. */
function miscounted(entries: readonly Inv[], needed: readonly Inv[]): string | null {
  const count = (all: readonly Inv[], e: Inv, by: (x: Inv) => number): number =>
    all.filter((x) => compare(x, e) === 0).reduce((sum, x) => sum + by(x), 0);
  const wrong = [...entries, ...needed].find(
    (e) => count(entries, e, (x) => x.users) !== count(needed, e, () => 1),
  );
  if (wrong === undefined) return null;
  const [users, wanted] = [count(entries, wrong, (x) => x.users), count(needed, wrong, () => 1)];
  return `${wanted} attachments need an entry (${ordinal(wrong)}) that has ${users} users`;
}

/** S9 as an invariant of what each domain has published. `atRest`: no writer is at it now. */
export function arrayWellFormed(
  machine: Machine,
  domains: readonly string[],
  atRest: (read: Read) => boolean,
  needed: (read: Read) => readonly (readonly Inv[])[] | null = () => null,
): readonly Property[] {
  const { layout } = machine;
  const cell = (read: Read, object: string, field: string, index: number): unknown => {
    const c = layout.cells[layout.locate(object, field, index, 'an invariant')]!;
    return read(c.group).values[c.slot];
  };
  return domains.map((domain) => ({
    name: 'arrayWellFormed',
    broken(read) {
      const published = cell(read, domain, 'invs', 0);
      // What is no pointer at all is for memorySafety to find.
      if (typeof published !== 'string') return null;
      const name = published.slice(1);
      const a = invsIn((field, index) => cell(read, name, field, index) as never);
      const why = atRest(read) ? malformedAtRest(a, needed(read)) : malformed(a);
      return why === null ? null : `${domain}.invs == &${name}: ${why}`;
    },
  }));
}
