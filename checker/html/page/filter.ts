/** Which jobs the table shows, and in which order. */
import type { WrittenRun } from '../../report/json.ts';
import type { PageData, PageSpec, PageVariant } from '../data.ts';
import type { Choice } from './route.ts';
import { isExpected, verdictOf } from './words.ts';

/** A variant with those of its runs that were asked for. */
export interface ShownVariant {
  readonly variant: PageVariant;
  readonly runs: ReadonlySet<WrittenRun>;
}

export interface ShownSpec {
  readonly spec: PageSpec;
  readonly variants: readonly ShownVariant[];
}

/** The specs with their variants, where there is something to show. */
export function shownSpecs({ specs }: PageData, choice: Choice): readonly ShownSpec[] {
  const words = choice.words.toLowerCase().split(/\s+/).filter(Boolean);
  const shown = specs.flatMap((spec): readonly ShownSpec[] => {
    const variants = spec.variants.flatMap((variant): readonly ShownVariant[] => {
      const runs = variant.runs.filter((run) => isWanted(spec, run, choice, words));
      return runs.length > 0 ? [{ variant, runs: new Set(runs) }] : [];
    });
    return variants.length > 0 ? [{ spec, variants }] : [];
  });
  if (!choice.unexpectedFirst) return shown;
  const unexpected = ({ runs }: ShownVariant) => ![...runs].every(isExpected);
  return first(
    shown.map(({ spec, variants }) => ({ spec, variants: first(variants, unexpected) })),
    ({ variants }) => variants.some(unexpected),
  );
}

function isWanted(spec: PageSpec, run: WrittenRun, choice: Choice, words: readonly string[]): boolean {
  if (choice.model !== '' && run.model !== choice.model) return false;
  if (choice.kind === 'unexpected' && isExpected(run)) return false;
  if (choice.kind !== '' && choice.kind !== 'unexpected' && run.verdict.kind !== choice.kind) return false;
  const text = textOf(spec, run);
  return words.every((word) => text.includes(word));
}

const texts = new WeakMap<WrittenRun, string>();

/** What the words are looked for in. */
function textOf({ name, title }: PageSpec, run: WrittenRun): string {
  const known = texts.get(run);
  if (known !== undefined) return known;
  const { variant, about, model } = run;
  const expected = isExpected(run) ? '' : 'unexpected';
  const text = [name, title, variant, about, model, verdictOf(run), expected].join(' ').toLowerCase();
  texts.set(run, text);
  return text;
}

/** Those that `come` before the others, both in their order. */
function first<T>(items: readonly T[], come: (item: T) => boolean): readonly T[] {
  return [...items.filter(come), ...items.filter((item) => !come(item))];
}

/** The memory models of the runs, in the order of the variant that has the most. */
export function modelsOf({ specs }: PageData): readonly string[] {
  const variants = specs.flatMap((spec) => spec.variants);
  const longest = [...variants].sort((a, b) => b.runs.length - a.runs.length);
  return [...new Set(longest.flatMap(({ runs }) => runs.map(({ model }) => model)))];
}
