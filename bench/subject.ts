/** What is explored: the reference model or the flagship spec's driver, at a size. */
import type { System } from '../checker/system.ts';
import type { MemoryModel } from '../model/machine.ts';
import { unmapVsAttach } from '../specs/unmap-vs-attach/index.ts';
import { small } from '../specs/unmap-vs-attach/scenario.ts';
import { referenceModel, type Size, switches } from './reference-model.ts';

export type Subject = ({ readonly kind: 'reference' } & Size) | Flagship;

/** unmap-vs-attach, variant v7.1. */
export interface Flagship {
  readonly kind: 'flagship';
  readonly memory: MemoryModel;
  readonly unmappers: number;
  /** Pages that each unmapper unmaps. */
  readonly pages: number;
  readonly smmus: number;
}

export function build(subject: Subject): System {
  if (subject.kind === 'reference') return referenceModel(subject);
  const { memory, unmappers, pages, smmus } = subject;
  return unmapVsAttach(memory, { ...small, version: 'v7.1', unmappers, pages, smmus });
}

/** `K=2 P=3 M=2 TSO=1`, or `armv8, 2 unmappers, 1 page, 2 SMMUs`. */
export function describe(subject: Subject): string {
  if (subject.kind === 'reference') return switches(subject);
  const { memory, unmappers, pages, smmus } = subject;
  const some = (n: number, what: string): string => `${n} ${what}${n === 1 ? '' : 's'}`;
  return [memory, some(unmappers, 'unmapper'), some(pages, 'page'), some(smmus, 'SMMU')].join(', ');
}
