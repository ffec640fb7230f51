/** What depends on hardware that the architecture leaves open (machine.ts, Hardware; properties.md, questions 4 and
 *  8): whether a CMD_SYNC behind a CFGI waits for transactions, and whether a device with ATS off answers an ATC_INV. */
import type { Variant } from '../../checker/spec.ts';
import {
  ATC,
  always,
  attach,
  by,
  DISABLE,
  device,
  FLUSH,
  holds,
  moved,
  OLD_INVS,
  sc,
  stale,
  variant,
} from './claims.ts';
import type { Params } from './scenario.ts';
import { seen } from './system.ts';
import { off } from './with-ats.ts';

const fence = by('atsFence');
const plainOff: Partial<Params> = {
  ...off,
  devices: [device(attach(0, 'A'))],
  deeds: [[attach(0, 'blocked')]],
};
const noAnswer: Partial<Params> = { hardware: {} };
const noDrain: Partial<Params> = { hardware: { cfgiSyncDrains: false } };

const drains: readonly Variant[] = [
  variant('to blocked', 'CMD_SYNC waits for what was translated by the old STE', always(holds), plainOff, [
    seen.flushes(1),
  ]),
  variant(
    'to blocked, CFGI does not drain',
    'question 4: an unmap that finds no users returns at once, while a transaction still uses the TLB entry',
    sc(stale),
    { ...plainOff, ...noDrain },
  ),
  variant(
    'to blocked, CFGI does not drain, v9',
    'question 4: v9 has the flush within unref(), behind users = 0 as well',
    sc(stale),
    { ...plainOff, ...noDrain, version: 'v9' },
  ),
  variant(
    'to blocked, CFGI does not drain, flush before unref',
    'question 4: with the tag flushed while it still has users, no draining is needed',
    sc(holds),
    { ...plainOff, ...noDrain, ...moved(FLUSH, 'before', 'arm_smmu_invs_unref') },
    [seen.flushes(1)],
  ),
];

const answers: readonly Variant[] = [
  variant(
    'to blocked, no answer when off',
    "question 8: the driver's own ATC_INV comes behind pci_disable_ats()",
    sc(fence),
    { ...off, ...noAnswer },
  ),
  variant(
    'to blocked, no answer when off, own ATC_INV first',
    "question 8: an unmap's ATC_INV comes behind pci_disable_ats() as well",
    sc(fence),
    { ...off, ...noAnswer, ...moved(ATC, 'before', DISABLE) },
  ),
  variant(
    'to blocked, no answer when off, ATS off last',
    'question 8: with ATS on until unref() has returned, no ATC_INV meets a device that does not answer',
    sc(holds),
    { ...off, ...noAnswer, ...moved(DISABLE, 'after', OLD_INVS) },
    [seen.reaches(0)],
  ),
];

export const hardware: readonly Variant[] = [...drains, ...answers];
