/** An unmap on one CPU races with an attach on another while the SMMU walks whenever it likes: the question that
 *  the review of the invalidation array argued about. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { kfree, locals, place, smp_wmb, WRITE_ONCE } from '../../model/program/kernel.ts';
import { drop, type Edit, replace, type Stmt } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { SYNC_FIELD } from '../../model/smmu/smmu.ts';
import { alike, type Symmetry } from '../../model/symmetry/alike.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { overtakes, provided, readsStale } from '../reorder.ts';
import { arrayName, LEAF, type Params, pageName, scenario, small } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const stale: Expectation = { kind: 'violated', by: 'noStaleTranslation' };
const unsafe: Expectation = { kind: 'violated', by: 'memorySafety' };
type Expected = Readonly<Record<MemoryModel, Expectation>>;
const always = (e: Expectation): Expected => ({ sc: e, tso: e, armv8: e });

/** The unmap-against-attach system at any size. */
export function unmapVsAttach(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  return systemOf(
    'unmap-vs-attach',
    machine,
    [noStaleTranslation(machine), memorySafety(machine)],
    witnesses(machine, params),
    params.unmappers > 1 ? { symmetries: [likeUnmappers(machine, params)] } : {},
  );
}

/** Every unmapper runs one program, on pages of its own. No two SMMUs are alike: they are attached in an order. */
function likeUnmappers(machine: Machine, { unmappers, pages, smmus }: Params): Symmetry {
  const range = (n: number): readonly number[] => Array.from({ length: n }, (_, i) => i);
  return alike(
    machine,
    'unmappers',
    range(unmappers).map((cpu) => `CPU${cpu}`),
    (cpu) => {
      const own = range(pages).map((n) => cpu * pages + n);
      return {
        programs: [`CPU${cpu}`],
        objects: own.map(pageName),
        cells: [
          ...own.map((index) => ({ object: LEAF, field: 'pte', index })),
          ...range(smmus).map((n) => ({ object: `smmu${n}`, field: SYNC_FIELD, index: cpu })),
        ],
        pages: own,
        slots: [cpu],
      };
    },
  );
}

/** The race does happen: both arrays are used by an unmap, and the new SMMU does translate the page. */
function witnesses(machine: Machine, params: Params): readonly Witness[] {
  const cpu = machine.cpus[0]!;
  const uses = (array: string): Witness => ({
    name: `${cpu.name} invalidates through ${array}`,
    reached: (read) => {
      const value = read(cpu.thread).regs['arm_smmu_domain_inv_range.invs']?.value;
      return value?.kind === 'const' && value.value === `&${array}`;
    },
  });
  const last = machine.smmus[machine.smmus.length - 1]!;
  const caches: Witness = {
    name: `${last.decl.name.toUpperCase()} caches a translation to ${pageName(0)}`,
    reached: (read) => read(last.state).tlb.some((e) => e.target === pageName(0)),
  };
  return [uses(arrayName(0)), uses(arrayName(params.smmus - params.attached)), caches];
}

const inRange = 'arm_smmu_domain_inv_range';
const install = 'arm_smmu_install_new_domain_invs';
const { new_invs, old_invs } = locals('arm_smmu_attach_dev', 'new_invs', 'old_invs');

/** What each variant changes. */
const changes = new Map<string, Partial<Params>>();

const variant = (name: string, about: string, expect: Expected, change: Partial<Params>): Variant => {
  changes.set(name, change);
  return { name, about, expect, build: (model) => unmapVsAttach(model, { ...small, ...change }) };
};

/** A variant at another size. */
export const atSize = (name: string, model: string, size: Partial<Params>): System =>
  unmapVsAttach(model, { ...small, ...changes.get(name), ...size });
const unmapper = (...unmapperEdits: readonly Edit[]): Partial<Params> => ({ unmapperEdits });
const attacher = (...attacherEdits: readonly Edit[]): Partial<Params> => ({ attacherEdits });

/** Moves the last statement of the attach, the write of the STE, before the publication of the array. */
function steFirst(attach: readonly Stmt[]): readonly Stmt[] {
  return attach.map((s) => {
    if (s.kind !== 'call') return s;
    const [prepare, publish, writeSte] = s.body;
    return { ...s, body: [prepare!, writeSte!, publish!] };
  });
}

const freeNow = replace(install, 'kfree_rcu(old_invs)', [kfree(old_invs)]);
const noSection = [drop(inRange, 'rcu_read_lock()'), drop(inRange, 'rcu_read_unlock()')];

