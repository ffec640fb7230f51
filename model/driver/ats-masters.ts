/** How a domain knew its devices with ATS before it had an array: a list of devices, and a count that spares a look at
 *  it (arm-smmu-v3.c before Linux 7.1: arm_smmu_atc_inv_domain(), nr_ats_masters; bugs.md 12 to 14). A place in the
 *  list is a cell that points to the master, or 0. */
import type { ObjectDecl } from '../machine.ts';
import {
  atomic_void,
  commandOf,
  irqrestore,
  irqsave,
  load,
  locals,
  place,
  READ_ONCE,
  smp_mb,
  spin_lock,
  spin_unlock,
  store,
} from '../program/kernel.ts';
import { call, optional, type Stmt, when } from '../program/statement.ts';
import { type AtsMaster, arm_smmu_enable_ats } from './ats.ts';
import { arm_smmu_cmdq_issue_cmdlist } from './cmdq.ts';

/** `struct arm_smmu_domain`, as far as this goes: `masters` in its list at first, of `room`. */
export function listedDomain(
  name: string,
  masters: readonly string[],
  room: number,
  ats: number,
): ObjectDecl {
  const devices = Array.from({ length: room }, (_, i) => (masters[i] === undefined ? 0 : `&${masters[i]}`));
  const fields = [
    { name: 'nr_ats_masters', cells: [ats] },
    { name: 'devices_lock', cells: [0] },
    { name: 'devices', cells: devices },
  ];
  return { name, life: 'live', cut: 'cell', device: false, fields };
}

/** `struct arm_smmu_master`. */
export const masterObject = (name: string, ats_enabled: boolean): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'cell',
  device: false,
  fields: [{ name: 'ats_enabled', cells: [ats_enabled ? 1 : 0] }],
});

/** A device in a domain's list. */
export interface Listed extends AtsMaster {
  readonly master: string;
  /** Its place in the lists. */
  readonly slot: number;
}

/** Unmaps with this domain: TLBI and CMD_SYNC, then the ATCs of the devices in the list. */
export function arm_smmu_tlb_inv_range_domain(
  domain: string,
  devices: readonly Listed[],
  vmid: number,
  page: number,
  cpu: number,
): Stmt {
  const smmu = `&${devices[0]!.smmu}`;
  const tlbi = commandOf('TLBI_S2_IPA', { vmid, page, pages: 1, leaf: 1 });
  return call('arm_smmu_tlb_inv_range_domain', [
    arm_smmu_cmdq_issue_cmdlist(smmu, [tlbi], cpu),
    arm_smmu_atc_inv_domain(domain, devices, page, cpu),
  ]);
}

/** The barrier pairs with the order of atomic_inc() and pci_enable_ats(): a device that may ask for translations now
 *  is counted (cdb8a3c34635). */
function arm_smmu_atc_inv_domain(
  domain: string,
  devices: readonly Listed[],
  page: number,
  cpu: number,
): Stmt {
  const { nr, master, ats_enabled } = locals('arm_smmu_atc_inv_domain', 'nr', 'master', 'ats_enabled');
  const lock = place(`&${domain}`, 'devices_lock');
  const issue = (d: Listed): readonly Stmt[] =>
    d.sids.map((sid) =>
      arm_smmu_cmdq_issue_cmdlist(`&${d.smmu}`, [commandOf('ATC_INV', { sid, page, size: 0 })], cpu),
    );
  const walk = devices.flatMap((d): readonly Stmt[] => [
    load(master, place(`&${domain}`, 'devices', d.slot)),
    when(master, [load(ats_enabled, place(master, 'ats_enabled')), when(ats_enabled, [optional(issue(d))])]),
  ]);
  return call('arm_smmu_atc_inv_domain', [
    smp_mb(),
    READ_ONCE(nr, place(`&${domain}`, 'nr_ats_masters')),
    when(nr, [optional([...irqsave(spin_lock(lock)), ...walk, ...irqrestore(spin_unlock(lock))])]),
  ]);
}

/** Moves a device from one domain to the next, around the write of the STE. */
export interface Move {
  readonly device: Listed;
  readonly from: string | null;
  readonly to: string;
  /** Whether ATS is on before and after. */
  readonly was: boolean;
  readonly is: boolean;
  /** Before 685ca577b408 the new state of ATS was noted before the old domain was left. */
  readonly leaves: 'by the old state' | 'by the new state';
  /** When master->ats_enabled is set: after everything else, as it was, or before ATS is on. */
  readonly notes: 'last' | 'first';
  readonly writeSte: readonly Stmt[];
}

export function arm_smmu_attach_dev_listed(m: Move): Stmt {
  const { device, to } = m;
  const enabled = place(`&${device.master}`, 'ats_enabled');
  const note = store(enabled, m.is ? 1 : 0);
  const early = m.notes === 'first' || m.leaves === 'by the new state';
  return call('arm_smmu_attach_dev', [
    call('arm_smmu_attach_prepare', [
      ...locked(to, [
        ...(m.is ? [atomic_void('add', place(`&${to}`, 'nr_ats_masters'), 1)] : []),
        store(place(`&${to}`, 'devices', device.slot), `&${device.master}`),
      ]),
    ]),
    ...m.writeSte,
    call('arm_smmu_attach_commit', [
      ...(m.notes === 'first' ? [note] : []),
      ...(m.is && !m.was ? [arm_smmu_enable_ats(device)] : []),
      ...(m.leaves === 'by the new state' && m.notes === 'last' ? [note] : []),
      ...(m.from === null ? [] : [arm_smmu_remove_master_domain(m.from, device)]),
      ...(early ? [] : [note]),
    ]),
  ]);
}

/** Which count goes down is decided by what the master says now. */
function arm_smmu_remove_master_domain(domain: string, d: Listed): Stmt {
  const { ats } = locals('arm_smmu_remove_master_domain', 'ats');
  const dec = atomic_void('sub', place(`&${domain}`, 'nr_ats_masters'), 1);
  return call('arm_smmu_remove_master_domain', [
    ...locked(domain, [
      store(place(`&${domain}`, 'devices', d.slot), 0),
      load(ats, place(`&${d.master}`, 'ats_enabled')),
      when(ats, [optional([dec])]),
    ]),
  ]);
}

const locked = (domain: string, body: readonly Stmt[]): readonly Stmt[] => {
  const lock = place(`&${domain}`, 'devices_lock');
  return [...irqsave(spin_lock(lock)), ...body, ...irqrestore(spin_unlock(lock))];
};
