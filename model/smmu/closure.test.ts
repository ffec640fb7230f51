import { describe, expect, test } from 'vitest';
import { type Ste, s2Ste, steObject } from '../driver/attach.ts';
import { tableObject } from '../driver/pgtable.ts';
import type { Command, ObjectDecl, Smmu, SmmuDecl } from '../machine.ts';
import { layOut } from '../memory/layout.ts';
import type { Value } from '../program/expression.ts';
import { close } from './closure.ts';
import { completeSync, consume } from './commands.ts';
import { spanOf } from './tables.ts';

const nothing: Smmu = { ste: [], walks: [], tlb: [], consumed: [] };
const first = s2Ste(1, 'pgd');
const second = s2Ste(2, 'pgd2');

/** Memory that a test changes at will, and an SMMU that looks at it. `pgd` has one descriptor only: the others are
 *  invalid for good. */
function bench(ste: Ste = first, levels = 2, other: Readonly<Record<string, Value[]>> = {}) {
  const memory: Record<string, Value[]> = {
    ste0: [...ste],
    pgd: ['&ptes'],
    ptes: ['&page0', '&page1'],
    pgd2: [0, '&ptes2'],
    ptes2: ['&page2', 0],
    ...other,
  };
  const decl: SmmuDecl = { name: 'smmu', streams: [{ sid: 0, ste: 'ste0' }], levels };
  const objects: ObjectDecl[] = Object.entries(memory).map(([name, cells]) =>
    name === 'ste0' ? steObject(name, cells) : tableObject(name, cells),
  );
  objects.push({ name: 'page0', life: 'live', cut: 'object', device: true, fields: [] });
  const layout = layOut({ model: 'sc', objects, programs: [], smmus: [decl] }, 0, new Set());
  let state = nothing;
  const closed = (s: Smmu): void => {
    state = close({ decl, layout, words: [0, 2, 3] }, (object, _, index) => memory[object]![index]!, s);
  };
  closed(nothing);
  return {
    store(object: string, index: number, value: Value) {
      memory[object]![index] = value;
      closed(state);
    },
    command(name: string, operands: Command['operands'] = {}) {
      closed(consume(state, { name, operands }, ({ below }) => spanOf(layout, below)));
    },
    sync() {
      closed(completeSync(state));
    },
    /** `page -> target`, with a mark for what is gone at the next CMD_SYNC. */
    tlb: () =>
      state.tlb.map((e) => {
        const notes = `${e.below === undefined ? '' : ' (block)'}${e.doom.length > 0 ? ' (doomed)' : ''}`;
        return `${e.vmid}: ${e.page} -> ${e.target}${notes}`;
      }),
    walks: () =>
      state.walks.map((e) => `${e.vmid}: ${e.page} in ${e.table}${e.doom.length > 0 ? ' (doomed)' : ''}`),
    words: (q: number) => state.ste.filter((e) => e.q === q).map((e) => e.value),
    dooms: () => state.tlb.map((e) => e.doom),
  };
}

const leaf = (page: number, pages = 1) => ({ vmid: 1, page, pages, leaf: 1 });
const nonLeaf = (page: number, pages = 1) => ({ vmid: 1, page, pages, leaf: 0 });

describe('closure', () => {
  test('reaches every page, and keeps no root', () => {
    const smmu = bench();
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 1 -> page1']);
    expect(smmu.walks()).toEqual(['1: 0 in ptes']);
  });

  test('numbers pages by the size of full tables, whatever a table has', () => {
    expect(bench(second).tlb()).toEqual(['2: 2 -> page2']);
  });

  test('caches no invalid descriptor: what a cleared one leaves is the old translation only', () => {
    const smmu = bench();
    smmu.store('ptes', 1, 0);
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 1 -> page1']);
    smmu.command('TLBI_S12_VMALL', { vmid: 1 });
    smmu.sync();
    expect(smmu.tlb()).toEqual(['1: 0 -> page0']);
  });

  test('caches words of an STE that is invalid, and walks by none of them', () => {
    const smmu = bench(first.map((w, q) => (q === 0 ? 0 : w)));
    expect([smmu.words(0), smmu.words(2), smmu.words(3)]).toEqual([[0], [1], ['&pgd']]);
    expect(smmu.tlb()).toEqual([]);
  });

  test('keeps old and new side by side', () => {
    const smmu = bench();
    smmu.store('ptes', 0, '&page1');
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 0 -> page1', '1: 1 -> page1']);
  });

  test('mixes words of an STE that were fetched at different times', () => {
    const smmu = bench();
    smmu.store('ste0', 2, 2);
    expect(smmu.tlb()).toContain('2: 0 -> page0');
  });

  test('mixes in doomed words until the CMD_SYNC', () => {
    const smmu = bench();
    smmu.store('ste0', 0, 0);
    smmu.command('CFGI_STE', { sid: 0 });
    smmu.store('ste0', 2, 2);
    expect(smmu.tlb()).toContain('2: 0 -> page0');
  });

  test('a table whose VMID no context has fills nothing', () => {
    const smmu = bench();
    smmu.store('ste0', 0, 0);
    smmu.command('CFGI_STE', { sid: 0 });
    smmu.sync();
    smmu.store('ptes', 1, '&page0');
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 1 -> page1']);
    smmu.store('ste0', 0, first[0]!);
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 1 -> page0', '1: 1 -> page1']);
  });

  test('a page where a table may be is a block', () => {
    const smmu = bench();
    smmu.store('pgd', 0, '&page0');
    expect(smmu.tlb()).toEqual(['1: 0 -> page0 (block)', '1: 0 -> page0', '1: 1 -> page1']);
  });

  test('a root that is no table is a bug of the model', () => {
    const smmu = bench();
    expect(() => smmu.store('ste0', 3, '&page0')).toThrow('an SMMU walks page0, which is no table');
  });
});

