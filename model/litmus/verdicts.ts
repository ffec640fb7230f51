/** What herd7 said of tests (`verdicts.tsv`), and whether we say the same. */
import type { MemoryModel } from '../machine.ts';
import type { Observation } from './outcomes.ts';

/** What is said of one test. */
export interface Answer {
  readonly observation: Observation;
  /** Distinct outcomes. */
  readonly outcomes: number;
}

/** herd7's answers by memory model. A file may have several with one model: the collection had several tests of
 *  that name, and does not say which was kept. */
export interface Expected {
  readonly lkmm: readonly Answer[];
  readonly armv8: readonly Answer[];
}

/** `stronger`: ours forbids what a weaker model allows, as it may. */
export type Comparison = 'agreed' | 'stronger' | 'disagreed';

/** Reads the table: file, dialect, lkmm, armv8, lkmm_outcomes, armv8_outcomes, after a line of headings. */
export function parseVerdicts(table: string): ReadonlyMap<string, Expected> {
  const all = new Map<string, Expected>();
  for (const line of table.split('\n').slice(1)) {
    const [file = '', , lkmm, armv8, lkmmOutcomes, armv8Outcomes] = line.split('\t');
    if (file === '') continue;
    const before = all.get(file) ?? { lkmm: [], armv8: [] };
    all.set(file, {
      lkmm: [...before.lkmm, ...answers(lkmm, lkmmOutcomes)],
      armv8: [...before.armv8, ...answers(armv8, armv8Outcomes)],
    });
  }
  return all;
}

function answers(observation: string | undefined, outcomes: string | undefined): readonly Answer[] {
  if (!isObservation(observation)) return [];
  return [{ observation, outcomes: Number(outcomes) }];
}

const isObservation = (text: string | undefined): text is Observation =>
  text === 'Never' || text === 'Sometimes' || text === 'Always';

/** Compares with the answer for our model, if there is one; otherwise with one of a weaker model, whose outcomes
 *  bound ours. Null: there is none. Armv8 is no bound for tso: our x86 has plain accesses where Armv8 keeps a release
 *  before a later acquire. */
export function compare(expected: Expected, ours: Answer, model: MemoryModel): Comparison | null {
  if (model === 'armv8' && expected.armv8.length > 0)
    return expected.armv8.some((herd) => isSame(herd, ours)) ? 'agreed' : 'disagreed';
  const bound = model === 'sc' && expected.armv8.length > 0 ? expected.armv8 : expected.lkmm;
  if (bound.length === 0) return null;
  if (!bound.some((herd) => isWithin(ours, herd))) return 'disagreed';
  return bound.some((herd) => isSame(herd, ours)) ? 'agreed' : 'stronger';
}

const isSame = (a: Answer, b: Answer): boolean =>
  a.observation === b.observation && a.outcomes === b.outcomes;

/** Whether `ours` may be a part of `herd`'s outcomes. */
function isWithin(ours: Answer, herd: Answer): boolean {
  if (ours.outcomes > herd.outcomes) return false;
  return ours.outcomes === 0 || herd.observation === 'Sometimes' || ours.observation === herd.observation;
}
