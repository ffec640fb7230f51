/** Attaching and detaching devices, whole: every transition that a device can make from one domain to another, while
 *  a domain is unmapped from.
 *
 *  One page, since pages do not influence each other. One CPU attaches, as arm_smmu_asid_lock admits no second one
 *  (one variant has two); one unmaps, as readers of an array do not see each other. One device, or two where one
 *  leaves the other's entries behind; a third would add one more of the same. One SMMU: several are in
 *  unmap-vs-attach. Under sc alone where it is the order of steps that matters, and not that of accesses. */
import type { Spec } from '../../checker/spec.ts';
import { failures } from './failures.ts';
import { hardware } from './hardware.ts';
import { lateFill } from './late-fill.ts';
import { moves } from './moves.ts';
import { substreams } from './substreams.ts';
import { twoDevices } from './two-devices.ts';
import { withATS } from './with-ats.ts';

export const spec: Spec = {
  name: 'attach',
  title: 'a device is attached, detached or moved while a domain is unmapped from',
  source: 'arm_smmu_attach_dev(), _prepare(), _commit() and their kin, v9 and Linux 7.1',
  merged: ['first attach', 'A to B, unmap A', 'A to B, unmap B'],
  variants: [...moves, ...withATS, ...hardware, ...substreams, ...failures, ...twoDevices, ...lateFill],
};

export default spec;
