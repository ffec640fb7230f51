/** The classic litmus tests, written for this repository. The first comment of each says what is to be expected under
 *  each memory model: the verdict on its condition, and the number of outcomes. With two values for each of the n
 *  registers or cells that are asked for that is mostly 2^n, or 2^n - 1 where the condition is forbidden. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { examine } from '../../model/litmus/examine.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { machines } from './machines.ts';

const folder = fileURLToPath(new URL('.', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.litmus'));
const models: readonly MemoryModel[] = ['sc', 'tso', 'armv8'];

function observed(text: string, machine: string): string {
  const said = models.map((model) => {
    const report = examine(text, model, machines[machine]!, { maxStates: 100_000 });
    return report.kind === 'answered'
      ? `${model} ${report.observation} ${report.outcomes.length}`
      : `${model}: ${report.why}`;
  });
  return said.join('; ');
}

const expected = (text: string): string | undefined => /\(\* (sc [^\n]*)/.exec(text)?.[1];

test('there are as many classics as there should be, each with its own name', () => {
  expect(files).toHaveLength(81);
  for (const file of files) {
    const name = /^(?:C|AArch64) (.*)/.exec(readFileSync(`${folder}${file}`, 'utf8'))?.[1];
    expect(`${name}.litmus`).toBe(file);
  }
});

test.each(files)('%s is allowed or forbidden as it says under sc, tso and armv8', (file) => {
  const text = readFileSync(`${folder}${file}`, 'utf8');
  expect(observed(text, 'lag')).toBe(expected(text));
});
