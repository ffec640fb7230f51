/** The files of an output folder, spoiled, and then read by everything that reads them. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { bad, good } from '../../checker/cli/toy-spec.ts';
import { type Matrix, matrixSchema } from '../../checker/matrix/matrix.ts';
import { heddleVersion } from '../../checker/report/version.ts';
import { changed, changes, textOf } from './json.ts';
import { kindOf } from './kind.ts';
import { complaintAbout, complaintAboutFiles, ranHere } from './oracle.ts';
import { edited, edits } from './text.ts';

const specs = [good, { ...bad, variants: bad.variants.filter(({ name }) => name !== 'bug') }];

/** What `heddle matrix` writes, in short. */
const aMatrix: Matrix = {
  kind: 'heddle matrix',
  schema: matrixSchema,
  heddle: heddleVersion,
  spec: 'good',
  variant: 'v7.1',
  models: ['sc'],
  unchanged: { sc: { verdict: 'redundant', states: 3, transitions: 2 } },
  rows: [
    {
      id: 'count_up.smp_mb.dropped',
      fn: 'count_up',
      text: 'smp_mb()',
      programs: ['P0'],
      sort: 'fence',
      change: 'dropped',
      cells: { sc: { verdict: 'needed', by: 'stays small', steps: 1, trace: 'traces/good--no-smp-mb--sc' } },
    },
    {
      id: 'count_up.smp_mb.smp_wmb',
      fn: 'count_up',
      text: 'smp_mb()',
      programs: ['P0'],
      sort: 'fence',
      change: 'smp_wmb()',
      cells: { sc: { verdict: 'redundant', states: 3, transitions: 2 } },
    },
  ],
};

/** An output folder as it should be, by the names of its files. */
export const sound = await outputFolder();
const names = [...sound.keys()].sort();
const words = [...new Set([...sound.values()].flatMap((text) => text.match(/\w+|[^\s\w]/g) ?? []))].sort();

async function outputFolder(): Promise<ReadonlyMap<string, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-fuzz-'));
  try {
    await ranHere(specs, ['check', '--model', 'sc', '--out', folder, '--shard', '1/1']);
    await ranHere(specs, ['baseline', '--update', '--out', folder, '--baseline', `${folder}/baseline.json`]);
    mkdirSync(join(folder, 'matrix'));
    writeFileSync(join(folder, 'matrix', 'good.json'), JSON.stringify(aMatrix));
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

/** Puts a sound folder at a place, with a say in what its files hold. */
export function furnish(folder: string, content: (file: string, text: string) => string): void {
  for (const [file, text] of sound) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), content(file, text), 'latin1');
  }
}

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

const reader = fc.oneof(fc.constantFrom(...checks), { weight: 3, arbitrary: fc.constantFrom(...others) });

/** Mostly what says what else there is. */
const name = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...names.filter((it) => /^(matrix.)?[^/]+\.json$/.test(it))) },
  { weight: 1, arbitrary: fc.constantFrom(...names) },
);

const input = fc.record({ name, how, reader });

export const results = kindOf(
  'results',
  { cases: 5000, sample: 25 },
  input,
  async ({ name, how, reader }, folder) => {
    const out = join(folder, 'out');
    furnish(out, (file, text) => (file === name ? spoiled(text, how) : text));
    if (reader.join(' ').includes('SOUND')) furnish(join(folder, 'sound'), (_, text) => text);
    const places = { OUT: out, SOUND: join(folder, 'sound'), MERGED: join(folder, 'merged') };
    const argv = reader.map((word) =>
      word.replace(/OUT|SOUND|MERGED/, (it) => places[it as keyof typeof places]),
    );
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
