/** What the components of real states say that they hold (Component.show). */
import { expect, test } from 'vitest';
import type { System } from '../checker/system.ts';
import { initialValues, readOf, take, type Values } from '../checker/trace/take.ts';
import { spec as irqLocks } from './irq-locks/index.ts';
import { spec as unmapVsAttach } from './unmap-vs-attach/index.ts';

const systemOf = (spec: typeof unmapVsAttach, name: string): System =>
  spec.variants.find((variant) => variant.name === name)!.build('armv8');

/** The state after steps: of each the agent, and a text that the first of its lines begins with. */
function after(system: System, steps: readonly (readonly [agent: string, text: string])[]): Values {
  return steps.reduce((values, [agent, text]) => {
    const all = system.agents.find(({ name }) => name === agent)!.steps(readOf(values));
    const first = (step: (typeof all)[number]): string =>
      step.label.lines.find((line) => line.text !== '')?.text ?? '';
    const step = all.find((it) => first(it).startsWith(text));
    if (step === undefined) throw new Error(`${agent}: no ${text} among ${all.map(first).join(', ')}`);
    return take(system, values, step);
  }, initialValues(system));
}

function shown(system: System, values: Values, name: string): readonly string[] {
  const c = system.components.find(({ ref }) => ref.name === name)!;
  return c.show!(values[c.ref.index]);
}

const steBeforeArray = [['CPU1', 'WRITE_ONCE(ste1.data[0]']] as const;
const read = [
  ['CPU0', 'ptes.pte[0] = 0'],
  ['CPU0', 'rcu_read_lock()'],
  ['CPU0', 'rcu_dereference(domain.invs)'],
] as const;

test('a CPU says where it stands, what it has not stored yet, and what it holds', () => {
  const system = systemOf(unmapVsAttach, 'no barrier on CPU1');
  const values = after(system, [...steBeforeArray, ...read]);
  expect(shown(system, values, 'CPU1')).toEqual([
    'in arm_smmu_cmdq_issue_cmdlist(), next: smp_cond_load_relaxed(&smmu1.cmdq[1], !VAL)',
    'not in memory yet: rcu_assign_pointer(domain.invs, new_invs) (domain->invs = &invs1)',
    'not in memory yet: kfree_rcu(old_invs); only after rcu_assign_pointer(domain.invs, new_invs)',
    'not in memory yet: smmu1.cmdq[1] = 1',
    'not in memory yet: writel_relaxed(PROD): CFGI_STE(SID 1), CMD_SYNC; ' +
      'only after rcu_assign_pointer(domain.invs, new_invs); kfree_rcu(old_invs); smmu1.cmdq[1] = 1',
  ]);
  expect(shown(system, values, 'CPU0')).toEqual([
    'in arm_smmu_domain_inv_range(), next: invs->has_ats',
    'in a read-side section',
    'arm_smmu_domain_inv_range(): invs = &invs0',
  ]);
  expect(shown(system, values, 'rcu')).toEqual([
    'CPU0 is in a read-side section, or has stores of one to make',
  ]);
});

test('a CPU says which loads it has not done, and what hangs on them', () => {
  const system = systemOf(unmapVsAttach, 'no barrier on CPU1');
  const values = after(system, [
    ...read,
    ['CPU0', 'invs->has_ats'],
    ['CPU0', 'READ_ONCE(invs->num_invs)'],
    ['CPU0', 'READ_ONCE(invs->inv[i].users)'],
    ['CPU0', 'invs->inv[i].smmu'],
  ]);
  expect(shown(system, values, 'CPU0')).toEqual([
    'in arm_smmu_cmdq_issue_cmdlist(), next: writel_relaxed(PROD): TLBI_S2_IPA, CMD_SYNC',
    'not in memory yet: smmu->cmdq[0] = 1',
    'not read yet: invs->inv[i].id (invs0->inv[0].id)',
    'in a read-side section',
    '__arm_smmu_domain_inv_range(): end = 1, i = 0, id = (what invs0->inv[0].id reads), smmu = &smmu0',
    'arm_smmu_domain_inv_range(): has_ats = 0, invs = &invs0',
  ]);
});

