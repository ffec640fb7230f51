/** Devices with an address translation cache (IHI 0070 3.9, PCIe ATS). A device is an object: its cells say whether
 *  ATS is on, and whether it is under reset. */
import { ModelBug } from '../contract.ts';
import type { Command } from '../machine.ts';
import type { SmmuUnit } from './smmu.ts';
import type { ReadCell } from './tables.ts';

/** Fields of the object that stands for a device. */
export const ATS_FIELD = 'ats';
export const RESET_FIELD = 'reset';

/** Why the device that an ATC_INV is for will not answer it, or null. */
export function unanswered({ decl, hardware }: SmmuUnit, cell: ReadCell, c: Command): string | null {
  const { sid } = c.operands;
  const stream = decl.streams.find((s) => s.sid === sid);
  if (stream?.device === undefined)
    throw new ModelBug(`ATC_INV to stream ${sid}, which has no device with an ATC`);
  if (cell(stream.device, RESET_FIELD, 0) === 1) return `${stream.device} is under reset`;
  if (hardware.deviceAnswersWhenAtsOff === true || cell(stream.device, ATS_FIELD, 0) === 1) return null;
  return `ATS is off at ${stream.device}`;
}