describe('doom', () => {
  test('what a command covers is usable until the CMD_SYNC', () => {
    const smmu = bench();
    smmu.store('ptes', 0, 0);
    smmu.command('TLBI_S2_IPA', leaf(0));
    expect(smmu.tlb()).toEqual(['1: 0 -> page0 (doomed)', '1: 1 -> page1']);
    smmu.sync();
    expect(smmu.tlb()).toEqual(['1: 1 -> page1']);
  });

  test('an entry that can be fetched again after the command is not doomed', () => {
    const smmu = bench();
    smmu.command('TLBI_S2_IPA', leaf(0));
    expect(smmu.tlb()).toEqual(['1: 0 -> page0', '1: 1 -> page1']);
  });

  test('a child of a doomed table is doomed by the commands that cover it as well', () => {
    const smmu = bench();
    smmu.store('pgd', 0, 0);
    smmu.command('TLBI_S2_IPA', nonLeaf(0));
    smmu.store('ptes', 0, '&page1');
    expect(smmu.tlb()).toEqual(['1: 0 -> page0 (doomed)', '1: 0 -> page1 (doomed)', '1: 1 -> page1']);
    smmu.sync();
    expect([smmu.walks(), smmu.tlb()]).toEqual([[], ['1: 1 -> page1']]);
  });

  test('a table below a doomed table is doomed by the commands that cover it as well', () => {
    // Three levels: `pgd` is a middle one, of pages 0 to 3.
    const smmu = bench(s2Ste(1, 'pgd2'), 3, { pgd2: ['&pgd', 0] });
    expect(smmu.walks()).toEqual(['1: 0 in pgd', '1: 0 in ptes']);
    smmu.store('pgd2', 0, 0);
    smmu.command('TLBI_S2_IPA', nonLeaf(0));
    smmu.store('pgd', 0, '&ptes2');
    expect(smmu.walks()).toEqual(['1: 0 in pgd (doomed)', '1: 0 in ptes (doomed)', '1: 0 in ptes2 (doomed)']);
    smmu.sync();
    expect(smmu.walks()).toEqual([]);
  });

  test('a leaf-only TLBI between does not doom what a doomed table fills later', () => {
    const smmu = bench();
    smmu.store('pgd', 0, 0);
    smmu.command('TLBI_S2_IPA', nonLeaf(0));
    smmu.command('TLBI_S2_IPA', leaf(1));
    expect(smmu.tlb()).toEqual(['1: 0 -> page0 (doomed)', '1: 1 -> page1']);
  });

  test('a copy doomed by fewer commands takes the place of one doomed by more', () => {
    const smmu = bench();
    smmu.store('pgd', 0, 0);
    smmu.command('TLBI_S2_IPA', leaf(0, 2));
    smmu.command('TLBI_S2_IPA', nonLeaf(0, 2));
    // Doomed by both at first; the table, doomed by the second only, fills them again.
    expect(smmu.dooms()).toEqual([[1], [1]]);
  });

  test('entries that a context with doomed words fills are not doomed: no CFGI covers them', () => {
    const smmu = bench();
    smmu.store('ste0', 0, 0);
    smmu.command('CFGI_STE', { sid: 0 });
    smmu.command('TLBI_S12_VMALL', { vmid: 1 });
    smmu.sync();
    expect([smmu.words(0), smmu.tlb()]).toEqual([[0], ['1: 0 -> page0', '1: 1 -> page1']]);
  });
});
