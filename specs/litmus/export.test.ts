/** Counterexamples as litmus tests: word for word, read back, and the other way round with the barrier put back. */
import { expect, test } from 'vitest';
import { examine } from '../../model/litmus/examine.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { exploreLag } from '../lag-runner.ts';
import { savedRun } from './every-export.ts';
import { litmusOf } from './export.ts';

const observed = (text: string, model: MemoryModel = 'armv8'): string => {
  const report = examine(text, model, exploreLag, { maxStates: 1_000_000 });
  return report.kind === 'answered' ? report.observation : report.kind;
};

const flagship = litmusOf(savedRun('unmap-vs-attach--no-barrier-on-cpu1--armv8'));

test('the flagship without the barrier on CPU1 is a test of three threads, of which one is the walk', () => {
  expect(flagship).toBe(`C unmap-vs-attach+no-barrier-on-cpu1+armv8

(*
 * Result: Sometimes
 *
 * The CPU part of a counterexample that heddle found. unmap-vs-attach, "no
 * barrier on CPU1", memory model armv8, which ends in
 *
 * noStaleTranslation: SMMU1 may still translate page 0 of stream 1 (VMID 1)
 * to page0, which was freed
 *
 * P0 is CPU0. P1 is CPU1. P2 is the walk by which SMMU1 caches page 0 ->
 * page0.
 *
 * Values: 2 is &invs0; 3 is &page0; 4 is &invs1; 13 is S2_TRANS.
 *
 * Left out: smmu0->cmdq[0], which devices write.
 *
 * heddle litmus: armv8 Sometimes, tso Never, sc Never.
 *)

{
\tptes_pte=3;
\tdomain_invs=2;
\tste1_data0=1;
}

P0(int *ptes_pte, int *domain_invs)
{
\tint r0;

\t// __arm_lpae_unmap()
\tWRITE_ONCE(*ptes_pte, 0);
\t// arm_smmu_domain_inv_range()
\tsmp_mb();
\tr0 = rcu_dereference(*domain_invs);
}

P1(int *domain_invs, int *ste1_data0)
{
\t// arm_smmu_install_new_domain_invs()
\trcu_assign_pointer(*domain_invs, 4);
\t// entry_set()
\tWRITE_ONCE(*ste1_data0, 13);
}

P2(int *ste1_data0, int *ptes_pte)
{
\tint r0;
\tint r1;

\tr0 = READ_ONCE(*ste1_data0);
\tsmp_rmb(); // a walk depends on what it has read
\tr1 = READ_ONCE(*ptes_pte);
}

exists
(0:r0=2 /\\ 2:r0=13 /\\ 2:r1=3)
`);
});

test('with its barrier put back the flagship is never seen, nor is it without the walk being in order', () => {
  const repaired = flagship.replace(
    '\tWRITE_ONCE(*ste1_data0',
    '\tsmp_wmb(); // dma_wmb()\n\tWRITE_ONCE(*ste1_data0',
  );
  expect([observed(flagship), observed(repaired)]).toEqual(['Sometimes', 'Never']);
  expect(observed(repaired.replace('smp_rmb(); // a walk', '// a walk'))).toBe('Sometimes');
  expect(observed(repaired.replace('\tsmp_mb();\n', ''))).toBe('Sometimes');
});

test('an object that is read after it was freed is one cell, which the free stores to, and a pointer leads to it', () => {
  const text = litmusOf(savedRun('array-ops--attach-kfree--armv8'));
  expect(text).toContain('WRITE_ONCE(*invs0_has_ats, 2); // kfree(old_invs)');
  expect(text).toContain(
    '\tr0 = rcu_dereference(*domain_invs);\n\tif (r0 == invs0_has_ats) {\n\t\tr1 = READ_ONCE(*r0);',
  );
  expect(text).toContain('(0:r0=invs0_has_ats /\\ 0:r1=2)');
  expect(text).toContain(
    'armv8 Sometimes, tso Sometimes, sc Sometimes. So no\n * reordering is needed for it.',
  );
});

test('what RCU frees after a grace period is a thread of its own, which a read-side section keeps waiting', () => {
  const text = litmusOf(savedRun('iova-to-phys--tables-freed-by-rcu-no-section--armv8'));
  expect(text).toMatch(/if \(r0 == 1\) \{\n\t\tsynchronize_rcu\(\);\n\t\tWRITE_ONCE\(\*ptes_pte\d*, \d+\);/);
  const reader = /(P1\([^{]*\{\n(?:\tint [^;]*;\n)*\n)([\s\S]*?)\n\}\n/;
  const inSection = text.replace(reader, '$1\trcu_read_lock();\n$2\n\trcu_read_unlock();\n}\n');
  expect(inSection).not.toBe(text);
  expect([observed(text), observed(inSection)]).toEqual(['Sometimes', 'Never']);
});

test.each([
  ['irq-locks--queue-owner-interrupts-on--armv8', 'it ends in a deadlock, which is no outcome of loads'],
  ['termination--sva-a-tlbi-for-each-page--sc', 'no two CPUs access the same cell in it'],
  [
    'write-entry--page-freed-by-the-process-that-is-gone--tso',
    '(SMMU had cached page 0 -> page3 before any of this)',
  ],
])('%s is refused, with the reason and with what can be said', (name, why) => {
  expect(() => litmusOf(savedRun(name))).toThrow(why);
  expect(() => litmusOf(savedRun(name))).toThrow(
    'What can: traces in which a CPU, or a walk of an SMMU, reads',
  );
});
