/** What arm_smmu_domain_inv_range() issues, seen by the SMMU and by a device with an ATC: in which order, and that it
 *  ends.
 *
 *  One CPU is enough: the lists of others stand between its own, and what each orders is its own. An array with one
 *  entry of each type has every way for a batch to end; batches of two commands overflow as those of 64 do. What races
 *  with the walk is in array-ops and unmap-vs-attach; that the walk of v9 may not end, in walk.test.ts. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System } from '../../checker/system.ts';
import { deviceObject } from '../../model/driver/ats.ts';
import { abortSte, steObject } from '../../model/driver/attach.ts';
import { smmuObject } from '../../model/driver/cmdq.ts';
import { type Inv, type InvType, invsArray } from '../../model/driver/inv-entries.ts';
import { arm_smmu_domain_inv_range, type Invalidation } from '../../model/driver/inv-range.ts';
import { domainObject } from '../../model/driver/invs.ts';
import type { MemoryModel, ObjectDecl } from '../../model/machine.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { atcAfterTlb, atsFence, legalCommands } from '../../model/property/commands.ts';
import { memorySafety } from '../../model/property/properties.ts';
import { stage1AfterStage2 } from '../../model/property/stage-order.ts';
import { buildMachine } from '../../model/system.ts';
import { entry } from '../array-ops/arrays.ts';
import { replaceCalls } from '../calls.ts';
import { systemOf } from '../join.ts';

const PAGE = 4096n;
const SID = 3;
const pages = (n: bigint, leaf = true): Invalidation['range'] => ({
  iova: 0n,
  size: n * PAGE,
  granule: PAGE,
  leaf,
});
const everything: Invalidation['range'] = { iova: 0n, size: 0n, granule: 0n, leaf: false };

interface Params {
  readonly invs: readonly Inv[];
  readonly change: Partial<Invalidation>;
  readonly rewrite: (s: readonly Stmt[]) => readonly Stmt[];
  /** Whether an ATC_INV, or a TLBI_NH_ALL, is expected at all. */
  readonly asks: readonly ('ATC' | 'stage 1')[];
}

const nesting = [entry(1, 7), entry(2, 7), entry(4, SID)];
const stage1 = [entry(0, 5), entry(3, SID)];
const small: Params = { invs: nesting, change: {}, rewrite: (s) => s, asks: ['ATC', 'stage 1'] };

function invRange(model: string, p: Params): System {
  const domain: ObjectDecl = domainObject('invs0');
  const invalidate = arm_smmu_domain_inv_range({
    domain: '&domain',
    range: pages(1n),
    types: p.invs.map((e): InvType => e.type),
    range_inv: null,
    entries: 4,
    cpu: 0,
    version: 'v7.1',
    ...p.change,
  });
  const machine = buildMachine({
    model: model as MemoryModel,
    objects: [
      domain,
      invsArray({ name: 'invs0', max: p.invs.length, invs: p.invs }),
      smmuObject('smmu0', 1),
      deviceObject('dev', true),
      steObject('ste', abortSte),
    ],
    programs: [compile('CPU0', p.rewrite([invalidate]))],
    smmus: [{ name: 'smmu0', streams: [{ sid: SID, ste: 'ste', device: 'dev' }], levels: 1 }],
  });
  const properties = [
    memorySafety(machine),
    atsFence(machine),
    legalCommands(machine),
    ...(p.asks.includes('ATC') ? [atcAfterTlb(machine)] : []),
    ...(p.asks.includes('stage 1') ? [stage1AfterStage2(machine)] : []),
  ];
  return systemOf('inv-range', machine, properties, [], { mustEnd: true });
}

const holds: Expectation = { kind: 'holds' };
const by = (invariant: string): Expectation => ({ kind: 'violated', by: invariant });

function variant(name: string, about: string, e: Expectation, change: Partial<Params>): Variant {
  return {
    name,
    about,
    expect: { sc: e, armv8: e },
    build: (model) => invRange(model, { ...small, ...change }),
  };
}

/** One batch for all entries: nothing ends it but the end of the array. */
const oneBatch = (s: readonly Stmt[]): readonly Stmt[] =>
  replaceCalls(s, 'arm_smmu_invs_end_batch', () => []);

export const spec: Spec = {
  name: 'inv-range',
  title: 'an invalidation orders stage 2 before stage 1 before the ATC, and ends',
  source: 'arm_smmu_domain_inv_range(), arm_smmu_cmdq_batch_add_range(), before eb6c97647be2 and Linux 7.1',
  merged: ['nesting parent', 'batches overflow'],
  variants: [
    variant('nesting parent', 'v7.1: a CMD_SYNC ends each of the three batches', holds, {}),
    variant('stage 1', 'v7.1: TLBI by ASID, then ATC_INV', holds, { invs: stage1, asks: ['ATC'] }),
    variant('one batch', 'as before, but the batch is not ended before the ATC_INV', by('atcAfterTlb'), {
      invs: stage1,
      asks: ['ATC'],
      rewrite: oneBatch,
    }),
    variant('nesting parent, one batch', 'nor before stage 1 is cleared', by('stage1AfterStage2'), {
      invs: nesting.slice(0, 2),
      asks: ['stage 1'],
      rewrite: oneBatch,
    }),
    variant(
      'batches overflow',
      'three pages in batches of two: the first is issued without a CMD_SYNC',
      holds,
      {
        change: { range: pages(3n), entries: 2 },
      },
    ),
    variant('everything', 'v7.1: size 0, where TLBI_S12_VMALL stands for stage 1 too', holds, {
      change: { range: everything },
      asks: ['ATC'],
    }),
    variant('one page of walks, RANGE_INV', 'v7.1: two pages, so that the range command is legal', holds, {
      invs: stage1,
      asks: ['ATC'],
      change: { range: pages(1n, false), range_inv: { tg: 12 } },
    }),
    variant(
      'one page of walks, before eb6c97647be2',
      'TTL = NUM = SCALE = 0 (bugs.md 16)',
      by('legalCommands'),
      {
        invs: stage1,
        asks: ['ATC'],
        change: { range: pages(1n, false), range_inv: { tg: 12 }, rangeVersion: 'before eb6c97647be2' },
      },
    ),
  ],
};

export default spec;
