/** An STE or a CD is written word by word while the SMMU fetches any word at any time, and mixes old with new ones.
 *
 *  One CPU is enough: arm_smmu_asid_lock admits no second writer, and the SMMU's may-set stands for every order and
 *  time of fetches. One stream: the words of another are other words. The test runs every pair of configurations. */
import type { Expectation, Spec, Variant } from '../../checker/spec.ts';
import type { System, Witness } from '../../checker/system.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { commandOf, writePROD } from '../../model/program/kernel.ts';
import { drop, replace } from '../../model/program/statement.ts';
import { hitlessUpdate, onlyTarget } from '../../model/property/configuration.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import { buildMachine, type Machine } from '../../model/system.ts';
import { systemOf } from '../join.ts';
import { type CdName, type Params, plain, type SteName, scenario, updateOf } from './scenario.ts';

const holds: Expectation = { kind: 'holds' };
const by = (property: string): Expectation => ({ kind: 'violated', by: property });
const always = (e: Expectation): Variant['expect'] => ({ sc: e, tso: e, armv8: e });

export function writeEntry(model: string, p: Params): System {
  const machine = buildMachine(scenario(model as MemoryModel, p));
  const update = updateOf(p);
  return systemOf(
    'write-entry',
    machine,
    [
      hitlessUpdate(machine, update),
      onlyTarget(machine, update, machine.cpus[0]!),
      noStaleTranslation(machine),
      memorySafety(machine),
    ],
    [mixed(machine, p)],
  );
}

/** Old and new words are there side by side. */
function mixed(machine: Machine, p: Params): Witness {
  const unit = machine.smmus[0]!;
  const isCd = 'cd' in p.what;
  return {
    name: 'SMMU may hold two values of a word at once',
    reached: (read) => {
      const { ste, cd = [] } = read(unit.state);
      const words = isCd ? cd : ste;
      return words.some((e) => words.some((x) => x.q === e.q && x.value !== e.value));
    },
  };
}

const variant = (
  name: string,
  about: string,
  what: Params['what'],
  expect: Variant['expect'],
  change: Partial<Params> = {},
): Variant => ({ name, about, expect, build: (model) => writeEntry(model, { ...plain, what, ...change }) });
const ste = (from: SteName, to: SteName): Params['what'] => ({ ste: [from, to] });
const cd = (from: CdName, to: CdName): Params['what'] => ({ cd: [from, to] });

/** The CMD_SYNC alone, where it should have a CFGI in front of it. */
const withoutCfgi = (cfgi: string): Partial<Params> => ({
  edits: [
    replace('arm_smmu_cmdq_issue_cmdlist', `writel_relaxed(PROD): ${cfgi}, CMD_SYNC`, [
      writePROD('&smmu', [commandOf('CMD_SYNC', { slot: 0 })]),
    ]),
  ],
});
const noWait: Partial<Params> = {
  edits: [drop('arm_smmu_cmdq_issue_cmdlist', 'smp_cond_load_relaxed(&smmu.cmdq[0], !VAL)')],
};

export const spec: Spec = {
  name: 'write-entry',
  title: 'an STE or a CD is written word by word while the SMMU fetches its words in any order',
  source: 'arm_smmu_write_entry(), arm_smmu_entry_qword_diff() for STEs and CDs, Linux 7.1',
  merged: ['abort to S2', 'S1 to S2', 'S2 to nested', 'CD for another domain', 'new root, v7.1'],
  variants: [
    variant('abort to S2', 'one word decides: hitless', ste('abort', 'S2 ATS'), always(holds)),
    variant('S2 to abort', 'hitless the other way', ste('S2 ATS', 'abort'), always(holds)),
    variant('S1 to S2', 'two words decide: V = 0 meanwhile', ste('S1 ATS', 'S2 ATS'), always(holds)),
    variant('S2 to nested', 'hitless, EATS as it was', ste('S2 ATS', 'nested ATS'), always(holds)),
    variant('nested to S2 without ATS', 'EATS may go first', ste('nested ATS', 'S2'), always(holds)),
    variant('S2 with ATS to S2 with stalls', 'never both at once', ste('S2 ATS', 'S2 stall'), always(holds)),
    variant('CD for a domain', 'a cleared CD is filled in', cd('cleared', 'S1'), always(holds)),
    variant(
      'CD for another domain',
      'ASID and table change: V = 0 meanwhile',
      cd('S1', 'other S1'),
      always(holds),
    ),
    variant('CD of an mm that is gone', 'EPD0: no walks any more', cd('SVA', 'SVA, mm gone'), always(holds)),
    variant(
      'new root, v7.1',
      'the root was zeroed just before; dma_wmb() keeps the STE behind that',
      ste('abort, words of S2', 'S2'),
      always(holds),
      { fresh: true },
    ),
    variant(
      'new root, v9',
      'no dma_wmb() at the head: the SMMU walks what the page held before, if no other word changes first',
      ste('abort, words of S2', 'S2'),
      { sc: holds, tso: holds, armv8: by('noStaleTranslation') },
      { fresh: true, version: 'v9' },
    ),
    variant(
      'new root, v9, unused words first',
      'the CFGI_STE behind words that abort does not use has a dma_wmb() of its own',
      ste('abort', 'S2'),
      always(holds),
      { fresh: true, version: 'v9' },
    ),
    variant(
      'new root, v9, breaking',
      'the CFGI_STE behind V = 0 has one as well',
      ste('S1', 'S2'),
      always(holds),
      { fresh: true, version: 'v9' },
    ),
    variant(
      'no CFGI, hitless',
      'old words are still cached when the word that decides is written, and afterwards',
      ste('abort', 'S2 ATS'),
      always(by('hitlessUpdate')),
      withoutCfgi('CFGI_STE'),
    ),
    variant(
      'no CFGI, breaking',
      'the old word 0 is still cached when the others change',
      ste('S1', 'S2'),
      always(by('hitlessUpdate')),
      withoutCfgi('CFGI_STE'),
    ),
    variant(
      'no CFGI_CD',
      'the same of a CD',
      cd('S1', 'other S1'),
      always(by('hitlessUpdate')),
      withoutCfgi('CFGI_CD'),
    ),
    variant(
      'no wait for the CMD_SYNC',
      'the next words are written while the CFGI is under way',
      ste('S1', 'S2'),
      always(by('hitlessUpdate')),
      noWait,
    ),
    variant(
      'EATS decides',
      'before 7cad80048595: EATS and Config make two words, and DMA of a running guest is aborted',
      ste('nested ATS', 'S2'),
      always(by('hitlessUpdate')),
      { eatsIsSafe: 'never' },
    ),
    variant(
      'EATS is always safe',
      'EATS is set first although stage 2 still stalls: a combination that is forbidden',
      ste('S2 stall', 'S2 ATS'),
      always(by('hitlessUpdate')),
      { eatsIsSafe: 'always' },
    ),
    variant(
      'page freed by the process that is gone',
      'EPD0 stops walks, not hits in the TLB: without a TLBI the page is still reached',
      cd('SVA', 'SVA, mm gone'),
      always(by('noStaleTranslation')),
      { frees: ['page3'] },
    ),
  ],
};

export default spec;
