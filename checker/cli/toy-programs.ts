/** Programs for tests: a counter that may be changed to count further, to stop early, or to be none. */

import type { Programs, ProposedChange } from '../matrix/changes.ts';
import { ModelBug, type System } from '../system.ts';
import { counters } from './toy-spec.ts';

export interface ToyEdit {
  readonly upTo?: number;
  readonly below?: number;
  readonly stuck?: string;
  readonly witness?: string;
  readonly bug?: string;
}

const change = (name: string, edit: ToyEdit, more: Partial<ProposedChange> = {}): ProposedChange => ({
  id: `count_up.${name}.dropped`,
  fn: 'count_up',
  text: `${name}()`,
  programs: ['P0'],
  sort: 'fence',
  change: 'dropped',
  edit,
  code: JSON.stringify(edit),
  touches: [['count_up(): n++;']],
  ...more,
});

const BEFORE = `in count_up(): n++;`;

/** One change for every answer that a cell can have. */
export const toyChanges: readonly ProposedChange[] = [
  change('smp_mb', { below: 2 }),
  change('smp_wmb', { upTo: 2 }),
  change('smp_rmb', { upTo: 2, stuck: 'P0 waits for nobody.' }),
  change('witnessed', { witness: 'counts to 9' }),
  change('long', { upTo: 1000 }),
  change('n', { bug: `'n' is read before it is given a value, ${BEFORE}` }),
  change('odd', { bug: 'counts backwards' }),
  change('unused', {}, { touches: [['count_up(): n++;'], ['count_up(): n--;']] }),
  change('begun', { upTo: 3 }, { touches: [['count_up(): n = 0;']], sort: 'order', change: 'behind n++;' }),
];

export function toyPrograms(changes: readonly ProposedChange[] = toyChanges): Programs & {
  /** Edits that were built, in order. */
  readonly built: readonly ToyEdit[];
} {
  const built: ToyEdit[] = [];
  return {
    built,
    changesOf: () => ({ code: 'as it is', begun: ['count_up(): n = 0;'], apart: {}, changes }),
    lineOf: () => 'count_up(): n++;',
    both: (a, b) => ({ ...(a as ToyEdit), ...(b as ToyEdit) }),
    build: (_variant, _model, edit): System => {
      const { bug, ...toy } = edit as ToyEdit;
      built.push(edit as ToyEdit);
      if (bug !== undefined) throw new ModelBug(bug);
      return counters({ upTo: 2, ...toy });
    },
  };
}
