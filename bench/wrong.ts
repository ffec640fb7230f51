/** Wrong variants of the reference model: a contender that does not find them bad has not checked anything. */
import { explore } from './contest.ts';
import type { Explored } from './explored.ts';
import type { Size } from './reference-model.ts';
import { table } from './report.ts';
import { runPan, withPan } from './spin.ts';
import { describe } from './subject.ts';

interface Wrong {
  readonly what: string;
  readonly size: Size;
  /** Of the shortest counterexample, on which Rumur, LTSmin and TLC agree. */
  readonly steps: number;
}

const two = { k: 2, p: 2, m: 2 };

const variants: readonly Wrong[] = [
  { what: 'no barrier between PTE and version', size: { ...two, tso: true, nobar: true }, steps: 12 },
  { what: 'the STE written before the version', size: { ...two, wrongA: true }, steps: 8 },
  { what: 'the version read before the PTE is cleared', size: { ...two, wrongU: true }, steps: 9 },
];

/** Runs them all; a sentence for each that was missed, or found in another way than the shortest. */
export function findWrong(withSpin: boolean): { readonly text: string; readonly missed: readonly string[] } {
  const tried = variants.map((variant) => {
    const heddle: Explored = explore('heddle', { kind: 'reference', ...variant.size });
    return { variant, heddle, spin: withSpin ? withPan(variant.size, 'full', runPan) : null };
  });
  const missed = tried.flatMap(({ variant: { what, steps }, heddle, spin }) => [
    ...(heddle.steps === steps
      ? []
      : [`${what}: heddle finds it in ${heddle.steps ?? 'no'} steps, not ${steps}`]),
    ...(spin === null || isFound(spin) ? [] : [`${what}: SPIN does not find it: ${spin.why}`]),
  ]);
  const rows = tried.map(({ variant, heddle, spin }) => [
    variant.what,
    describe({ kind: 'reference', ...variant.size }),
    heddle.steps === null ? heddle.why : `violated, ${heddle.steps} steps`,
    spin === null ? 'skipped' : isFound(spin) ? 'violated' : spin.why,
  ]);
  const head = ['wrong variant', 'size', 'heddle', 'SPIN'];
  return { text: `## Wrong variants, which have to be found\n\n${table(head, rows)}\n`, missed };
}

function isFound({ holds, why }: Explored): boolean {
  return !holds && why.startsWith('assertion violated');
}