test('memory and the SMMUs say what changed since the start', () => {
  const system = systemOf(unmapVsAttach, 'no barrier on CPU1');
  const values = after(system, [...steBeforeArray, ...read]);
  expect(shown(system, values, 'mem:ste1')).toEqual([
    'ste1->data[0] = 0xd (S2_TRANS) (first 1)',
    'ste1->data[2] = 0x1 (VMID 1)',
    'ste1->data[3] = S2TTB &pgd',
  ]);
  expect(shown(system, values, 'mem:ptes->pte')).toEqual(['ptes->pte = 0 (first &page0)']);
  expect(shown(system, values, 'smmu1')).toEqual([
    'STE 1: ABORT or S2_TRANS; VMID 1; S2TTB &pgd',
    'walk cache: VMID 1, from page 0 -> table ptes',
    'TLB: VMID 1, page 0 -> page0',
  ]);
  expect(shown(system, values, 'smmu1.cmdq')).toEqual([]);
});

test('RCU says whom grace periods wait for, and a freed object that it is', () => {
  const system = systemOf(unmapVsAttach, 'no barrier on CPU1');
  const published = after(system, [
    ...steBeforeArray,
    ...read,
    ['CPU1', 'rcu_assign_pointer(domain.invs, new_invs)'],
    ['CPU1', 'kfree_rcu(old_invs)'],
  ]);
  expect(shown(system, published, 'rcu')).toEqual([
    'CPU0 is in a read-side section, or has stores of one to make',
    'kfree_rcu(invs0): the grace period waits for CPU0',
  ]);
  expect(shown(system, published, 'CPU0')).toContain('holds up the grace period of kfree_rcu(invs0)');
  expect(shown(system, published, 'mem:invs1')).toEqual([
    'invs1->num_invs = 2 (first 0)',
    'invs1->inv[0] = { .smmu = &smmu0, .id = 1, .users = 1 } (first 0)',
    'invs1->inv[1] = { .smmu = &smmu1, .id = 1, .users = 1 } (first 0)',
  ]);
  expect(shown(system, published, 'life:invs0')).toEqual([]);
  const freed = after(system, [
    ['CPU1', 'rcu_assign_pointer(domain.invs, new_invs)'],
    ['CPU1', 'kfree_rcu(old_invs)'],
    ['RCU', 'grace period over'],
  ]);
  expect(shown(system, freed, 'rcu')).toEqual([]);
  expect(shown(system, freed, 'life:invs0')).toEqual(['invs0 is freed']);
});

test('a CPU says which old values it may still read', () => {
  const system = systemOf(unmapVsAttach, 'no barrier on CPU0');
  const values = after(system, [['CPU1', 'rcu_assign_pointer(domain.invs, new_invs)']]);
  expect(shown(system, values, 'CPU0')).toContain('may read an old domain->invs: &invs0');
});

test('a CPU in an interrupt says where it was, and whose variables are whose', () => {
  const system = systemOf(irqLocks, 'v9, raw spinlock');
  const values = after(system, [
    ['CPU0', 'smp_mb()'],
    ['CPU0', 'rcu_read_lock()'],
    ['CPU0', 'rcu_dereference(domain.invs)'],
    ['CPU0', 'invs->has_ats'],
    ['CPU0', 'spin_lock('],
    ['CPU0', '<Interrupt>'],
  ]);
  expect(shown(system, values, 'CPU0')).toEqual([
    'interrupted in __arm_smmu_domain_inv_range(), next: READ_ONCE(invs->num_invs)',
    'in raw_spin_lock(), next: spin_lock(&invs->rwlock)',
    'in a read-side section, 2 deep',
    'interrupts are off',
    'arm_smmu_domain_inv_range(): has_ats = 1, invs = &invs0',
    'irq.arm_smmu_domain_inv_range(): has_ats = 1, invs = &invs0',
  ]);
});
