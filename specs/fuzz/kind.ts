/** A kind of input that is fuzzed, and how its cases are run. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';

/** Called before each case with what it is. */
export type OnCase = (shown: string) => void;

export interface Kind {
  readonly name: string;
  /** How many cases `npm run fuzz` runs if nobody says how many. */
  readonly cases: number;
  /** How many the tests run. */
  readonly sample: number;
  /** Runs so many cases; the smallest one that was found to go wrong, and how, or null. */
  run(seed: number, cases: number, onCase?: OnCase): Promise<Finding | null>;
}

export interface Finding {
  readonly input: string;
  readonly complaint: string;
  /** Cases until then, not counting those by which it was made smaller. */
  readonly cases: number;
}

/** A case takes longer than this, in milliseconds, only if something is wrong. */
const LONGEST = 10_000;

/** A kind whose cases are drawn from `arbitrary`. `complain` runs one, in an empty folder of its own, and tells what is
 *  wrong with what came of it, or null. */
export function kindOf<T>(
  name: string,
  {
    cases,
    sample,
    longest = LONGEST,
  }: { readonly cases: number; readonly sample: number; readonly longest?: number },
  arbitrary: fc.Arbitrary<T>,
  complain: (input: T, folder: string) => Promise<string | null>,
): Kind {
  return {
    name,
    cases,
    sample,
    async run(seed, numRuns, onCase = () => {}) {
      const property = fc.asyncProperty(arbitrary, async (input) => {
        onCase(fc.stringify(input));
        const folder = mkdtempSync(join(tmpdir(), 'heddle-fuzz-'));
        try {
          const begun = performance.now();
          const complaint = await complain(input, folder);
          const took = performance.now() - begun;
          if (complaint !== null) throw new Error(complaint);
          if (took > longest) throw new Error(`it took ${(took / 1000).toFixed(0)} s`);
        } finally {
          rmSync(folder, { recursive: true, force: true });
        }
      });
      const done = await fc.check(property, { seed, numRuns });
      if (!done.failed) return null;
      const complaint = done.errorInstance instanceof Error ? done.errorInstance.message : 'unknown';
      return { input: fc.stringify(done.counterexample?.[0]), complaint, cases: done.numRuns };
    },
  };
}

/** Writes a text of bytes. */
export function put(folder: string, name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text, 'latin1');
  return file;
}
