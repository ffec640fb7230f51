/** An invalidation comes to an end, after a bounded number of commands (L1; bugs.md 1 and 17).
 *
 *  One thread is enough: both loops go round on data that nobody changes meanwhile. A larger array has more entries of the
 *  same kind before the one at which v9 stops; more CPUs would add readers that loop in the same way. The SMMU is there
 *  so that waiting for its CMD_SYNC, which does end, is told from a loop that does not. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { Invariant, System, Witness } from '../../checker/system.ts';
import { CMDQ_MAX_TLBI_OPS } from '../../model/driver/sva-tlbi-ops.ts';
import { type Range, SIZE_MAX } from '../../model/driver/tlbi-range.ts';
import type { MemoryModel, Scenario } from '../../model/machine.ts';
import { memorySafety } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { issued, nestingParent, notifier, PAGE_SHIFT } from './scenario.ts';

/** L1 as a safety property: no invalidation issues more TLBIs than CMDQ_MAX_TLBI_OPS. */
function boundedCommands(machine: Machine): Invariant {
  const { thread } = machine.cpus[0]!;
  const most = CMDQ_MAX_TLBI_OPS(PAGE_SHIFT);
  return {
    name: 'boundedCommands',
    broken: (read) => {
      const count = read(thread).regs[issued.name]?.value;
      if (count?.kind !== 'const' || Number(count.value) <= most) return null;
      return `CPU0 has issued ${count.value} TLBIs for one range; CMDQ_MAX_TLBI_OPS is ${most}`;
    },
    antecedent: (read) => read(thread).regs[issued.name] !== undefined,
  };
}

/** The SMMU completes a CMD_SYNC behind a command: what is waited for does end. */
const completes = (machine: Machine, name: string): Witness => ({
  name: `SMMU0 consumes ${name}`,
  reached: (read) => read(machine.smmus[0]!.state).consumed.some((c) => c.name === name),
});

function terminating(
  scenario: Scenario,
  invariants: (machine: Machine) => readonly Invariant[],
  commands: readonly string[],
): System {
  const machine = buildMachine(scenario);
  return systemOf(
    'termination',
    machine,
    [memorySafety(machine), invariants(machine)],
    commands.map((name) => completes(machine, name)),
    { mustEnd: true },
  );
}

const holds: Expectation = { kind: 'holds' };
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });
const everything: Range = { iova: 0n, size: 0n, granule: 0n, leaf: false };
const onePage: Range = { iova: 0n, size: 4096n, granule: 4096n, leaf: true };

const walk = (
  name: string,
  about: string,
  expectation: Expectation,
  version: 'v9' | 'v7.1',
  range: Range,
  commands: readonly string[],
): Variant => ({
  name,
  about,
  expect: always(expectation),
  build: (model) => terminating(nestingParent(model as MemoryModel, version, range), () => [], commands),
});

export const spec: Spec = {
  name: 'termination',
  title: 'an invalidation comes to an end, after a bounded number of commands',
  source:
    '__arm_smmu_domain_inv_range(), v9 (19 Dec 2025) and Linux 7.1; ' +
    'arm_smmu_mm_arch_invalidate_secondary_tlbs(), before and after d5afb4b47e13',
  merged: ['v7.1, one page', 'v7.1, everything'],
  variants: [
    walk(
      'v9, everything',
      'a nesting parent, size 0: `continue` at the S2_VMID_S1_CLEAR entry goes on with the same entry (bugs.md 1)',
      { kind: 'endless' },
      'v9',
      everything,
      [],
    ),
    walk(
      'v9, SIZE_MAX',
      'as before: size SIZE_MAX means everything, too',
      { kind: 'endless' },
      'v9',
      { ...everything, size: SIZE_MAX },
      [],
    ),
    walk('v9, one page', 'a range that is not too big does not come there', holds, 'v9', onePage, [
      'TLBI_S2_IPA',
      'TLBI_NH_ALL',
    ]),
    walk(
      'v7.1, everything',
      '`break` (6a01b9f0a5ec): on to the next entry',
      holds,
      'v7.1',
      { ...everything },
      ['TLBI_S12_VMALL'],
    ),
    walk('v7.1, one page', 'a range that is not too big', holds, 'v7.1', onePage, [
      'TLBI_S2_IPA',
      'TLBI_NH_ALL',
    ]),
    {
      name: 'SVA, a TLBI for each page',
      about: 'before d5afb4b47e13: as many commands as the range has pages (bugs.md 17)',
      expect: always({ kind: 'violated', by: 'boundedCommands' }),
      build: (model) =>
        terminating(notifier(model as MemoryModel, 'before d5afb4b47e13'), (m) => [boundedCommands(m)], []),
    },
    {
      name: 'SVA, CMDQ_MAX_TLBI_OPS',
      about: 'd5afb4b47e13: a range of that many pages and more is invalidated by ASID',
      expect: always(holds),
      build: (model) =>
        terminating(notifier(model as MemoryModel, 'v6.6'), (m) => [boundedCommands(m)], [
          'TLBI_NH_VA',
          'TLBI_NH_ASID',
        ]),
    },
  ],
};

export default spec;
