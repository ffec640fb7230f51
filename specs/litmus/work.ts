/** One file examined: what a worker is asked, and what it answers. Both are small JSON values. */
import { readInput } from '../../checker/files/input.ts';
import { reason } from '../../checker/files/reason.ts';
import { examine, type Report } from '../../model/litmus/examine.ts';
import type { Limits } from '../../model/litmus/outcomes.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { machines } from './machines.ts';

export interface Job {
  readonly path: string;
  readonly model: MemoryModel;
  readonly machine: string;
  readonly limits: Limits;
}

export function work({ path, model, machine, limits }: Job): Report {
  const runner = machines[machine];
  if (runner === undefined) throw new Error(`no machine is called ${machine}`);
  let text: string;
  try {
    text = readInput(path);
  } catch (error) {
    return { kind: 'unsupported', reason: 'it cannot be read', why: reason(error) };
  }
  return examine(text, model, runner, limits);
}
