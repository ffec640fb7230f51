import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { hashOfSources } from './hash-of-sources.ts';

test('the hash of the sources is of our own files', () => {
  expect(hashOfSources()).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOfSources()).toBe(hashOfSources());
});

test('any change of what a check runs changes the hash, and none of what it does not', () => {
  const root = mkdtempSync(join(tmpdir(), 'heddle-sources-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
    return hashOfSources(root);
  };
  writeFileSync(join(root, 'package-lock.json'), '{}');
  const first = write('model/a.ts', 'a');
  const hashes = [
    first,
    write('model/a.ts', 'b'),
    write('specs/s/index.ts', 'a'),
    write('checker/explore/bfs.ts', 'a'),
    write('package-lock.json', '{ }'),
  ];
  renameSync(join(root, 'model/a.ts'), join(root, 'model/b.ts'));
  hashes.push(hashOfSources(root));
  expect(new Set(hashes).size).toBe(hashes.length);
  const last = hashes.at(-1);
  expect(write('specs/s/index.test.ts', 'a test')).toBe(last);
  expect(write('bench/b.ts', 'the bench')).toBe(last);
  expect(write('results/r.json', '{}')).toBe(last);
});
