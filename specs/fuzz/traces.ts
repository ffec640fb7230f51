/** Saved traces, spoiled: as text, and in their structure with a right and with a wrong hash. */
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import stringify from 'safe-stable-stringify';
import { bad, good } from '../../checker/cli/toy-spec.ts';
import { check } from '../../checker/explore/check.ts';
import { traceFileText } from '../../checker/report/trace-file.ts';
import type { Spec } from '../../checker/spec.ts';
import { changed, changes, textOf } from './json.ts';
import { kindOf, put } from './kind.ts';
import { complaintAbout, ranHere } from './oracle.ts';
import { edited, edits } from './text.ts';

const specs = [good, bad];

/** The trace of a variant as `heddle check` saves it. */
async function saved(spec: Spec, name: string): Promise<string> {
  const variant = spec.variants.find((it) => it.name === name)!;
  const { verdict } = await check(variant.build('sc'), { search: 'bfs' });
  if (!('trace' in verdict)) throw new Error(`${name} has no trace`);
  return traceFileText({ spec: spec.name, variant: name, model: 'sc', trace: verdict.trace });
}

const texts = await Promise.all([saved(good, 'no smp_mb()'), saved(good, 'waits'), saved(bad, 'never ends')]);
const words = [...new Set(texts.flatMap((text) => text.match(/\w+|[^\s\w]/g) ?? []))].sort();

/** The file with its hash made right. */
function rehashed(file: unknown): unknown {
  if (typeof file !== 'object' || file === null || Array.isArray(file)) return file;
  const { spec, variant, model, trace } = file as Record<string, unknown>;
  try {
    const sum = createHash('sha256').update(stringify({ spec, variant, model, trace }) ?? '');
    return { ...file, sha256: sum.digest('hex') };
  } catch {
    return file;
  }
}

const input = fc.record({
  text: fc.nat({ max: texts.length - 1 }),
  how: fc.oneof<fc.Arbitrary<How>[]>(
    fc.record({ kind: fc.constant('bytes'), edits: edits(words) }),
    fc.record({ kind: fc.constant('structure'), changes, isHashRight: fc.boolean() }),
  ),
});

type How =
  | { readonly kind: 'bytes'; readonly edits: Parameters<typeof edited>[1] }
  | {
      readonly kind: 'structure';
      readonly changes: Parameters<typeof changed>[1];
      readonly isHashRight: boolean;
    };

function spoiled(text: string, how: How): string {
  if (how.kind === 'bytes') return edited(text, how.edits);
  const file = changed(JSON.parse(text), how.changes);
  return textOf(how.isHashRight ? rehashed(file) : file);
}

/** The file of one of them. */
export const aTrace = texts[0]!;

export const traces = kindOf(
  'traces',
  { cases: 10_000, sample: 60 },
  input,
  async ({ text, how }, folder) => {
    const file = put(folder, 'trace.json', spoiled(texts[text]!, how));
    const ran = await ranHere(specs, ['trace', file]);
    const complaint = complaintAbout(ran);
    if (complaint !== null) return complaint;
    return ran.code === 2 && !ran.stderr.includes(file) ? `the file is not named: ${ran.stderr}` : null;
  },
);
