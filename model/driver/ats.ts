/** Devices with ATS, and switching it on and off (arm-smmu-v3.c, Linux 7.1; driver.md 5, 11). */
import type { ObjectDecl } from '../machine.ts';
import { ATS_FIELD, RESET_FIELD } from '../smmu/atc.ts';

/** The object that stands for a device with an ATC: its control register's enable bit, and whether it is under
 *  reset. */
export function deviceObject(name: string, ats: boolean): ObjectDecl {
  const fields = [
    { name: ATS_FIELD, cells: [ats ? 1 : 0] },
    { name: RESET_FIELD, cells: [0] },
  ];
  return { name, life: 'live', cut: 'cell', device: true, fields };
}
