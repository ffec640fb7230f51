import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { withLock } from './lock.ts';
import { temporaryFolder } from './temporary.ts';

/** A process that has ended. */
async function ended(): Promise<number> {
  const { stdout } = await promisify(execFile)(process.execPath, ['-p', 'process.pid']);
  return Number(stdout);
}

const here = () =>
  `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${readlinkSync('/proc/self/ns/pid')}`;

test('a lock is there while it is held, and not afterwards, whatever happens', () => {
  const file = join(temporaryFolder(), 'lock');
  expect(withLock(file, () => existsSync(file))).toBe(true);
  expect(existsSync(file)).toBe(false);
  expect(() =>
    withLock(file, () => {
      throw new Error('oops');
    }),
  ).toThrow('oops');
  expect(existsSync(file)).toBe(false);
});

test('the lock of a process that was killed is taken away at once', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'lock');
  writeFileSync(file, JSON.stringify({ where: here(), pid: await ended(), id: 'x' }));
  expect(withLock(file, () => 'held', 1e9)).toBe('held');
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ['of another machine', JSON.stringify({ where: 'elsewhere', pid: 1, id: 'x' })],
  ['of a process that lives', JSON.stringify({ where: here(), pid: process.pid, id: 'x' })],
  ['with nothing in it', ''],
  ['with anything in it', '{"where":null'],
])('a lock %s is taken away when it has stayed the same for long', (_, content) => {
  const file = join(temporaryFolder(), 'lock');
  writeFileSync(file, content);
  const begun = performance.now();
  withLock(file, () => {}, 60);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(60);
});

test('who has lost the lock meanwhile begins again instead of writing what is overtaken', () => {
  const file = join(temporaryFolder(), 'lock');
  const written: number[] = [];
  let times = 0;
  withLock(
    file,
    (stillHeld) => {
      times += 1;
      if (times === 1) rmSync(file);
      if (times === 2) writeFileSync(file, 'of another');
      stillHeld();
      written.push(times);
    },
    1,
  );
  expect(written).toEqual([3]);
});

test('a folder that is not there or not writable is told, and not waited for', () => {
  expect(() => withLock(join(temporaryFolder(), 'none', 'lock'), () => {})).toThrow('ENOENT');
});
