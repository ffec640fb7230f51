/** Checkpoints, spoiled: any bytes, and what they say of themselves with a hash that is right. The values and states in
 *  them are a model's and the engine's own; only their hash speaks for those. */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { long } from '../../checker/cli/toy-spec.ts';
import { abortedAfter } from '../../checker/explore/aborted-after.ts';
import { checkNow } from '../../checker/explore/check.ts';
import { heddleVersion } from '../../checker/report/version.ts';
import { changed, changes, textOf } from './json.ts';
import { kindOf, put } from './kind.ts';
import { complaintAbout, complaintAboutFiles, ranHere } from './oracle.ts';
import { edited, edits } from './text.ts';

/** The footer's length, four bytes, and the hash. */
const TAIL = 4 + 32;

const sound = { bfs: kept('bfs'), dfs: kept('dfs') };

/** A run that was interrupted after a few slices. */
function kept(search: 'bfs' | 'dfs'): string {
  const folder = mkdtempSync(join(tmpdir(), 'heddle-fuzz-'));
  const file = join(folder, 'kept');
  const run = { spec: 'long', variant: 'counts', model: 'sc' };
  const checkpoint = { file, every: 1e9, run, program: { heddle: heddleVersion, sources: 'unknown' } };
  try {
    checkNow(long.variants[0]!.build('sc'), { search, signal: abortedAfter(9), checkpoint });
    return readFileSync(file, 'latin1');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const how: fc.Arbitrary<How> = fc.oneof(
  fc.record({
    kind: fc.constant('bytes' as const),
    edits: edits(['heddle checkpoint\n', '"states":', '[]', '0,']),
  }),
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('structure' as const), changes }) },
);

type How =
  | { readonly kind: 'bytes'; readonly edits: Parameters<typeof edited>[1] }
  | { readonly kind: 'structure'; readonly changes: Parameters<typeof changed>[1] };

function spoiled(bytes: string, how: How): string {
  if (how.kind === 'bytes') return edited(bytes, how.edits);
  const file = Buffer.from(bytes, 'latin1');
  const end = file.length - TAIL - file.readUInt32LE(file.length - TAIL);
  const footer = changed(JSON.parse(file.subarray(end, file.length - TAIL).toString()), how.changes);
  const text = Buffer.from(textOf(footer));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  const body = Buffer.concat([file.subarray(0, end), text, length]);
  return Buffer.concat([body, createHash('sha256').update(body).digest()]).toString('latin1');
}

const input = fc.record({ search: fc.constantFrom('bfs' as const, 'dfs' as const), how });

export const checkpoints = kindOf(
  'checkpoints',
  { cases: 3000, sample: 40 },
  input,
  async (input, folder) => {
    const { search, how } = input;
    const file = put(folder, 'kept', spoiled(sound[search], how));
    const argv = [
      'check',
      '--resume',
      file,
      '--search',
      search,
      '--max-states',
      '6000',
      '--out',
      `${folder}/out`,
    ];
    const ran = await ranHere([long], argv);
    const complaint = complaintAbout(ran) ?? complaintAboutFiles(folder);
    if (complaint !== null) return complaint;
    return ran.code === 2 && !ran.stderr.includes(file) ? `the file is not named: ${ran.stderr}` : null;
  },
);
