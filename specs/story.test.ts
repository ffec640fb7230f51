/** What traces of the specs say of themselves, held to what was done in them. */
import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import type { Trace } from '../checker/outcome.ts';
import { parseTraceFile } from '../checker/report/trace-file.ts';
import { traceText } from '../checker/report/trace-text.ts';
import { replay } from '../checker/trace/replay.ts';
import { specs } from './index.ts';

function build(spec: string, variant: string, model: string) {
  const found = specs.find(({ name }) => name === spec)!.variants.find(({ name }) => name === variant)!;
  return found.build(model as 'sc');
}

const traces = new Map<string, Trace>();

function traceOf(spec: string, variant: string, model: string): Trace {
  const name = `${spec}/${variant} ${model}`;
  const trace = traces.get(name) ?? checked(spec, variant, model);
  traces.set(name, trace);
  return trace;
}

function checked(spec: string, variant: string, model: string): Trace {
  const { verdict } = checkNow(build(spec, variant, model), { search: 'bfs' });
  if (!('trace' in verdict)) throw new Error(`${spec}/${variant} (${model}) ${verdict.kind}`);
  return verdict.trace;
}

const reorderingsOf = ({ steps }: Trace) =>
  steps.flatMap(({ agent, lines }) =>
    lines.flatMap(({ text, reorderings = [] }) =>
      reorderings.map((r) => [agent, r.kind, text, r.other] as const),
    ),
  );

describe('the flagship: unmap-vs-attach without the dma_wmb() of the attach', () => {
  const trace = traceOf('unmap-vs-attach', 'no barrier on CPU1', 'armv8');

  test('says what was cached, why it was not removed, and which store passed which', () => {
    const text = traceText(trace, []);
    const ending = [
      '/*',
      ' * noStaleTranslation: SMMU1 may still translate page 0 of stream 1 (VMID 1) to',
      ' * page0, which was freed',
      ' *',
      '',
    ];
    expect(text.startsWith(ending.join('\n'))).toBe(true);
    expect(text.slice(text.indexOf(' * How it came about'))).toBe(
      [
        ' * How it came about:',
        " * - SMMU1 may have cached page 0 -> page0 (VMID 1) since CPU1's",
        ' *   WRITE_ONCE(ste1.data[0], S2_TRANS).',
        " * - It could be fetched anew until CPU0's ptes.pte[0] = 0.",
        ' * - CPU0 gave TLBI_S2_IPA(VMID 1, page 0) to SMMU0, and to SMMU1 nothing that',
        ' *   covers it.',
        " * - CPU0 went by &invs0, which lists SMMU0: CPU1's rcu_assign_pointer(",
        ' *   domain.invs, new_invs) has not reached memory.',
        ' *',
        ' * Out of program order:',
        ' * (1) CPU1: WRITE_ONCE(ste1.data[0], S2_TRANS) in entry_set() passed',
        ' *     rcu_assign_pointer(domain.invs, new_invs) in',
        ' *     arm_smmu_install_new_domain_invs(): dma_wmb() between them, or',
        ' *     smp_store_release() in place of the one that passed, forbids it',
        ' */',
        '',
      ].join('\n'),
    );
  });

  test('is told the same when it is replayed', () => {
    const system = build('unmap-vs-attach', 'no barrier on CPU1', 'armv8');
    expect(replay(system, trace.steps)).toEqual(trace);
  });

  test('has each access with its place, its value and its number in program order', () => {
    const accesses = trace.steps.flatMap(({ agent, lines }) =>
      lines.flatMap((l) => (l.accesses ?? []).map((a) => ({ agent, ...a }))),
    );
    expect(accesses.find(({ place, kind }) => kind === 'read' && place === 'domain->invs')).toMatchObject({
      agent: 'CPU0',
      value: '&invs0',
    });
    for (const cpu of ['CPU0', 'CPU1']) {
      const own = accesses.filter(({ agent, nth }) => agent === cpu && nth !== undefined);
      expect(own.length).toBeGreaterThan(0);
    }
    const order = accesses
      .filter(({ agent, kind }) => agent === 'CPU0' && kind !== 'other')
      .map((a) => a.nth!);
    expect(order).toEqual([...order].sort((a, b) => a - b));
  });
});

