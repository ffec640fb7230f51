import { expect, test } from 'vitest';
import type { AtcEntry, Command, SteEntry, TlbEntry, WalkEntry } from '../machine.ts';
import { assertKnown, coversAtc, coversSte, coversTlb, coversWalk, rangeOf, whyIllegal } from './scopes.ts';

const tlb: TlbEntry = { vmid: 1, page: 5, target: 'page5', doom: [] };
/** Pages 4 and 5. */
const walk: WalkEntry = { vmid: 1, table: 'ptes', below: 0, page: 4, doom: [] };
const word: SteEntry = { sid: 3, q: 0, value: 1, doom: [] };
const ipa = (page: number, pages: number, leaf: number, vmid = 1): Command => ({
  name: 'TLBI_S2_IPA',
  operands: { vmid, page, pages, leaf },
});
const vmall = (vmid: number): Command => ({ name: 'TLBI_S12_VMALL', operands: { vmid } });
const cfgi = (sid: number): Command => ({ name: 'CFGI_STE', operands: { sid } });
const all = (name: string): Command => ({ name, operands: {} });

/** Which of a walk of pages 4 and 5, a TLB entry of page 5 and an STE word of stream 3 the command covers. */
const covered = (c: Command): string =>
  [coversWalk(c, walk, 2) ? 'walk' : '', coversTlb(c, tlb) ? 'tlb' : '', coversSte(c, word) ? 'ste' : '']
    .join(' ')
    .trim();

test.each([
  ['its page', ipa(5, 1, 0), 'walk tlb'],
  ['its page, leaf only', ipa(5, 1, 1), 'tlb'],
  ['its page under another VMID', ipa(5, 1, 0, 2), ''],
  ['another page of its table', ipa(4, 1, 0), 'walk'],
  ['another page of its table, leaf only', ipa(4, 1, 1), ''],
  ['a range that ends before it', ipa(2, 3, 0), 'walk'],
  ['a range that ends before its table', ipa(2, 2, 0), ''],
  ['a range that ends with it', ipa(2, 4, 1), 'tlb'],
  ['what follows its table', ipa(6, 9, 0), ''],
  ['its VMID', vmall(1), 'walk tlb'],
  ['another VMID', vmall(2), ''],
  ['everything', all('TLBI_NSNH_ALL'), 'walk tlb'],
  ['its stream', cfgi(3), 'ste'],
  ['another stream', cfgi(4), ''],
  ['every stream', all('CFGI_ALL'), 'ste'],
  ['nothing', all('CMD_SYNC'), ''],
])('a command for %s', (_, command, expected) => {
  expect(covered(command)).toBe(expected);
});

test('a command that is unknown or lacks an operand is a bug of the model', () => {
  expect(() => assertKnown(all('TLBI_NOTHING'))).toThrow('does not know the command TLBI_NOTHING');
  expect(() => assertKnown(all('CFGI_STE'))).toThrow("CFGI_STE lacks the operand 'sid'");
  expect(() => assertKnown({ name: 'TLBI_S2_IPA', operands: { vmid: 1, page: 0, pages: 1 } })).toThrow(
    "'leaf'",
  );
});

const by = (name: string, operands: Command['operands'] = {}): Command => ({ name, operands });
const entries: Readonly<Record<string, TlbEntry>> = {
  'stage 2': tlb,
  'stage 1': { ...tlb, asid: 7 },
  'other ASID': { ...tlb, asid: 8 },
  EL2: { ...tlb, asid: 7, vmid: null },
};

