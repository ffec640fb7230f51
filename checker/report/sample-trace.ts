/** A trace for the tests of this folder: the race of an unmap and an attach, as the flagship spec shows it. */
import type { Trace } from '../outcome.ts';

/** CPU0 reads the invalidation array before its own store of the PTE has left, so it misses the new domain. */
export const sampleTrace: Trace = {
  columns: ['CPU0', 'CPU1', 'SMMU0', 'SMMU1'],
  steps: [
    {
      agent: 'CPU0',
      choice: 0,
      lines: [
        {
          fn: 'arm_smmu_domain_inv_range',
          text: 'invs = rcu_dereference(smmu_domain->invs);',
          notes: ['the store of the PTE has not left CPU0 yet'],
          statement: 's1',
        },
        { fn: 'arm_smmu_domain_inv_range', text: 'for (i = 0; i < invs->num_invs; i++)', statement: 's2' },
      ],
      effects: [],
    },
    {
      agent: 'CPU1',
      choice: 1,
      lines: [
        {
          fn: 'arm_smmu_install_new_domain_invs',
          text: 'rcu_assign_pointer(smmu_domain->invs, new_invs);',
          statement: 's3',
        },
      ],
      effects: [],
    },
    {
      agent: 'CPU1',
      choice: 0,
      lines: [{ fn: 'arm_smmu_write_entry', text: 'WRITE_ONCE(ste->data[0], target[0]);', statement: 's4' }],
      effects: [
        { column: 'SMMU0', component: 'smmu0.config', text: 'may cache STE 1: stage 1 of domain d' },
        { column: 'SMMU0', component: 'smmu0.tlb', text: 'may cache IOVA 0 -> page 0' },
      ],
    },
    {
      agent: 'CPU0',
      choice: 2,
      lines: [
        {
          fn: '__arm_lpae_unmap',
          text: 'WRITE_ONCE(*ptep, 0);',
          notes: ['left late, after the load of smmu_domain->invs'],
          statement: 's0',
        },
      ],
      effects: [],
    },
    {
      agent: 'CPU0',
      choice: 0,
      lines: [{ fn: 'iommu_iotlb_sync', text: 'free_page(page 0);', statement: 's5' }],
      effects: [],
    },
  ],
  ending: 'no-stale-translation broke: page 0 was freed while SMMU0 may still translate IOVA 0 to it.',
};

/** A small one with all that a model may have to tell: accesses, reorderings, a story. */
export const toldTrace: Trace = {
  columns: ['CPU0', 'CPU1', 'SMMU'],
  prelude: [{ agent: 'CPU1', lines: [{ fn: 'init', text: 'kzalloc() == &a' }] }],
  steps: [
    {
      agent: 'CPU1',
      choice: 0,
      lines: [
        {
          fn: 'publish',
          text: 'WRITE_ONCE(ready, 1)',
          notes: ['early: passes WRITE_ONCE(data, 7)'],
          accesses: [{ kind: 'write', place: 'ready', value: '1', pc: 1, nth: 1 }],
          reorderings: [
            {
              kind: 'early',
              other: 'WRITE_ONCE(data, 7)',
              fn: 'publish',
              forbiddenBy: ['smp_wmb() between them', 'smp_store_release() in place of the one that passed'],
            },
          ],
        },
      ],
      effects: [{ column: 'SMMU', component: 'smmu0', text: 'SMMU0 may cache it' }],
    },
    {
      agent: 'CPU0',
      choice: 0,
      lines: [
        {
          text: 'READ_ONCE(ready) == 1',
          accesses: [{ kind: 'read', place: 'ready', value: '1', order: 'acquire', pc: 0, nth: 0 }],
        },
      ],
      effects: [],
    },
    {
      agent: 'CPU0',
      choice: 1,
      lines: [
        {
          text: 'READ_ONCE(data) == 0',
          notes: ['stale: memory has 7', 'as if before READ_ONCE(ready)'],
          reorderings: [
            { kind: 'stale', other: 'READ_ONCE(ready)', forbiddenBy: ['smp_rmb() between them'] },
          ],
        },
      ],
      effects: [],
    },
  ],
  ending: 'I broke: because.',
  story: ['CPU0 saw ready before data.'],
};