test.each([
  ['no barrier on CPU0', 'tso', /ptes\.pte\[0\] = 0$/, /^rcu_dereference\(domain\.invs\)/],
  ['no barrier on CPU0', 'armv8', /ptes\.pte\[0\] = 0$/, /^rcu_dereference\(domain\.invs\)/],
  ['plain publication', 'armv8', /inv\[n\]\.smmu = &smmu0$/, /^WRITE_ONCE\(domain\.invs/],
] as const)(
  'unmap-vs-attach, %s (%s): one reordering, and it is the one meant',
  (variant, model, first, second) => {
    const found = reorderingsOf(traceOf('unmap-vs-attach', variant, model));
    expect(found).toHaveLength(1);
    const [, kind, text, other] = found[0]!;
    const [earlier, later] = kind === 'late' ? [text, other] : [other, text];
    expect(earlier).toMatch(first);
    expect(later).toMatch(second);
  },
);

test.each([
  ['unmap-vs-attach', 'STE before the array'],
  ['unmap-vs-attach', 'no rcu_read_lock'],
  ['ats', 'ATC first'],
])('%s, %s: nothing is out of order under sc', (spec, variant) => {
  expect(reorderingsOf(traceOf(spec, variant, 'sc'))).toEqual([]);
});

/** Of each, a sentence that the programs bear out. */
test.each([
  ['unmap-vs-attach', 'no invalidation', 'No command that covers it was given to SMMU0.'],
  [
    'unmap-vs-attach',
    'no rcu_read_lock',
    'CPU0 still uses what it got by rcu_dereference(domain.invs) == &invs0, outside any read-side section: no grace period waits for it.',
  ],
  ['unmap-vs-attach', 'kfree', "CPU1's kfree(old_invs) freed invs0."],
  [
    'unmap-vs-attach',
    'kfree',
    'CPU0 still uses what it got by rcu_dereference(domain.invs) == &invs0, inside its read-side section, which nobody waited for.',
  ],
  [
    'ats',
    'ATC first',
    'It could be fetched anew until SMMU0 completed the CMD_SYNC behind TLBI_S2_IPA(VMID 1, page 0).',
  ],
  ['ats', 'ATC first', 'SMMU0 consumed ATC_INV(SID 0, page 0) before that: it could be fetched again.'],
  [
    'ats',
    'no answer',
    'The device left ATC_INV(SID 0, page 0) unanswered, and the CMD_SYNC behind it completed all the same.',
  ],
  [
    'pgtable',
    'leaf-only flush_walk',
    'SMMU was given TLBI_S2_IPA(VMID 1, 2 pages from 0) after that, which does not cover it.',
  ],
])('%s, %s: %s', (spec, variant, sentence) => {
  expect(traceOf(spec, variant, 'sc').story).toContain(sentence);
});

test('a sentence names the store that is still on its way', () => {
  expect(traceOf('unmap-vs-attach', 'plain publication', 'armv8').story).toEqual([
    "CPU0 read invs1->inv[0].smmu == 0: CPU1's new_invs->inv[n].smmu = &smmu0 had not reached memory.",
  ]);
});

test('who waits for good is told what for, and who left it so', () => {
  expect(traceOf('irq-locks', 'v9, raw spinlock', 'sc').story).toEqual([
    "CPU0 waits for invs0->rwlock, which is 1 since CPU0's spin_lock(&invs->rwlock).",
    "CPU1 waits for invs0->rwlock, which is 1 since CPU0's spin_lock(&invs->rwlock).",
  ]);
});

test('what breaks under a weaker model only is told with what was reordered', () => {
  const folder = new URL('../results/traces/', import.meta.url);
  const kept = readdirSync(folder).filter((name) => /--(tso|armv8)\.json$/.test(name));
  const weak = kept
    .map((name) => parseTraceFile(readFileSync(new URL(name, folder), 'utf8'), name))
    .filter(({ spec, variant }) => expectedUnderSc(spec, variant)?.kind === 'holds');
  expect(weak.length).toBeGreaterThan(30);
  const without = weak.filter(({ spec, variant, model, trace }) => {
    const again = replay(build(spec, variant, model), trace.steps, trace.repeats);
    return reorderingsOf(again).length === 0;
  });
  expect(without).toEqual([]);
}, 30_000);

const expectedUnderSc = (spec: string, variant: string) =>
  specs.find(({ name }) => name === spec)?.variants.find(({ name }) => name === variant)?.expect.sc;
