/** `npx tsx specs/conformance.ts [--machine oracle|lag] [--sample N] [dir...]`: do our machines and herd7 say the
 *  same of the AArch64 litmus tests? The tests are not part of the repository: they are looked for beside it. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeConformance, runConformance } from '../model/litmus/conformance.ts';
import type { OutcomeRunner } from '../model/litmus/outcomes.ts';
import { exploreOracle } from '../model/memory/oracle/explore.ts';
import { exploreLag } from './lag-runner.ts';

/** Every machine that can be asked, by name. */
export const runners: Readonly<Record<string, OutcomeRunner>> = {
  oracle: exploreOracle,
  lag: exploreLag,
};

const corpus = fileURLToPath(new URL('../../shared/litmus', import.meta.url));
const everything = ['aarch64/generated', 'aarch64/catalogue', 'aarch64/views'];

function main(): void {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      machine: { type: 'string', default: 'oracle' },
      sample: { type: 'string' },
      states: { type: 'string', default: '300000' },
    },
  });
  const runner = runners[values.machine];
  if (runner === undefined) {
    console.error(`no machine is called ${values.machine}; there are ${Object.keys(runners).join(', ')}`);
    process.exitCode = 2;
    return;
  }
  if (!existsSync(corpus)) {
    console.log('skipped: no litmus tests beside the repository (../shared/litmus)');
    return;
  }
  for (const directory of positionals.length > 0 ? positionals : everything) {
    const sample = values.sample === undefined ? {} : { sample: Number(values.sample) };
    const result = runConformance(runner, {
      root: corpus,
      under: [directory],
      maxStates: Number(values.states),
      ...sample,
    });
    console.log(`${directory} on ${values.machine}: ${describeConformance(result)}`);
    if (result.disagreed.length > 0) process.exitCode = 1;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
