/** How specs/README.md orders what is claimed: specs by the part of the driver that they are about, and invariants by
 *  the property of which they are a part. */
import type { Spec, Variant } from '../checker/spec.ts';

export interface Group {
  readonly title: string;
  /** Names of specs. */
  readonly specs: readonly string[];
  /** Tests that say more of it than the specs, with why: Markdown, relative to specs/. */
  readonly besides?: string;
}

export const systems: readonly Group[] = [
  {
    title: 'Array operations',
    specs: ['array-ops'],
    besides:
      "KUnit's vectors: [kunit.test.ts](array-ops/kunit.test.ts). Random algebra: [algebra.test.ts](array-ops/algebra.test.ts).",
  },
  {
    title: 'arm_smmu_master_build_invs()',
    specs: [],
    besides:
      'One thread and no race, so tests alone: [build-invs.test.ts](array-ops/build-invs.test.ts). Its lists are used in `attach`.',
  },
  { title: 'Attach, all transitions', specs: ['attach', 'unmap-vs-attach'] },
  {
    title: 'arm_smmu_domain_inv_range()',
    specs: ['inv-range'],
    besides:
      'Scope (S12) over random ranges and granules: [scope.test.ts](inv-range/scope.test.ts). Lists and where they end: [walk.test.ts](inv-range/walk.test.ts). Entries that change meanwhile: `array-ops`.',
  },
  {
    title: 'arm_smmu_write_entry()',
    specs: ['write-entry'],
    besides:
      'Every pair of configurations that the driver makes: [write-entry.test.ts](write-entry/write-entry.test.ts).',
  },
  { title: 'Command queue', specs: ['cmdq', 'vcmdq', 'atc-timeout'] },
  { title: 'SVA', specs: ['sva'] },
  { title: 'io-pgtable and the DMA API', specs: ['pgtable', 'ttl-hint', 'flush-queue', 'iova-to-phys'] },
  { title: 'ATS', specs: ['ats'] },
  {
    title: 'Nested',
    specs: ['nested'],
    besides: 'Which guest commands are taken, and as what: [vsmmu.test.ts](../model/driver/vsmmu.test.ts).',
  },
  { title: 'Several SMMUs, and unplug', specs: ['unplug', 'several-smmus'] },
  { title: 'Interrupts and locks', specs: ['irq-locks'] },
  { title: 'Termination', specs: ['termination'] },
  {
    title: 'Bugs of other drivers',
    specs: ['kernel-tables', 'riscv-context'],
    besides: 'Those of this driver are in the systems above; the list of bugs below has all of them.',
  },
];

/** S1 to S15 and L1 to L3, of which an invariant is a part; none: useful besides. */
const PROPERTIES: Readonly<Record<string, readonly string[]>> = {
  noStaleTranslation: ['S1'],
  noStaleIova: ['S1'],
  noOrphanTag: ['S4'],
  freeAsidUncached: ['S4'],
  atcAfterTlb: ['S5'],
  stage1AfterStage2: ['S5'],
  atsFence: ['S6'],
  noStaleAtc: ['S7'],
  syncCoversCommands: ['S7', 'S14'],
  memorySafety: ['S8'],
  arrayWellFormed: ['S9'],
  hitlessUpdate: ['S10'],
  onlyTarget: ['S10'],
  allOrNothing: ['S11'],
  legalCommands: ['S12'],
  guestScope: ['S12'],
  noStaleGuestTranslation: ['S12'],
  noCommandAfterRemoval: ['S13'],
  slotsPublishedWhole: ['S14'],
  noSlotOverwritten: ['S14'],
  prodNeverMovesBack: ['S14'],
  listsContiguous: ['S14'],
  storesBeforeCommands: ['S14'],
  detachedSubstream: ['S15'],
  isolation: ['S15'],
  boundedCommands: ['L1'],
  noSleepInAtomic: ['L2'],
  mappedWhenTold: [],
  atsIsAccepted: [],
  atsMastersCounted: [],
};

/** Where a stale translation, or a run that stops, breaks more than one property. */
const ALSO: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  noStaleTranslation: {
    'unmap-vs-attach': ['S2'],
    attach: ['S2', 'S3'],
    ats: ['S2', 'S3'],
    sva: ['S2', 'S15'],
    'several-smmus': ['S4'],
    'riscv-context': ['S4'],
    'ttl-hint': ['S12'],
    nested: ['S12'],
  },
  deadlock: { cmdq: ['L3'] },
};

/** Where it is a question whether every run goes on: in variants of these specs whose names begin so. */
const GO_ON: Readonly<Record<string, string>> = { 'irq-locks': '', cmdq: '', nested: 'doorbell' };

export const isMapped = (invariant: string): boolean => Object.hasOwn(PROPERTIES, invariant);

/** The properties that a variant puts to the test, given the names of its invariants, S before L. */
export function propertiesOf(
  spec: Spec,
  { name: variant, expect }: Variant,
  invariants: readonly string[],
  mustEnd: boolean,
): readonly string[] {
  const asksForL2 = GO_ON[spec.name] !== undefined && variant.startsWith(GO_ON[spec.name]!);
  const goesOn = asksForL2 || Object.values(expect).some((e) => e.kind === 'deadlock');
  const found = [
    ...invariants.flatMap((name) => [...(PROPERTIES[name] ?? []), ...(ALSO[name]?.[spec.name] ?? [])]),
    ...(mustEnd ? ['L1'] : []),
    ...(goesOn ? ['L2', ...(ALSO.deadlock![spec.name] ?? [])] : []),
  ];
  const rank = (p: string): number => (p.startsWith('S') ? 0 : 100) + Number(p.slice(1));
  return [...new Set(found)].sort((a, b) => rank(a) - rank(b));
}
