/** S10: what the hardware may make of an STE or a CD while it is written, and afterwards (properties.md;
 *  semantics.md 3.5, c and d). */
import type { Read } from '../contract.ts';
import { type Cpu, isFinished } from '../cpu/work.ts';
import type { CdEntry, Smmu } from '../machine.ts';
import type { Value } from '../program/expression.ts';
import { cdMeaning } from '../smmu/cd.ts';
import { columnOf, type SmmuUnit } from '../smmu/smmu.ts';
import { isIllegal, mixesOf, type SteMeaning, steMeaning } from '../smmu/ste.ts';
import type { Machine } from '../system.ts';
import type { Property } from './properties.ts';
import { steSuspect } from './suspect.ts';

/** An update of an STE (`ssid` null) or a CD: the words before and after, and what it may look like in between. */
export interface Update {
  readonly sid: number;
  readonly ssid: number | null;
  readonly old: readonly Value[];
  readonly target: readonly Value[];
  /** Old or target; or invalid as well. */
  readonly how: 'hitless' | 'breaking';
}

/** Every mix of words that an SMMU may hold means the old configuration or the target; invalid only if the update
 *  breaks. EATS and MEV may be of either: the device sends no ATS traffic while EATS changes, and merging of events
 *  makes no difference to translation. */
export function hitlessUpdate(machine: Machine, update: Update): readonly Property[] {
  const allowed = new Set([meaningText(update, update.old), meaningText(update, update.target)]);
  if (update.how === 'breaking') allowed.add(INVALID);
  return machine.smmus.filter(hasStream(update)).map((unit) => ({
    name: 'hitlessUpdate',
    broken: (read) => {
      const found = mixes(read(unit.state), update).find((text) => !allowed.has(text));
      return found === undefined ? null : `${whose(unit, update)} as ${found}`;
    },
    antecedent: (read) => mixes(read(unit.state), update).length > 1,
  }));
}

/** Once the CPU has returned, nothing but the target is held. */
export function onlyTarget(machine: Machine, update: Update, cpu: Cpu): readonly Property[] {
  const target = meaningText(update, update.target);
  const hasReturned = (read: Read): boolean => isFinished(cpu, read(cpu.thread));
  return machine.smmus.filter(hasStream(update)).map((unit) => ({
    name: 'onlyTarget',
    suspect: (read) => {
      if (update.ssid !== null || !hasReturned(read)) return null;
      const old = read(unit.state).ste.find((e) => e.sid === update.sid && e.value !== update.target[e.q]);
      return old === undefined ? null : steSuspect(unit, old);
    },
    broken: (read) => {
      if (!hasReturned(read)) return null;
      const found = mixes(read(unit.state), update).find((text) => text !== target);
      return found === undefined ? null : `${cpu.name} has returned, and ${whose(unit, update)} as ${found}`;
    },
    antecedent: hasReturned,
  }));
}

const hasStream =
  ({ sid }: Update) =>
  (unit: SmmuUnit): boolean =>
    unit.decl.streams.some((s) => s.sid === sid);

const whose = (unit: SmmuUnit, { sid, ssid }: Update): string =>
  `${columnOf(unit.decl)} may take the ${ssid === null ? 'STE' : `CD of substream ${ssid}`} of stream ${sid}`;

const INVALID = 'invalid';

/** What may be held, as texts. */
function mixes(smmu: Smmu, { sid, ssid }: Update): readonly string[] {
  if (ssid === null) return mixesOf(smmu.ste, sid).map((m) => steText(m.meaning));
  const own = (smmu.cd ?? []).filter((e) => e.sid === sid && e.ssid === ssid);
  const words = (q: number, e: CdEntry): readonly Value[] =>
    own.filter((x) => x.q === q && x.table === e.table).map((x) => x.value);
  return own.filter((e) => e.q === 0).flatMap((e) => words(1, e).map((w1) => cdText(e.value, w1)));
}

function meaningText({ ssid }: Update, w: readonly Value[]): string {
  return ssid === null ? steText(steMeaning([w[0]!, w[1]!, w[2]!, w[3]!])) : cdText(w[0]!, w[1]!);
}

function cdText(word0: Value, word1: Value): string {
  const meaning = cdMeaning(word0, word1);
  if (meaning === null) return INVALID;
  return `ASID ${meaning.asid}, ${meaning.ttb === null ? 'no walks' : `TTB0 ${meaning.ttb}`}, T0 ${meaning.t0}`;
}

function steText(meaning: SteMeaning): string {
  if (meaning.config === 'invalid') return INVALID;
  if (isIllegal(meaning)) return `illegal: stage 2 stalls where ATS is on`;
  if (meaning.config === 'bypass') return `BYPASS, SHCFG ${meaning.shcfg}`;
  if (meaning.config !== 'translate') return 'ABORT';
  const { stage1, stage2, vmid } = meaning;
  const text = (fields: object): string =>
    Object.entries(fields)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ');
  const stages = [
    ...(stage1 === null ? [] : [`S1 (${text(stage1)})`]),
    ...(stage2 === null ? [] : [`S2 (${text(stage2)})`]),
  ];
  return `${stages.join(' + ')}, VMID ${vmid}`;
}
