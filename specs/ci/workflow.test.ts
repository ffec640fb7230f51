/** Holds the example workflow to what its jobs call: the commands must be ones that heddle understands. */
import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { addCiOptions } from '../../checker/cli/ci-options.ts';
import { shardOf } from '../../checker/gate/shard.ts';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly if?: string;
  readonly with?: Readonly<Record<string, string>>;
}
interface Job {
  readonly needs?: string;
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly strategy?: {
    readonly 'fail-fast': boolean;
    readonly matrix: { readonly part: readonly number[] };
  };
  readonly steps: readonly Step[];
}

const workflow: { readonly on: object; readonly jobs: Readonly<Record<string, Job>> } = parse(
  readFileSync(new URL('./heddle.yml', import.meta.url), 'utf8'),
  { strict: true },
);
const { check, verdict } = workflow.jobs;
const commandsOf = (job: Job) =>
  job.steps.flatMap(({ run = '' }) => (run.includes('heddle ') ? [run.trim().split(/\s+/)] : []));

test('it has a job for the parts, and one for the whole that needs them all', () => {
  expect(Object.keys(workflow.jobs)).toEqual(['check', 'verdict']);
  expect(Object.keys(workflow.on)).toEqual(['push', 'pull_request']);
  expect([verdict!.needs, verdict!.if]).toEqual(['check', 'always()']);
  for (const { steps } of [check!, verdict!])
    for (const step of steps) expect((step.uses ?? step.run ?? '') === '').toBe(false);
});

test('every part is checked, and all are parts of one whole', () => {
  const { part } = check!.strategy!.matrix;
  const [args] = commandsOf(check!);
  const shard = args![args!.indexOf('--shard') + 1] ?? '';
  expect(args).toContain('--shard');
  // The parser has split the expression at its blanks.
  const [, of] = /--shard \$\{\{ matrix\.part \}\}\/(\d+)/.exec(args!.join(' ')) ?? [];
  expect(shard).toBe('${{');
  expect(part.map((index) => shardOf(`${index}/${of}`))).toEqual(
    part.map((index) => ({ index, of: part.length })),
  );
  expect(check!.strategy!['fail-fast']).toBe(false);
});

test('heddle knows the options that are used', () => {
  const known = addCiOptions(new Command()).options.map(({ long }) => long);
  const [parts] = commandsOf(check!);
  const [whole] = commandsOf(verdict!);
  const options = (args: readonly string[]) => args.filter((arg) => arg.startsWith('--'));
  expect(options(parts!)).toEqual(['--shard', '--baseline', '--out', '--traces']);
  expect(options(whole!)).toEqual(['--out', '--ci']);
  expect(known).toEqual(expect.arrayContaining(['--shard', '--baseline', '--ci']));
});

test('what the parts upload is what the whole downloads, and its SARIF is uploaded with the right to do so', () => {
  const uploaded = check!.steps.find(({ uses = '' }) => uses.startsWith('actions/upload-artifact'))!.with!;
  const downloaded = verdict!.steps.find(({ uses = '' }) => uses.startsWith('actions/download-artifact'))!
    .with!;
  expect([uploaded.name, uploaded.path]).toEqual(Array(2).fill(`part-\${{ matrix.part }}`));
  expect(downloaded).toEqual({ pattern: 'part-*', path: 'parts' });
  expect(commandsOf(verdict!)[0]!.slice(0, 6).join(' ')).toBe('npx heddle merge parts/* --out merged');
  const sarif = verdict!.steps.find(({ uses = '' }) => uses.includes('upload-sarif'))!;
  expect(sarif.with!.sarif_file).toBe('merged/heddle.sarif');
  expect(verdict!.permissions!['security-events']).toBe('write');
});
