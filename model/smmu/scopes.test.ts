import { expect, test } from 'vitest';
import type { Command, SteEntry, TlbEntry, WalkEntry } from '../machine.ts';
import { assertKnown, coversSte, coversTlb, coversWalk } from './scopes.ts';

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
