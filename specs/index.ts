/** Every spec, in the order in which `heddle list` shows them and `heddle check` runs them. */
import type { Spec } from '../checker/spec.ts';
import arrayOps from './array-ops/index.ts';
import atcTimeout from './atc-timeout/index.ts';
import ats from './ats/index.ts';
import attach from './attach/index.ts';
import cmdq from './cmdq/index.ts';
import flushQueue from './flush-queue/index.ts';
import invRange from './inv-range/index.ts';
import iovaToPhys from './iova-to-phys/index.ts';
import irqLocks from './irq-locks/index.ts';
import kernelTables from './kernel-tables/index.ts';
import nested from './nested/index.ts';
import pgtable from './pgtable/index.ts';
import riscvContext from './riscv-context/index.ts';
import severalSmmus from './several-smmus/index.ts';
import sva from './sva/index.ts';
import termination from './termination/index.ts';
import ttlHint from './ttl-hint/index.ts';
import unmapVsAttach from './unmap-vs-attach/index.ts';
import unplug from './unplug/index.ts';
import vcmdq from './vcmdq/index.ts';
import writeEntry from './write-entry/index.ts';

export const specs: readonly Spec[] = [
  unmapVsAttach,
  arrayOps,
  invRange,
  pgtable,
  ttlHint,
  writeEntry,
  ats,
  attach,
  termination,
  irqLocks,
  flushQueue,
  iovaToPhys,
  cmdq,
  vcmdq,
  atcTimeout,
  unplug,
  severalSmmus,
  kernelTables,
  sva,
  nested,
  riscvContext,
];
