/** Which of the saved counterexamples can be said as litmus tests, and why the others cannot: prints how many, and writes
 *  the tests into a folder if one is named. `npx tsx specs/litmus/every-export.ts [part of a name] [folder]` */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ExportedRun, statesOf } from '../../checker/export/run.ts';
import { parseTraceFile } from '../../checker/report/trace-file.ts';
import { UsageError } from '../../checker/system.ts';
import { replay } from '../../checker/trace/replay.ts';
import { specs } from '../index.ts';
import { litmusOf } from './export.ts';

const traces = fileURLToPath(new URL('../../results/traces/', import.meta.url));

/** A saved counterexample, replayed. */
export function savedRun(name: string): ExportedRun {
  const { spec, variant, model, trace } = parseTraceFile(readFileSync(`${traces}${name}.json`, 'utf8'), name);
  const system = specs
    .find((s) => s.name === spec)
    ?.variants.find((v) => v.name === variant)
    ?.build(model);
  if (system === undefined) throw new UsageError(`${name}: there is no such variant any more`);
  const replayed = replay(system, trace.steps, trace.repeats);
  return { spec, variant, model, system, trace: replayed, states: statesOf(system, replayed) };
}

function main([part = '', folder]: readonly string[]): void {
  const names = readdirSync(traces).filter((file) => file.endsWith('.json') && file.includes(part));
  const refused = new Map<string, number>();
  let said = 0;
  if (folder !== undefined) mkdirSync(folder, { recursive: true });
  for (const name of names.map((file) => file.slice(0, -'.json'.length))) {
    try {
      const text = litmusOf(savedRun(name));
      said += 1;
      if (folder !== undefined) writeFileSync(join(folder, `${name}.litmus`), text);
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      const why = error.message.split('\n')[0]!.replace(/\d+/g, 'N');
      refused.set(why, (refused.get(why) ?? 0) + 1);
    }
  }
  process.stdout.write(`${said} of ${names.length} can be said, and are allowed\n`);
  for (const [why, count] of [...refused].sort((a, b) => b[1] - a[1]))
    process.stdout.write(`${count}  ${why}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main(process.argv.slice(2));
