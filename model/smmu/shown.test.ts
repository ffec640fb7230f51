import { expect, test } from 'vitest';
import type { Engine, EngineDecl, EngineQueue, Smmu } from '../machine.ts';
import { shownEngine, shownQueue, shownSmmu } from './shown.ts';

const tlbi = { name: 'TLBI_S2_IPA', operands: { vmid: 1, page: 0, size: 12 } };
const empty: Smmu = { ste: [], walks: [], tlb: [], consumed: [] };

test('an SMMU that holds nothing says nothing', () => {
  expect(shownSmmu(empty)).toEqual([]);
});

test('of an STE or CD every word that may be cached is told, and what a consumed command covers', () => {
  const s: Smmu = {
    ...empty,
    ste: [
      { sid: 1, q: 0, value: 1, doom: [0] },
      { sid: 1, q: 0, value: 0xd, doom: [] },
      { sid: 1, q: 2, value: 7, doom: [] },
    ],
    cd: [{ sid: 1, ssid: 3, table: '&tab', q: 1, value: '&pgd', doom: [] }],
    consumed: [{ name: 'CFGI_STE', operands: { sid: 1 } }],
  };
  expect(shownSmmu(s)).toEqual([
    'STE 1: ABORT (until CMD_SYNC: CFGI_STE(SID 1)) or S2_TRANS; VMID 7',
    'CD 1.3 (&tab): TTB0 &pgd',
    'consumed, no CMD_SYNC yet: CFGI_STE(SID 1)',
  ]);
});

test('translations are told with their tags, in the TLB, in ATCs and in flight', () => {
  const s: Smmu = {
    ...empty,
    walks: [{ vmid: 1, table: 'ptes', below: 0, page: 512, doom: [] }],
    tlb: [
      { vmid: 1, page: 0, target: 'page0', doom: [0] },
      { vmid: null, asid: 2, page: 0, below: 1, target: 'block', doom: [] },
    ],
    atc: [
      { sid: 4, ssid: null, page: 0, target: 'page0', doom: [] },
      { sid: 4, ssid: 1, page: 2, target: 'page2', late: true, doom: [] },
    ],
    held: [{ sid: 4, vmid: 1, page: 0, target: 'page0', doom: [] }],
    consumed: [tlbi],
    fault: { kind: 'CERROR_ILL', why: 'no such command' },
  };
  expect(shownSmmu(s)).toEqual([
    'walk cache: VMID 1, from page 512 -> table ptes',
    'TLB: VMID 1, page 0 -> page0 (until CMD_SYNC: TLBI_S2_IPA(VMID 1, page 0))',
    'TLB: ASID 2, EL2, page 0 (a block 1 level up) -> block',
    'ATC of stream 4: page 0 -> page0',
    'ATC of stream 4, SSID 1: page 2 -> page2, came back after an ATC_INV',
    'in flight of stream 4: VMID 1, page 0 -> page0',
    'consumed, no CMD_SYNC yet: TLBI_S2_IPA(VMID 1, page 0)',
    'stopped by CERROR_ILL: no such command',
  ]);
});

test('a command queue is told from its oldest command on', () => {
  expect(shownQueue([tlbi, { name: 'CMD_SYNC', operands: { slot: 0 } }])).toEqual([
    '1. TLBI_S2_IPA(VMID 1, page 0)',
    '2. CMD_SYNC',
  ]);
});

test('an engine tells where it is in its queue, and what software does not know yet', () => {
  const decl: EngineDecl = {
    name: 'smmu',
    queues: ['q'],
    shift: 1,
    start: 0,
    msi: 'any order',
    lists: [],
    reuses: [],
    atc: true,
  };
  const queue: EngineQueue = {
    cons: 3,
    consumed: ['ATC_INV'],
    rest: ['CMD_SYNC'],
    msis: [{ slot: 0, command: 'CMD_SYNC #1' }],
    unanswered: ['ATC_INV'],
    stopped: true,
  };
  const engine: Engine = {
    queues: [queue],
    completed: ['CMD_SYNC #1'],
    atc: true,
    misuse: { kind: 'list torn', why: 'somebody was in between' },
  };
  expect(shownEngine(decl, engine)).toEqual([
    'next is slot 1 (CONS 3, wrapped)',
    'must follow: CMD_SYNC',
    'consumed, no CMD_SYNC yet: ATC_INV',
    'MSI to be written: CMD_SYNC #1 (slot 0)',
    'not answered: ATC_INV',
    'stopped until GERROR is acknowledged',
    'complete: CMD_SYNC #1',
    'the ATC may hold what is to be invalidated',
    'list torn: somebody was in between',
  ]);
  const two = { ...decl, queues: ['a', 'b'] };
  const both = { ...engine, queues: [queue, { ...queue, stopped: false }], atc: false, misuse: null };
  expect(shownEngine(two, both).filter((line) => line.includes('next is slot'))).toEqual([
    'a: next is slot 1 (CONS 3, wrapped)',
    'b: next is slot 1 (CONS 3, wrapped)',
  ]);
});
