/** Attaching a device to a domain: the array is extended and published before the STE lets the SMMU walk
 *  (arm-smmu-v3.c, Linux 7.1 and the v9 posting; driver.md 5, 7). */
import type { ObjectDecl } from '../machine.ts';
import { binary, constant, type Value } from '../program/expression.ts';
import {
  assign,
  commandOf,
  dma_wmb,
  kfree_rcu,
  type Local,
  load,
  locals,
  place,
  rcu_assign_pointer,
  smp_mb,
  WRITE_ONCE,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { STE_0_CFG_ABORT, STE_0_CFG_S2_TRANS, STE_0_V, STE_WORDS, steWordText } from '../smmu/ste.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { arm_smmu_invs_merge, type Inv } from './invs.ts';

/** The posting of 19 Dec 2025, or what was merged for v7.1. They differ in where the barriers are (driver.md D1). */
export type Version = 'v9' | 'v7.1';

/** A stream: its SMMU, its stream ID, and the object that holds its STE. */
export interface Stream {
  readonly smmu: string;
  readonly sid: number;
  readonly ste: string;
}

/** The eight words of an STE; the model gives a meaning to words 0, 2 and 3. */
export type Ste = readonly Value[];

export const abortSte: Ste = [STE_0_V | STE_0_CFG_ABORT, 0, 0, 0, 0, 0, 0, 0];
export const s2Ste = (vmid: number, table: string): Ste => [
  STE_0_V | STE_0_CFG_S2_TRANS,
  0,
  vmid,
  `&${table}`,
  0,
  0,
  0,
  0,
];

export function steObject(name: string, words: Ste): ObjectDecl {
  return { name, life: 'live', cut: 'object', device: true, fields: [{ name: 'data', cells: words }] };
}

/** What an attach needs to know. */
export interface Attach {
  readonly domain: string;
  readonly stream: Stream;
  /** Words of the STE before and after. */
  readonly found: Ste;
  readonly target: Ste;
  readonly vmid: number;
  /** Whether nothing is attached to the domain yet. */
  readonly first: boolean;
  /** Array objects that may be allocated. */
  readonly pool: readonly string[];
  readonly cpu: number;
  readonly version: Version;
}

/** Builds and publishes the new array, then writes the STE. Runs under arm_smmu_asid_lock. */
export function arm_smmu_attach_dev(a: Attach): readonly Stmt[] {
  const fn = 'arm_smmu_attach_dev';
  const l = locals(fn, 'old_invs', 'new_invs');
  const add: Inv = { smmu: a.stream.smmu, vmid: a.vmid };
  return [
    call(fn, [
      call('arm_smmu_attach_prepare_invs', [
        load(l.old_invs, place(`&${a.domain}`, 'invs')),
        arm_smmu_invs_merge(l.new_invs, l.old_invs, add, a.pool, a.first),
      ]),
      arm_smmu_install_new_domain_invs(a.domain, l.old_invs, l.new_invs, a.version),
      arm_smmu_install_ste_for_dev(a),
    ]),
  ];
}

/** Publishes the new array and gives the old one to RCU. v9 has the barrier here that pairs with the one in
 *  arm_smmu_domain_inv_range(). */
export function arm_smmu_install_new_domain_invs(
  domain: string,
  old: Local,
  fresh: Local,
  version: Version,
): Stmt {
  return call('arm_smmu_install_new_domain_invs', [
    rcu_assign_pointer(place(`&${domain}`, 'invs'), fresh),
    ...(version === 'v9' ? [smp_mb()] : []),
    kfree_rcu(old),
  ]);
}

/** Writes the STE word by word, so that what the SMMU reads in between means the old or the new configuration. */
export function arm_smmu_install_ste_for_dev(a: Attach): Stmt {
  return call('arm_smmu_install_ste_for_dev', [arm_smmu_write_entry(a)]);
}

/** The hitless case: one word decides (word 0), so the others are put in place first, then it, each followed by
 *  CFGI_STE and CMD_SYNC if anything changed. v7.1 has the barrier here that v9 has after publishing. */
function arm_smmu_write_entry(a: Attach): Stmt {
  const unused = STE_WORDS.filter((q) => q !== 0);
  return call('arm_smmu_write_entry', [
    ...(a.version === 'v7.1' ? [dma_wmb()] : []),
    entry_set(a, unused),
    entry_set(a, [0]),
  ]);
}

function entry_set(a: Attach, words: readonly number[]): Stmt {
  const { cur, changed } = locals('entry_set', 'cur', 'changed');
  const write = (q: number): readonly Stmt[] => {
    const word = place(`&${a.stream.ste}`, 'data', q);
    const value = a.target[q]!;
    const update = when(binary('ne', cur, constant(value)), [
      WRITE_ONCE(word, value, steWordText(q, value)),
      assign(changed, 1),
    ]);
    return [load(cur, word), a.found[q] === value ? optional([update]) : update];
  };
  return call('entry_set', [assign(changed, 0), ...words.flatMap(write), when(changed, [sync(a)])]);
}

function sync({ stream, cpu }: Attach): Stmt {
  const commands = [commandOf('CFGI_STE', { sid: stream.sid, leaf: 1 })];
  return call('arm_smmu_ste_writer_sync_entry', [
    arm_smmu_cmdq_issue_cmdlist(`&${stream.smmu}`, commands, cpu),
  ]);
}
