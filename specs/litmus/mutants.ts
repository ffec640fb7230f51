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
  const hasCorpus = existsSync(corpus);
  if (!hasCorpus) console.log('no ../shared/litmus: only classics, tests of premises and random programs');

  const start = performance.now();
  const folder = workshop();
  const tried = await tryAll(wanted, folder, corpus, jobs);
  const killers = tried.flatMap((one) =>
    one.fate.kind === 'killed' && one.fate.test !== '' ? [one.fate.test] : [],
  );
  const wrong = await wrongAnyway([...new Set(killers)], folder, corpus);
  for (const w of wrong)
    console.log(`NO KILLER: ${w.test} is wrong without a mutant: ${w.expected}, here ${w.here}`);
  const survivors = tried.filter(
    (one) => one.fate.kind === 'survived' && one.mutant.equivalent === undefined,
  );
  const equivalent = tried.filter((one) => one.fate.kind === 'survived').length - survivors.length;
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  const killed = tried.length - survivors.length - equivalent;
  console.log(
    `${tried.length} mutants: ${killed} killed, ${survivors.length} survived, ${equivalent} equivalent; ${seconds} s`,
  );
  // Some rules are only exercised by herd7's tests.
  return wrong.length === 0 && (survivors.length === 0 || !hasCorpus);
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

function line({ mutant, fate }: Tried): string {
  const where = `${mutant.rule} | ${mutant.family} | ${fate.tests} tests`;
  if (fate.kind === 'killed') return `${where} | killed by ${fate.test}: ${fate.how}`;
  return mutant.equivalent === undefined
    ? `${where} | SURVIVED`
    : `${where} | equivalent: ${mutant.equivalent}`;
}
