/** Devices with ATS, and switching it on and off (arm-smmu-v3.c, Linux 7.1; driver.md 5 A2, A5, A7, 11). */
import type { ObjectDecl } from '../machine.ts';
import { commandOf, dma_wmb, place, WRITE_ONCE, wmb } from '../program/kernel.ts';
import { call, type Stmt } from '../program/statement.ts';
import { ATS_FIELD, RESET_FIELD } from '../smmu/atc.ts';
import { NO_PASID } from '../smmu/scopes.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';
import { ATC_INV_SIZE_ALL } from './tlbi-range.ts';

/** The object that stands for a device with an ATC: its control register's enable bit, and whether it is under
 *  reset. */
export function deviceObject(name: string, ats: boolean): ObjectDecl {
  const fields = [
    { name: ATS_FIELD, cells: [ats ? 1 : 0] },
    { name: RESET_FIELD, cells: [0] },
  ];
  return { name, life: 'live', cut: 'cell', device: true, fields };
}

/** A device as the CPU that attaches it sees it. */
export interface AtsMaster {
  readonly smmu: string;
  readonly sids: readonly number[];
  /** The object that stands for the device. */
  readonly device: string;
  readonly cpu: number;
}

/** A write to the configuration space: writew() to the ECAM window, which orders it behind earlier stores. */
const configWrite = (fn: string, device: string, ats: 0 | 1): Stmt =>
  call(fn, [dma_wmb(), WRITE_ONCE(place(`&${device}`, ATS_FIELD), ats)]);

export const pci_enable_ats = ({ device }: AtsMaster): Stmt => configWrite('pci_enable_ats', device, 1);
export const pci_disable_ats = ({ device }: AtsMaster): Stmt => configWrite('pci_disable_ats', device, 0);

/** ATC_INV of everything, for each stream. Without a PASID all PASIDs go. */
export function arm_smmu_atc_inv_master(m: AtsMaster, ssid = NO_PASID): Stmt {
  const commands = m.sids.map((sid) => commandOf('ATC_INV', { sid, ssid, page: 0, size: ATC_INV_SIZE_ALL }));
  return call('arm_smmu_atc_inv_master', [arm_smmu_cmdq_issue_cmdlist(`&${m.smmu}`, commands, m.cpu)]);
}

/** What the ATC may hold from before goes first. Nobody looks at whether pci_enable_ats() fails. */
export const arm_smmu_enable_ats = (m: AtsMaster): Stmt =>
  call('arm_smmu_enable_ats', [arm_smmu_atc_inv_master(m), pci_enable_ats(m)]);

/** Whether ATS is on before and after an attach. */
export interface AtsChange {
  readonly was: boolean;
  readonly is: boolean;
}

/** End of arm_smmu_attach_prepare(): the device must send no ATS traffic before the STE says that there is none. */
export const prepareAts = (m: AtsMaster, { was, is }: AtsChange): readonly Stmt[] =>
  was && !is ? [pci_disable_ats(m), wmb()] : [];

/** Beginning of arm_smmu_attach_commit(). When ATS stays on, both domains invalidate meanwhile, and what the PASID's
 *  translations were has to go; when it goes off, everything. */
export function commitAts(m: AtsMaster, { was, is }: AtsChange, ssid = NO_PASID): readonly Stmt[] {
  if (is && !was) return [arm_smmu_enable_ats(m)];
  return was ? [arm_smmu_atc_inv_master(m, is ? ssid : NO_PASID)] : [];
}
