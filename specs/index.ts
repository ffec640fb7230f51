/** Every spec, in the order in which `heddle list` shows them and `heddle check` runs them. */
import type { Spec } from '../checker/spec.ts';
import pgtable from './pgtable/index.ts';
import termination from './termination/index.ts';
import ttlHint from './ttl-hint/index.ts';
import unmapVsAttach from './unmap-vs-attach/index.ts';
import writeEntry from './write-entry/index.ts';

export const specs: readonly Spec[] = [unmapVsAttach, pgtable, ttlHint, writeEntry, termination];