// An entry of both stages combined has the tag of stage 1.
test.each([
  ['TLBI_NH_ALL', { vmid: 1 }, ['stage 1', 'other ASID']],
  ['TLBI_NH_ASID', { vmid: 1, asid: 7 }, ['stage 1']],
  ['TLBI_NH_VA', { vmid: 1, asid: 7, page: 5, pages: 1, leaf: 1 }, ['stage 1']],
  ['TLBI_NH_VAA', { vmid: 1, page: 5, pages: 1, leaf: 1 }, ['stage 1', 'other ASID']],
  ['TLBI_EL2_ALL', {}, ['EL2']],
  ['TLBI_EL2_ASID', { asid: 7 }, ['EL2']],
  ['TLBI_EL2_VA', { asid: 7, page: 5, pages: 1, leaf: 1 }, ['EL2']],
  ['TLBI_EL2_VAA', { page: 5, pages: 1, leaf: 1 }, ['EL2']],
  ['TLBI_S2_IPA', { vmid: 1, page: 5, pages: 1, leaf: 1 }, ['stage 2']],
  ['TLBI_S12_VMALL', { vmid: 1 }, ['stage 2', 'stage 1', 'other ASID']],
  ['TLBI_NSNH_ALL', {}, ['stage 2', 'stage 1', 'other ASID']],
])('%s covers its own stage, tags and world only', (name, operands, expected) => {
  const found = Object.keys(entries).filter((k) => coversTlb(by(name, operands), entries[k]!));
  expect(found).toEqual(expected);
});

const span = ({ below }: { readonly below: number }): number => 2 ** (below + 1);

test('a TTL is a licence to keep entries of other levels', () => {
  const block: TlbEntry = { ...tlb, page: 4, below: 1 };
  const hinted = (ttl: number): Command => by('TLBI_S2_IPA', { vmid: 1, page: 4, pages: 2, ttl, leaf: 0 });
  expect([0, 1, 2, 3].map((ttl) => coversTlb(hinted(ttl), block, span))).toEqual([true, false, true, false]);
  expect([0, 1, 2, 3].map((ttl) => coversTlb(hinted(ttl), tlb, span))).toEqual([true, false, false, true]);
  // The descriptor of a table of pages is on level 2: on the way to level 3 only.
  expect([0, 1, 2, 3].map((ttl) => coversWalk(hinted(ttl), walk, 2))).toEqual([true, false, false, true]);
});

test('a block is covered by any page in it', () => {
  const block: TlbEntry = { ...tlb, page: 4, below: 1 };
  expect([3, 4, 5, 6].map((page) => coversTlb(ipa(page, 1, 1), block, span))).toEqual([
    false,
    true,
    true,
    false,
  ]);
});

test('a range is (NUM + 1) << SCALE granules; TG = 0 is one page, and knows no TTL', () => {
  const range = (operands: Command['operands']) =>
    rangeOf(by('TLBI_S2_IPA', { vmid: 1, page: 8, leaf: 1, ...operands }));
  expect(range({ tg: 1, scale: 2, num: 1, ttl: 3 })).toEqual({ page: 8, pages: 8, ttl: 3 });
  expect(range({ tg: 0, ttl: 3 })).toEqual({ page: 8, pages: 1, ttl: 0 });
});

test('a range that says nothing of itself is illegal', () => {
  const of = (operands: Command['operands']) =>
    whyIllegal(by('TLBI_NH_VA', { asid: 1, page: 0, leaf: 1, ...operands }));
  expect(of({ tg: 1, ttl: 0, scale: 0, num: 0 })).toContain('TTL = SCALE = NUM = 0');
  expect([of({ tg: 0 }), of({ tg: 1, ttl: 3 }), of({ tg: 1, num: 1 })]).toEqual([null, null, null]);
});

test('an ATC_INV covers an aligned power of two of pages of a stream, of one PASID or of all', () => {
  const held: AtcEntry = { sid: 3, ssid: null, page: 5, target: 'page5', doom: [] };
  const covers = (operands: Command['operands'], e = held): boolean =>
    coversAtc(by('ATC_INV', { sid: 3, page: 0, size: 52, ...operands }), e);
  expect(covers({})).toBe(true);
  expect(covers({ sid: 4 })).toBe(false);
  expect([0, 1, 2, 3].map((size) => covers({ page: 7, size }))).toEqual([false, false, true, true]);
  expect(covers({ ssid: 1 })).toBe(false);
  expect(covers({ ssid: 1 }, { ...held, ssid: 1 })).toBe(true);
  expect(covers({}, { ...held, ssid: 1 })).toBe(true);
});
