/** `npm run conformance -- --mutants [pattern]`: is every rule of the memory model needed by some test? Each rule is
 *  dropped or weakened in a copy of the sources, and its family of tests has to notice. */
import { existsSync } from 'node:fs';
import type { Mutant } from './mutant.ts';
import { mutants } from './mutants-list.ts';
import { type Fate, fate, occurrences, workshop, wrongAnyway } from './mutants-run.ts';

interface Tried {
  readonly mutant: Mutant;
  readonly fate: Fate;
}

/** Prints the table. True if every mutant was killed that is not said to be equivalent. */
export async function tryMutants(corpus: string, jobs: number, pattern = ''): Promise<boolean> {
  const wanted = mutants.filter(({ rule }) => new RegExp(pattern).test(rule));
  const stale = wanted.filter((m) => occurrences(m) !== 1);
  for (const m of stale) {
    console.log(`${m.rule}: the text to replace occurs ${occurrences(m)} times in ${m.file}: ${m.find}`);
  }
  if (stale.length > 0) return false;
  if (!existsSync(corpus))
    console.log('no ../shared/litmus: only classics, tests of premises and random programs');

  const start = performance.now();
  const folder = workshop();
  const tried = await tryAll(wanted, folder, corpus, jobs);
  const killers = tried.flatMap((one) =>
    one.fate.kind === 'killed' && one.fate.test !== '' ? [one.fate.test] : [],
  );
  const wrong = await wrongAnyway([...new Set(killers)], folder, corpus);
  for (const w of wrong)
    console.log(`NO KILLER: ${w.test} is wrong without a mutant: ${w.expected}, here ${w.here}`);
  const fates = tried.map(fateOf);
  const count = (fate: string): number => fates.filter((f) => f === fate).length;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const kinds = ['killed', 'equivalent', 'SURVIVED', 'UNDECIDED', 'KILLED, THOUGH SAID TO BE EQUIVALENT'];
  const counts = kinds.filter((kind) => count(kind) > 0).map((kind) => `${count(kind)} ${kind}`);
  console.log(`${tried.length} mutants: ${counts.join(', ')}; ${seconds} s`);
  return wrong.length === 0 && count('killed') + count('equivalent') === tried.length;
}

async function tryAll(
  wanted: readonly Mutant[],
  folder: string,
  corpus: string,
  jobs: number,
): Promise<readonly Tried[]> {
  const tried: Tried[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let mutant = wanted[next++]; mutant !== undefined; mutant = wanted[next++]) {
      const one: Tried = { mutant, fate: await fate(mutant, folder, corpus) };
      tried.push(one);
      console.log(line(one));
    }
  };
  await Promise.all(Array.from({ length: jobs }, worker));
  return tried;
}

/** What became of it. Where an argument says that no test can tell, a test that does refutes the argument. */
function fateOf({ mutant, fate }: Tried): string {
  if (mutant.equivalent === undefined) return fate.kind === 'killed' ? 'killed' : fate.kind.toUpperCase();
  if (fate.kind === 'killed') return 'KILLED, THOUGH SAID TO BE EQUIVALENT';
  return fate.kind === 'survived' ? 'equivalent' : 'UNDECIDED';
}

function line(one: Tried): string {
  const { mutant, fate } = one;
  const where = `${mutant.rule} | ${mutant.family} | ${fate.tests} tests | ${fateOf(one)}`;
  if (fate.kind === 'killed') return `${where} by ${fate.test}: ${fate.how}`;
  return mutant.equivalent === undefined ? where : `${where}: ${mutant.equivalent}`;
}
