/** The files of an output folder, spoiled, and then read by everything that reads them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { bad, good } from '../../checker/cli/toy-spec.ts';
import { changed, changes, textOf } from './json.ts';
import { kindOf } from './kind.ts';
import { complaintAbout, complaintAboutFiles, ranHere } from './oracle.ts';
import { edited, edits } from './text.ts';

const specs = [good, { ...bad, variants: bad.variants.filter(({ name }) => name !== 'bug') }];

/** An output folder as it should be, by the names of its files. */
const sound = await outputFolder();
const names = [...sound.keys()].sort();
const words = [...new Set([...sound.values()].flatMap((text) => text.match(/\w+|[^\s\w]/g) ?? []))].sort();

async function outputFolder(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-fuzz-'));
  try {
    await ranHere(specs, ['check', '--model', 'sc', '--out', folder]);
    const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((it) => it.isFile());
    return new Map(
      files.map(({ parentPath, name }) => {
        const path = join(parentPath, name);
        return [path.slice(folder.length + 1), readFileSync(path, 'latin1')];
      }),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Commands that read the folder `out`. */
const checks: readonly (readonly string[])[] = [
  ['check', 'good/v7.1', '--model', 'sc', '--out', 'OUT'],
  ['check', 'good', '--model', 'sc', '--out', 'OUT'],
];
const others: readonly (readonly string[])[] = [['report', '--html', 'OUT/page.html', '--from', 'OUT']];

const how = fc.oneof<fc.Arbitrary<How>[]>(
  fc.record({ kind: fc.constant('bytes'), edits: edits(words) }),
  fc.record({ kind: fc.constant('structure'), changes }),
  fc.record({ kind: fc.constant('other'), text: fc.constantFrom('', 'null', '[]', '{}', '0') }),
);

type How =
  | { readonly kind: 'bytes'; readonly edits: Parameters<typeof edited>[1] }
  | { readonly kind: 'structure'; readonly changes: Parameters<typeof changed>[1] }
  | { readonly kind: 'other'; readonly text: string };

function spoiled(text: string, how: How): string {
  if (how.kind === 'other') return how.text;
  if (how.kind === 'bytes') return edited(text, how.edits);
  try {
    return textOf(changed(JSON.parse(text), how.changes));
  } catch (error) {
    // It is no JSON.
    if (error instanceof SyntaxError) return text.slice(0, 100);
    throw error;
  }
}

/** Making a page takes its time. */
const reader = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...checks) },
  { weight: 1, arbitrary: fc.constantFrom(...others) },
);

/** Mostly what says what else there is. */
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names.filter((it) => /^[^/]+\.json$/.test(it))) },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);

const input = fc.record({ name, how, reader });

export const results = kindOf(
  'results',
  { cases: 5000, sample: 25 },
  input,
  async ({ name, how, reader }, folder) => {
    const out = join(folder, 'out');
    for (const [file, text] of sound) {
      mkdirSync(dirname(join(out, file)), { recursive: true });
      writeFileSync(join(out, file), file === name ? spoiled(text, how) : text, 'latin1');
    }
    const argv = reader.map((word) => word.replace('OUT', out));
    const ran = await ranHere(specs, argv);
    const complaint = complaintAbout(ran);
    if (complaint !== null) return complaint;
    // It was interrupted if this machine has much else to do.
    if (argv[0] !== 'check' || ran.code === 130) return null;
    if (ran.code !== 0) return `exit code ${ran.code}: ${ran.stderr}`;
    const isRewritten = /^(good\.json|junit)/.test(name) || (argv[1] === 'good' && /^traces.good/.test(name));
    if (isRewritten) return complaintAboutFiles(out);
    return readFileSync(join(out, name), 'latin1') === spoiled(sound.get(name)!, how)
      ? null
      : `${name} was changed`;
  },
);
