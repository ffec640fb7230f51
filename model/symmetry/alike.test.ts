import { describe, expect, test } from 'vitest';
import { abortSte, steObject } from '../driver/attach.ts';
import { smmuObject } from '../driver/cmdq.ts';
import { domainObject, invsObject } from '../driver/invs.ts';
import { pageObject, tableObject, unmapAndFree } from '../driver/pgtable.ts';
import type { Command, Life, Rcu, Smmu, StoreEvent, Thread } from '../machine.ts';
import type { Cells } from '../memory/layout.ts';
import { compile } from '../program/statement.ts';
import { buildMachine } from '../system.ts';
import { alike } from './alike.ts';
import type { Own } from './renaming.ts';

/** Three CPUs that each unmap a page of one table. */
const pages = [0, 1, 2];
const machine = buildMachine({
  model: 'armv8',
  objects: [
    domainObject('invs'),
    invsObject('invs', 1, [{ smmu: 'smmu', vmid: 1 }]),
    smmuObject('smmu', 3),
    steObject('ste', abortSte),
    tableObject('pgd', ['&ptes']),
    tableObject(
      'ptes',
      pages.map((n) => `&page${n}`),
    ),
    ...pages.map((n) => pageObject(`page${n}`)),
  ],
  programs: pages.map((n) => compile(`CPU${n}`, unmapAndFree('ptes', n, `page${n}`, 'domain', n))),
  smmus: [{ name: 'smmu', streams: [{ sid: 0, ste: 'ste' }], levels: 2 }],
});
const own = (n: number): Own => ({
  programs: [`CPU${n}`],
  objects: [`page${n}`],
  cells: [
    { object: 'ptes', field: 'pte', index: n },
    { object: 'smmu', field: 'cmdq', index: n },
  ],
  pages: [n],
  slots: [n],
});
const symmetry = alike(machine, 'CPUs', ['CPU0', 'CPU1', 'CPU2'], own);
/** CPU0 takes the place of CPU1, that the place of CPU2, and that the place of CPU0. */
const turned = symmetry.exchange([1, 2, 0]);
const indexOf = (name: string): number => machine.components.findIndex(({ ref }) => ref.name === name);
const becomes = <T>(name: string, value: T): T => turned.value(indexOf(name), value) as T;
const locOf = (object: string, field: string, index: number) =>
  machine.layout.locate(object, field, index, '');

describe('CPUs take the places of others, with all that is theirs', () => {
  test.each([
    ['CPU0', 'CPU1'],
    ['CPU2', 'CPU0'],
    ['rcu', 'rcu'],
    ['mem:ptes->pte[2]', 'mem:ptes->pte[0]'],
    ['mem:smmu->cmdq[0]', 'mem:smmu->cmdq[1]'],
    ['life:page1', 'life:page2'],
    ['smmu', 'smmu'],
    ['mem:domain', 'mem:domain'],
  ])('%s becomes %s', (from, to) => {
    expect(machine.components[turned.component(indexOf(from))]!.ref.name).toBe(to);
  });

  test('the initial state stays what it is', () => {
    for (const [c, { initial }] of machine.components.entries()) {
      expect(turned.value(c, initial)).toEqual(machine.components[turned.component(c)]!.initial);
    }
  });

  test('agents and statements are called by the names of the others', () => {
    expect(['CPU0', 'CPU2', 'RCU', 'SMMU'].map((name) => turned.agent(name))).toEqual([
      'CPU1',
      'CPU0',
      'RCU',
      'SMMU',
    ]);
    expect(turned.statement('CPU0: __arm_lpae_unmap(): ptes.pte[0] = 0')).toBe(
      'CPU1: __arm_lpae_unmap(): ptes.pte[1] = 0',
    );
  });
});

