/** TODO what races with what, and why this size is enough. Here: one descriptor and one device; a second descriptor would
 *  be written and read in the same way. */
import type { Spec, Variant } from '../../../checker/spec.ts';
import type { System } from '../../../checker/system.ts';
import type { MemoryModel } from '../../../model/machine.ts';
import { drop } from '../../../model/program/statement.ts';
import { memorySafety } from '../../../model/property/properties.ts';
import { buildMachine } from '../../../model/system.ts';
import { systemOf } from '../../join.ts';
import { always, holds, invariant, violated, witness } from '../../kit.ts';
import { addr, merged, own, type Params, scenario } from './scenario.ts';

const NAME = 'template';

/** The machine with what is claimed of it. */
function system(model: string, params: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, params));
  // Must hold in every state; `when` says where it is put to the test.
  const fetchedWhole = invariant(machine, 'fetchedWhole', {
    when: ({ local, ended }) => ended('NIC') && local('NIC', own) === 1,
    broken: ({ local }) =>
      local('NIC', addr) === '&buf' ? null : 'the device owns a descriptor and has not got its address',
  });
  // Must be reached, or "holds" would say nothing: the race does happen, and both ways.
  const early = witness(machine, 'the device comes too early', ({ local, ended }) => {
    return ended('NIC') && local('NIC', own) === 0;
  });
  const late = witness(machine, 'the device gets the descriptor', ({ local, ended }) => {
    return ended('NIC') && local('NIC', own) === 1;
  });
  return systemOf(NAME, machine, [[fetchedWhole], memorySafety(machine)], [early, late]);
}

/** The code as it was merged, with something changed. `expect` says what comes of it under each memory model. */
function variant(
  name: string,
  about: string,
  expect: Variant['expect'],
  change: Partial<Params> = {},
): Variant {
  return { name, about, expect, build: (model) => system(model, { ...merged, ...change }) };
}

const torn = violated('fetchedWhole');

export const spec: Spec = {
  name: NAME,
  title: 'TODO one line: a driver hands a descriptor to its device',
  source: 'TODO the kernel functions and version: nic_xmit(), nic_fetch()',
  merged: ['merged'],
  variants: [
    variant('merged', 'as it was merged', always(holds)),
    // A claim that holds has a twin that breaks it. Stores stay in order under sc and tso.
    variant(
      'no dma_wmb',
      'no dma_wmb() between the address and the bit that hands it over',
      { sc: holds, tso: holds, armv8: torn },
      { edits: [drop('nic_xmit', 'dma_wmb()')] },
    ),
    variant(
      'no dma_rmb',
      'the device may fetch the address before it knows that it owns it',
      { sc: holds, tso: holds, armv8: torn },
      { edits: [drop('nic_fetch', 'dma_rmb()')] },
    ),
  ],
};

export default spec;
