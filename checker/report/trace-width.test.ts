/** Both texts of every counterexample that is kept in results/: fit for a mail. */
import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parseTraceFile } from './trace-file.ts';
import { traceLong } from './trace-long.ts';
import { traceText } from './trace-text.ts';

const folder = new URL('../../results/traces/', import.meta.url);
const saved = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .map((name) => parseTraceFile(readFileSync(new URL(name, folder), 'utf8'), name));

test('every line of a kept counterexample is plain ASCII, at most 80 wide and ends without spaces', () => {
  expect(saved.length).toBeGreaterThan(300);
  const bad = saved.flatMap(({ trace, spec, variant, model }) => {
    const title = [`${spec}, "${variant}", memory model ${model}:`];
    const lines = [traceText(trace, title), traceLong(trace, title)].flatMap((text) => text.split('\n'));
    return lines.filter((line) => line.length > 80 || !/^[\x20-\x7e]*$/.test(line) || line.endsWith(' '));
  });
  expect(bad).toEqual([]);
}, 30_000);
