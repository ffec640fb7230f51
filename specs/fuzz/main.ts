/** `npm run fuzz [-- --seed N --cases N --only KIND]`: spoiled inputs of every kind, more of them than the tests try.
 *  Exits with 1 if something went wrong, after it has said with what. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { kinds } from './kinds.ts';

const { values } = parseArgs({
  options: { seed: { type: 'string' }, cases: { type: 'string' }, only: { type: 'string' } },
});
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const chosen = values.only === undefined ? kinds : kinds.filter(({ name }) => name === values.only);
if (chosen.length === 0 || !Number.isSafeInteger(seed)) {
  process.stderr.write(`--only takes one of ${kinds.map(({ name }) => name).join(', ')}, --seed a number.\n`);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'heddle-fuzzing-'));
const beat = new Int32Array(new SharedArrayBuffer(4));
/** Where nothing goes on for a minute, a case hangs: this thread cannot say so, and another one does. */
const watchdog = new Worker(new URL('./watchdog.mjs', import.meta.url), {
  workerData: { beat, current: join(folder, 'case'), pid: process.pid },
});
watchdog.unref();

let bad = false;
for (const kind of chosen) {
  const cases = Number(values.cases ?? kind.cases);
  const begun = performance.now();
  const found = await kind.run(seed, cases, (shown) => {
    writeFileSync(join(folder, 'case'), `${kind.name}: ${shown}\n`);
    Atomics.add(beat, 0, 1);
  });
  const seconds = ((performance.now() - begun) / 1000).toFixed(1);
  process.stdout.write(
    found === null
      ? `${kind.name}: ${cases} cases, nothing found, ${seconds} s (--seed ${seed})\n`
      : `${kind.name}: case ${found.cases} went wrong, ${seconds} s (--seed ${seed})\n  ${found.input}\n${found.complaint}\n`,
  );
  bad ||= found !== null;
}
await watchdog.terminate();
rmSync(folder, { recursive: true, force: true });
process.exitCode = bad ? 1 : 0;