describe('whatever names a CPU, a page or a cell follows', () => {
  test('memory: pointers, and who is half-way through an atomic', () => {
    const cells: Cells = { values: ['&page2'], owner: { 0: 1 } };
    expect(becomes('mem:ptes->pte[2]', cells)).toEqual({ values: ['&page0'], owner: { 0: 2 } });
    expect(becomes<Life>('life:page0', 'freed')).toBe('freed');
  });

  test('grace periods: readers stay in ascending order, names in theirs', () => {
    const rcu: Rcu = {
      fault: 'page0 is freed after a grace period, but it is freed already',
      readers: [0, 2],
      gps: [
        { id: 'synchronize_rcu(CPU0)', next: { kind: 'resume', thread: 0 }, wait: [1, 2] },
        { id: 'synchronize_rcu(CPU2)', next: { kind: 'resume', thread: 2 }, wait: [] },
      ],
    };
    expect(becomes('rcu', rcu)).toEqual({
      fault: 'page1 is freed after a grace period, but it is freed already',
      readers: [0, 1],
      gps: [
        { id: 'synchronize_rcu(CPU0)', next: { kind: 'resume', thread: 0 }, wait: [] },
        { id: 'synchronize_rcu(CPU1)', next: { kind: 'resume', thread: 1 }, wait: [0, 2] },
      ],
    });
  });

  test('command queues: pages and slots, and no other numbers', () => {
    const queue: readonly Command[] = [
      { name: 'TLBI_S2_IPA', operands: { vmid: 1, page: 2, pages: 1, leaf: 1 } },
      { name: 'CMD_SYNC', operands: { slot: 2 } },
    ];
    expect(becomes('smmu.cmdq', queue)).toEqual([
      { name: 'TLBI_S2_IPA', operands: { vmid: 1, page: 0, pages: 1, leaf: 1 } },
      { name: 'CMD_SYNC', operands: { slot: 0 } },
    ]);
  });

  test('caches: a walk to the table that all share stays where it is; entries stay sorted', () => {
    const entry = (n: number) => ({ vmid: 1, page: n, target: `page${n}`, doom: [] });
    const smmu: Smmu = {
      ste: [],
      walks: [{ vmid: 1, table: 'ptes', below: 0, page: 0, doom: [] }],
      tlb: [entry(0), entry(2)],
      consumed: [],
    };
    expect(becomes('smmu', smmu)).toEqual({ ...smmu, tlb: [entry(0), entry(1)] });
  });

  test('threads: lags are kept in the order of cells, whichever these are now', () => {
    const initial = machine.components[0]!.initial as Thread;
    const entry = (n: number) => ({ loc: locOf('smmu', 'cmdq', n), old: 1 });
    const lag = (thread: Thread): readonly number[] => thread.lag.map(({ loc }) => loc);
    const others = [entry(1), entry(2)];
    const after = becomes<Thread>('CPU0', { ...initial, lag: others });
    expect(lag(after)).toEqual([...lag(after)].sort((a, b) => a - b));
    expect(after.window[0]).toMatchObject({ loc: locOf('ptes', 'pte', 1), pc: 0 });
  });

  test('events: where and by whom', () => {
    const event: StoreEvent = { kind: 'store', loc: locOf('ptes', 'pte', 2), old: '&page2', by: 2 };
    expect(turned.event(event)).toEqual({
      kind: 'store',
      loc: locOf('ptes', 'pte', 0),
      old: '&page0',
      by: 0,
    });
    expect(
      turned.event({ kind: 'store', loc: locOf('smmu', 'cmdq', 1), old: 1, by: -1 } as StoreEvent),
    ).toEqual({
      kind: 'store',
      loc: locOf('smmu', 'cmdq', 2),
      old: 1,
      by: -1,
    });
  });
});

describe('a declaration that cannot be meant', () => {
  test('likes own as much as each other', () => {
    const uneven = alike(machine, 'CPUs', ['CPU0', 'CPU1'], (n) => ({ objects: n === 0 ? ['page0'] : [] }));
    expect(() => uneven.exchange([1, 0])).toThrow('own different numbers of things');
  });

  test('there is no such cell', () => {
    const nowhere = alike(machine, 'CPUs', ['CPU0', 'CPU1'], (index) => ({
      cells: [{ object: 'ptes', field: 'ptr', index }],
    }));
    expect(() => nowhere.exchange([1, 0])).toThrow("ptes has no field 'ptr'");
  });
});
