/** A session of `heddle trace --step` on the flagship's counterexample. */
import { expect, test } from 'vitest';
import { checkNow } from '../checker/explore/check.ts';
import { parse } from '../checker/step/commands.ts';
import { reply } from '../checker/step/session.ts';
import { optionsOf, sessionOf } from '../checker/step/way.ts';
import { spec } from './unmap-vs-attach/index.ts';

test('the flagship: what was cached, what else could have been done, and a branch on which nothing breaks', () => {
  const system = spec.variants.find(({ name }) => name === 'no barrier on CPU1')!.build('armv8');
  const { verdict } = checkNow(system, { search: 'bfs' });
  if (verdict.kind !== 'violated') throw new Error(verdict.kind);
  const saved = { spec: spec.name, variant: 'no barrier on CPU1', model: 'armv8', trace: verdict.trace };
  let session = sessionOf(system, saved);
  const said = (line: string): string => {
    const answer = reply(session, parse(line));
    session = answer.session;
    return answer.text;
  };

  expect(said('n')).toContain(
    'step 1 of 16, CPU1:\n  entry_set():\n    WRITE_ONCE(ste1.data[0], S2_TRANS)\n',
  );
  expect(said('c')).toMatchInlineSnapshot(`
    "CPU1:
      - not in memory yet: WRITE_ONCE(ste1.data[0], S2_TRANS)
      - not in memory yet: writel_relaxed(PROD): CFGI_STE(SID 1), CMD_SYNC; only
          after rcu_assign_pointer(domain.invs, new_invs); kfree_rcu(old_invs);
          WRITE_ONCE(ste1.data[0], S2_TRANS); smmu1.cmdq[1] = 1
      + not in memory yet: writel_relaxed(PROD): CFGI_STE(SID 1), CMD_SYNC; only
          after rcu_assign_pointer(domain.invs, new_invs); kfree_rcu(old_invs);
          smmu1.cmdq[1] = 1
    smmu1:
      - STE 1: ABORT; VMID 1; S2TTB &pgd
      + STE 1: ABORT or S2_TRANS; VMID 1; S2TTB &pgd
      + walk cache: VMID 1, from page 0 -> table ptes
      + TLB: VMID 1, page 0 -> page0
    memory and the rest:
      - ste1->data[0] = 0x1 (ABORT)
      + ste1->data[0] = 0xd (S2_TRANS) (first 1)"
  `);
  expect(said('2')).toContain('    ptes.pte[0] = 0');
  expect(said('s smmu1')).toMatchInlineSnapshot(`
    "smmu1:
      STE 1: ABORT or S2_TRANS; VMID 1; S2TTB &pgd
      walk cache: VMID 1, from page 0 -> table ptes
      TLB: VMID 1, page 0 -> page0"
  `);
  expect(said('o')).toMatch(
    /^\* 1\. CPU0: rcu_read_lock\(\)\n {2}2\. CPU1: rcu_assign_pointer\(domain\.invs, new_invs\).*\n {2}3\. /,
  );
  expect(said('last')).toContain('BROKEN: noStaleTranslation: SMMU1 may still translate page 0 of stream 1');

  // Published in time, the array names SMMU1, and CPU0 waits for its CMD_SYNC as well.
  said('2');
  expect(said('t 2')).toContain('You leave the saved trace after step 2; "r" leads back to it.');
  for (let options = optionsOf(session); options.length > 0; options = optionsOf(session)) {
    const fresh = options.findIndex(({ step }) =>
      step.lines.every(({ reorderings = [] }) => reorderings.every(({ kind }) => kind !== 'stale')),
    );
    expect(said(`t ${fresh + 1}`)).not.toContain('BROKEN');
  }
  expect(said('n')).toContain('This is the end of your branch. Every program has come to its end.');
  expect(said('s cpu0')).toBe('CPU0:\n  has ended');
  expect(said('s smmu1')).not.toContain('page0');
  expect(said('r')).toContain('step 2 of 16');
});