/** What weak memory does to the merged code, and what it is not to do. */
const oldArray = readsStale('an unmap reads the array that another one has replaced', {
  fn: inRange,
  text: 'rcu_dereference(domain.invs)',
});
const steFirstWords = overtakes(
  'a word of the STE is written before the array is published',
  { fn: 'entry_set', text: 'WRITE_ONCE(ste1.data[' },
  { fn: install, text: 'rcu_assign_pointer(domain.invs, new_invs)' },
);

export const spec: Spec = {
  name: 'unmap-vs-attach',
  title: 'an unmap races with an attach of another device to the same domain',
  source: 'arm_smmu_domain_inv_range() against arm_smmu_attach_dev(), v9 (19 Dec 2025) and Linux 7.1',
  merged: ['v7.1'],
  variants: [
    provided(
      variant('v9', 'smp_mb() after publishing the array and in inv_range', always(holds), { version: 'v9' }),
      oldArray,
    ),
    provided(
      variant('v7.1', 'dma_wmb() before the STE is written, smp_mb() in inv_range', always(holds), {}),
      oldArray,
    ),
    variant(
      'no barrier on CPU0',
      'no smp_mb() between clearing the PTE and reading the array',
      { sc: holds, tso: stale, armv8: stale },
      unmapper(drop(inRange, 'smp_mb()')),
    ),
    variant(
      'smp_wmb on CPU0',
      'smp_wmb() instead of smp_mb() in inv_range: it orders no later load',
      { sc: holds, tso: stale, armv8: stale },
      unmapper(replace(inRange, 'smp_mb()', [smp_wmb()])),
    ),
    variant(
      'no barrier on CPU1',
      'no dma_wmb() between publishing the array and writing the STE',
      { sc: holds, tso: holds, armv8: stale },
      attacher(drop('arm_smmu_write_entry', 'dma_wmb()')),
    ),
    provided(
      variant(
        'no barrier on CPU1, STE all zero',
        'as before, but the words of the STE that abort leaves unused change too: ' +
          'the CFGI_STE after them has a dma_wmb() of its own',
        always(holds),
        { ...attacher(drop('arm_smmu_write_entry', 'dma_wmb()')), oldSte: 'all zero' },
      ),
      oldArray,
      steFirstWords,
    ),
    variant('STE before the array', 'the STE is written before the array is published', always(stale), {
      reorder: steFirst,
    }),
    provided(
      variant(
        'first attach',
        'v7.1, the domain being attached for the first time: the array that an unmap finds is empty',
        always(holds),
        { attached: 0, smmus: 1 },
      ),
      oldArray,
    ),
    variant(
      'plain publication',
      'as before, with WRITE_ONCE() instead of rcu_assign_pointer(): an entry is read before it is written',
      { sc: holds, tso: holds, armv8: unsafe },
      {
        attached: 0,
        smmus: 1,
        ...attacher(
          replace(install, 'rcu_assign_pointer(domain.invs, new_invs)', [
            WRITE_ONCE(place('&domain', 'invs'), new_invs),
          ]),
        ),
      },
    ),
    variant('no invalidation', 'the page is unmapped and freed without an invalidation', always(stale), {
      reorderUnmap: (unmap) => unmap.filter((s) => s.kind !== 'call' || s.fn !== inRange),
    }),
    variant(
      'free before SYNC',
      'the page is freed once the commands are queued, without waiting',
      always(stale),
      unmapper(drop('arm_smmu_cmdq_issue_cmdlist', 'smp_cond_load_relaxed(&smmu->cmdq[0], !VAL)')),
    ),
    variant(
      'no rcu_read_lock, kfree',
      'inv_range without rcu_read_lock(), and the old array freed at once',
      always(unsafe),
      { ...unmapper(...noSection), ...attacher(freeNow) },
    ),
    variant(
      'no rcu_read_lock',
      'inv_range without rcu_read_lock(); the old array is freed by kfree_rcu()',
      always(unsafe),
      unmapper(...noSection),
    ),
    variant('kfree', 'kfree() of the old array instead of kfree_rcu()', always(unsafe), attacher(freeNow)),
    provided(
      variant(
        'two unmappers',
        'v7.1, two CPUs unmap a page each: they are alike, so that one state stands for two',
        always(holds),
        { unmappers: 2 },
      ),
      oldArray,
    ),
    variant(
      'two unmappers, no barrier',
      'as before, with no smp_mb() between clearing a PTE and reading the array',
      { sc: holds, tso: stale, armv8: stale },
      { unmappers: 2, ...unmapper(drop(inRange, 'smp_mb()')) },
    ),
  ],
};

export default spec;
