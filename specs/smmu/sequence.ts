/** A small language for what one CPU does to one SMMU, step by step. Two domains, each with a root and one table:
 *  `pgd` -> `ptes` -> `page0`, `page1` with VMID 1, and `pgd2` -> `ptes2` -> `page2` with VMID 2. */
import { checkNow } from '../../checker/explore/check.ts';
import type { Outcome } from '../../checker/outcome.ts';
import { abortSte, type Ste, s2Ste, steObject } from '../../model/driver/attach.ts';
import { arm_smmu_cmdq_issue_cmdlist, smmuObject } from '../../model/driver/cmdq.ts';
import { pageObject, tableObject } from '../../model/driver/pgtable.ts';
import type { MemoryModel, ObjectDecl, Scenario, SmmuDecl } from '../../model/machine.ts';
import type { Value } from '../../model/program/expression.ts';
import type { CommandTemplate } from '../../model/program/instruction.ts';
import { __free_page, commandOf, dma_wmb, place, store, writePROD } from '../../model/program/kernel.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { memorySafety, noStaleTranslation } from '../../model/property/properties.ts';
import type { SmmuModel } from '../../model/smmu/smmu.ts';
import { STE_WORDS } from '../../model/smmu/ste.ts';
import { buildMachine } from '../../model/system.ts';
import { systemOf } from '../join.ts';

export type Does = readonly Stmt[];
const SMMU = 'smmu';

/** Stores a descriptor: the name of what it leads to, or null. */
export const pte = (table: string, slot: number, to: string | null): Does => [
  store(place(`&${table}`, 'pte', slot), to === null ? 0 : `&${to}`),
];

/** Stores words of a stream's STE: all that the model knows, or those named, in that order. */
export const ste = (sid: number, words: Ste, which: readonly number[] = STE_WORDS): Does =>
  which.map((q) => store(place(`&ste${sid}`, 'data', q), words[q] as Value));

/** Issues the commands and a CMD_SYNC, and waits until that has completed. */
export const sync = (...commands: readonly CommandTemplate[]): Does => [
  arm_smmu_cmdq_issue_cmdlist(`&${SMMU}`, commands, 0),
];

export const barrier = (): Does => [dma_wmb()];

/** Issues the commands, and waits for nothing. */
export const queue = (...commands: readonly CommandTemplate[]): Does => [
  dma_wmb(),
  writePROD(`&${SMMU}`, commands),
];

export const free = (object: string): Does => [__free_page(`&${object}`)];

export const vmall = (vmid: number): CommandTemplate => commandOf('TLBI_S12_VMALL', { vmid });
export const everything = (): CommandTemplate => commandOf('TLBI_NSNH_ALL', {});
export const cfgi = (sid: number): CommandTemplate => commandOf('CFGI_STE', { sid, leaf: 1 });
export const cfgiAll = (): CommandTemplate => commandOf('CFGI_ALL', {});
const ipa =
  (leaf: number) =>
  (page: number, pages = 1, vmid = 1): CommandTemplate =>
    commandOf('TLBI_S2_IPA', { vmid, page, pages, leaf });
/** TLBI by address: page descriptors only, or those of tables too. */
export const leaf = ipa(1);
export const nonLeaf = ipa(0);

export const first = s2Ste(1, 'pgd');
export const second = s2Ste(2, 'pgd2');
export const abort = abortSte;
/** V = 0 and the other words as they were: what a breaking update begins with. */
export const invalid = (words: Ste): Ste => words.map((w, q) => (q === 0 ? 0 : w));

/** What a program does, and what it starts with besides the two domains. */
export interface Sequence {
  readonly does: readonly Does[];
  /** STEs by stream; the default is one stream, in the first domain. */
  readonly stes?: readonly Ste[];
  /** Descriptors of `ptes`. */
  readonly ptes?: readonly string[];
  /** Descriptors of every table: 2, or 1 where only the STEs and `page0` matter. */
  readonly size?: 1 | 2;
}

export function sequenceScenario(model: MemoryModel, s: Sequence): Scenario {
  const { stes = [first], ptes = ['page0', 'page1'], size = 2 } = s;
  const table = (name: string, to: readonly string[]): ObjectDecl =>
    tableObject(name, [...to.map((t) => `&${t}`), 0].slice(0, size));
  return {
    model,
    objects: [
      smmuObject(SMMU, 1),
      ...stes.map((words, sid) => steObject(`ste${sid}`, words)),
      table('pgd', ['ptes']),
      table('ptes', ptes),
      table('pgd2', ['ptes2']),
      table('ptes2', ['page2']),
      ...['page0', 'page1', 'page2'].map(pageObject),
    ],
    programs: [compile('CPU0', s.does.flat())],
    smmus: [{ name: SMMU, streams: stes.map((_, sid) => ({ sid, ste: `ste${sid}` })), levels: 2 }],
  };
}

/** Streams whose STE no program mentions. */
export function fixedStreams(decl: SmmuDecl, { programs }: Scenario): readonly number[] {
  const code = JSON.stringify(programs);
  return decl.streams.filter(({ ste }) => !code.includes(`"&${ste}"`)).map(({ sid }) => sid);
}

/** Checks a sequence with an SMMU modelled in that way. */
export function checkSequence(
  s: Sequence,
  model: MemoryModel,
  smmu: (decl: SmmuDecl, scenario: Scenario) => SmmuModel,
): Outcome {
  const scenario = sequenceScenario(model, s);
  const machine = buildMachine(scenario, (decl) => smmu(decl, scenario));
  return checkNow(systemOf('sequence', machine, [noStaleTranslation(machine), memorySafety(machine)], []), {
    search: 'bfs',
    maxStates: 300_000,
  });
}

/** `holds`, or the property that breaks, or what else went wrong. */
export function verdictOf({ verdict }: Outcome): string {
  if (verdict.kind === 'violated') return verdict.invariant;
  return verdict.kind === 'vacuous' ? verdict.reasons.join(' ') : verdict.kind;
}
