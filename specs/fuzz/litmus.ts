/** Litmus files, spoiled. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { herdText } from '../litmus/herd-text.ts';
import { work } from '../litmus/work.ts';
import { kindOf, put } from './kind.ts';
import { edited, edits } from './text.ts';

const folder = fileURLToPath(new URL('../litmus', import.meta.url));
const files = readdirSync(folder)
  .filter((name) => name.endsWith('.litmus'))
  .sort();
const texts = files.map((name) => readFileSync(`${folder}/${name}`, 'latin1'));

/** Words of both dialects, so that what is put in is sometimes in place. */
const words = [...new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w+|[^\s\w]+/g) ?? []))].sort();

const LIMITS = { maxStates: 1000, maxSeconds: 2, maxBytes: 2 ** 31 };

const input = fc.record({
  file: fc.constantFrom(...files),
  edits: edits(words),
  model: fc.constantFrom('armv8' as const, 'tso' as const, 'sc' as const),
});

export const litmus = kindOf(
  'litmus',
  { cases: 20_000, sample: 120 },
  input,
  async ({ file, edits, model }, at) => {
    const path = put(at, 'spoiled.litmus', edited(texts[files.indexOf(file)]!, edits));
    try {
      const report = work({ path, model, machine: 'lag', limits: LIMITS });
      if (report.kind === 'answered') herdText(report);
      else if (report.why === '' || report.why.length > 1000) return `it says ${report.why.slice(0, 300)}`;
      else if (
        /\b(undefined|NaN|\[object)\b/.test(report.why) &&
        !/undefined|NaN/.test(JSON.stringify(edits))
      )
        return `it says ${report.why}`;
      return null;
    } catch (error) {
      return error instanceof Error ? `${error.stack}` : String(error);
    }
  },
);
