/** Runs in a copy of the sources with a mutant: asks one question after the other up to the first wrong answer, which
 *  is written to stdout. argv: families, the corpus, tests to restrict it to (empty: all); each as JSON. */
import { families } from './mutants-families.ts';
import { type Answers, type Question, questionsOf } from './mutants-questions.ts';

/** What a child found. */
export interface Found {
  readonly tests: number;
  readonly wrong: readonly (Answers & { readonly test: string })[];
}

interface Asked {
  readonly families: readonly (keyof typeof families)[];
  readonly corpus: string;
  /** Null: all of the families', up to the first wrong answer. */
  readonly only: readonly string[] | null;
}

function answer(question: Question): Answers | null {
  try {
    return question.ask();
  } catch (error) {
    return { expected: 'an answer', here: String(error).split('\n')[0]! };
  }
}

async function main({ families: names, corpus, only }: Asked): Promise<void> {
  // Whoever started this is gone when its end of the pipe is.
  process.stdin.on('end', () => process.exit(1)).resume();
  const asked = new Set<string>();
  const wrong: (Answers & { test: string })[] = [];
  for (const source of names.flatMap((name) => families[name])) {
    for (const question of questionsOf(source, corpus)) {
      if (asked.has(question.test) || (only !== null && !only.includes(question.test))) continue;
      asked.add(question.test);
      const answers = answer(question);
      if (answers !== null && answers.expected !== answers.here)
        wrong.push({ test: question.test, ...answers });
      if (only === null && wrong.length > 0) return done(asked.size, wrong);
      await new Promise(setImmediate);
    }
  }
  done(asked.size, wrong);
}

function done(tests: number, wrong: Found['wrong']): void {
  const found: Found = { tests, wrong };
  process.stdout.write(JSON.stringify(found), () => process.exit(0));
}

await main(JSON.parse(process.argv[2]!));
