/** What variants are written with. */
import type { Expectation, Variant } from '../../checker/spec.ts';
import type { Stmt } from '../../model/program/statement.ts';
import { moveCall, replaceCalls } from '../calls.ts';
import type { Params } from './scenario.ts';
import { type Also, attaches, base, type Seen } from './system.ts';
import type { Deed, Device, DomainName, Target } from './world.ts';

export const holds: Expectation = { kind: 'holds' };
export const by = (property: string): Expectation => ({ kind: 'violated', by: property });
export const stale = by('noStaleTranslation');
/** Where it matters which steps there are and in which order, and not how accesses are ordered. */
export const sc = (e: Expectation): Variant['expect'] => ({ sc: e });
export const always = (e: Expectation): Variant['expect'] => ({ sc: e, armv8: e });

export const attach = (dev: number, to: Target): Deed => ({ do: 'attach', dev, to });
export const setPasid = (dev: number, pasid: number, to: DomainName): Deed => ({
  do: 'set PASID',
  dev,
  pasid,
  to,
});
export const removePasid = (dev: number, pasid: number): Deed => ({ do: 'remove PASID', dev, pasid });
export const reset = (dev: number): Deed => ({ do: 'reset', dev });

export const device = (...before: readonly Deed[]): Device => ({ ats: false, cds: 0, before });
export const withAts = (...before: readonly Deed[]): Device => ({ ats: true, cds: 0, before });

export const variant = (
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<Params>,
  witnesses: readonly Seen[] = [],
  also: readonly Also[] = [],
): Variant => ({
  name,
  about,
  expect,
  build: (model) => attaches(model, { ...base, ...change }, witnesses, also),
});

/** Calls that the twins move. */
export const PREPARE_INVS = 'arm_smmu_attach_prepare_invs';
export const NEW_INVS = 'arm_smmu_install_new_domain_invs';
export const DISABLE = 'pci_disable_ats';
export const STE = 'arm_smmu_install_ste_for_dev';
export const ATC = 'arm_smmu_atc_inv_master';
export const REMOVE = 'arm_smmu_remove_master_domain';
export const OLD_INVS = 'arm_smmu_install_old_domain_invs';
export const FLUSH = 'arm_smmu_inv_flush_iotlb_tag';

export const moved = (...where: readonly [string, 'before' | 'after', string]): Pick<Params, 'rewrite'> => ({
  rewrite: (body) => moveCall(body, ...where),
});
export const without = (fn: string): Pick<Params, 'rewrite'> => ({
  rewrite: (body: readonly Stmt[]) => replaceCalls(body, fn, () => []),
});
