/** What there is, and what each CPU does: a driver hands a descriptor to its device.
 *
 *  A device that reads memory in an order of its own is a program like that of a CPU. If devices only translate and
 *  access pages through an SMMU, start from `heddle new NAME --from smmu` instead. */
import type { MemoryModel, Scenario } from '../../../model/machine.ts';
import {
  dma_rmb,
  dma_wmb,
  load,
  locals,
  place,
  READ_ONCE,
  store,
  WRITE_ONCE,
} from '../../../model/program/kernel.ts';
import { call, type Edit, type Stmt, when } from '../../../model/program/statement.ts';
import { programs, struct } from '../../kit.ts';

/** What variants change: statements that are left out or replaced (`drop`, `replace`). */
export interface Params {
  readonly edits: readonly Edit[];
}

export const merged: Params = { edits: [] };

/** Local variables by their names in the source. Claims look at those that are `observed` below. */
export const { own, addr } = locals('nic_fetch', 'own', 'addr');

/** The driver: each statement is one access, under the name that the kernel's source gives it. */
const xmit: readonly Stmt[] = [
  call('nic_xmit', [
    store(place('&desc', 'addr'), '&buf'), // desc->addr = buf
    dma_wmb(),
    WRITE_ONCE(place('&desc', 'own'), 1), // from now on the device may use it
  ]),
];

/** The device: if the descriptor is its own, it fetches the rest. */
const fetch: readonly Stmt[] = [
  call('nic_fetch', [
    READ_ONCE(own, place('&desc', 'own')),
    when(own, [dma_rmb(), load(addr, place('&desc', 'addr'))]),
  ]),
];

export function scenario(model: MemoryModel, { edits }: Params): Scenario {
  return {
    model,
    // A field's initial value; null = not initialised. '&buf' points to the object `buf`.
    objects: [struct('desc', { addr: 0, own: 0 }), struct('buf', {})],
    programs: programs({ CPU0: xmit, NIC: fetch }, edits, [own, addr]),
    smmus: [],
  };
}
