/** What arm_smmu_write_entry() writes, and how the SMMU is told: STEs and CDs (arm-smmu-v3.c, Linux 7.1; driver.md
 *  7). */
import type { Value } from '../program/expression.ts';
import { commandOf } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { cdField, cdWordText } from '../smmu/cd.ts';
import { STE_1_EATS, steWordText } from '../smmu/ste.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { arm_smmu_get_cd_used, CD_ADDRESS, type Cd } from './make-cd.ts';
import { arm_smmu_get_ste_update_safe, arm_smmu_get_ste_used, STE_ADDRESS, type Ste } from './make-ste.ts';
import type { Version } from './version.ts';
import { arm_smmu_write_entry, type EntryWriter } from './write-entry.ts';

/** A stream's STE, on the CPU that writes it. */
export interface SteWriter {
  readonly smmu: string;
  readonly sid: number;
  /** The object that holds the STE. */
  readonly ste: string;
  readonly cpu: number;
  /** When EATS may change at any time; default 'unless stalled'. Before 7cad80048595 it counted like any other
   *  field ('never'). */
  readonly eatsIsSafe?: 'never' | 'unless stalled' | 'always';
}

export function steWriter(s: SteWriter): EntryWriter {
  return {
    object: s.ste,
    field: 'data',
    address: STE_ADDRESS,
    get_used: arm_smmu_get_ste_used,
    get_update_safe: SAFE[s.eatsIsSafe ?? 'unless stalled'],
    sync: () =>
      call('arm_smmu_ste_writer_sync_entry', [
        arm_smmu_cmdq_issue_cmdlist(`&${s.smmu}`, [commandOf('CFGI_STE', { sid: s.sid, leaf: 1 })], s.cpu),
      ]),
    text: steWordText,
  };
}

const SAFE: Readonly<Record<NonNullable<SteWriter['eatsIsSafe']>, EntryWriter['get_update_safe']>> = {
  never: (cur) => cur.map(() => 0n),
  'unless stalled': arm_smmu_get_ste_update_safe,
  always: (cur) => cur.map((_, q) => (q === 1 ? STE_1_EATS : 0n)),
};

export const arm_smmu_write_ste = (s: SteWriter, found: Ste, target: Ste, version: Version): Stmt =>
  call('arm_smmu_write_ste', [arm_smmu_write_entry(steWriter(s), { found, target, version })]);

/** A CD of a master, whose streams all use one table. */
export interface CdWriter {
  readonly smmu: string;
  readonly sids: readonly number[];
  readonly cdtab: string;
  readonly ssid: number;
  readonly cpu: number;
}

export function cdWriter(c: CdWriter): EntryWriter {
  return {
    object: c.cdtab,
    field: cdField(c.ssid),
    address: CD_ADDRESS,
    get_used: arm_smmu_get_cd_used,
    get_update_safe: SAFE.never,
    sync: () => call('arm_smmu_cd_writer_sync_entry', [arm_smmu_sync_cd(c)]),
    text: (q: number, value: Value) => cdWordText(q, value),
  };
}

function arm_smmu_sync_cd({ smmu, sids, ssid, cpu }: CdWriter): Stmt {
  const commands = sids.map((sid) => commandOf('CFGI_CD', { sid, ssid, leaf: 1 }));
  return call('arm_smmu_sync_cd', [arm_smmu_cmdq_issue_cmdlist(`&${smmu}`, commands, cpu)]);
}

export const arm_smmu_write_cd_entry = (c: CdWriter, found: Cd, target: Cd, version: Version): Stmt =>
  call('arm_smmu_write_cd_entry', [arm_smmu_write_entry(cdWriter(c), { found, target, version })]);
