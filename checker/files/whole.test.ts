import { execFileSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './temporary.ts';
import { makeFolder, unfinishedName, writeFileWhole } from './whole.ts';

test('what cannot be written leaves what was there, and nothing besides', () => {
  const folder = temporaryFolder();
  const file = join(folder, 'file');
  writeFileWhole(file, 'first');
  const beforeMove = () => {
    expect(readFileSync(file, 'utf8')).toBe('first');
    throw new Error('no room');
  };
  expect(() => writeFileWhole(file, 'second', { beforeMove })).toThrow('no room');
  expect(readFileSync(file, 'utf8')).toBe('first');
  mkdirSync(join(folder, 'taken'));
  expect(() => writeFileWhole(join(folder, 'taken'), 'text')).toThrow('EISDIR');
  expect(readdirSync(folder).sort()).toEqual(['file', 'taken']);
});

test('a file whose name is as long as names can be is written', () => {
  const file = join(temporaryFolder(), 'x'.repeat(255));
  writeFileWhole(file, 'text', { lasting: true });
  expect(readFileSync(file, 'utf8')).toBe('text');
});

test('a symbolic link stays one, and what it names is replaced; one that leads nowhere is a file then', () => {
  const folder = temporaryFolder();
  const elsewhere = join(temporaryFolder(), 'real');
  writeFileSync(elsewhere, 'old');
  symlinkSync(elsewhere, join(folder, 'link'));
  symlinkSync(join(folder, 'nothing'), join(folder, 'dangling'));
  for (const name of ['link', 'dangling']) writeFileWhole(join(folder, name), 'new');
  expect(readlinkSync(join(folder, 'link'))).toBe(elsewhere);
  expect(readFileSync(elsewhere, 'utf8')).toBe('new');
  expect(readFileSync(join(folder, 'dangling'), 'utf8')).toBe('new');
});

test('a pipe is written to and stays one', () => {
  const pipe = join(temporaryFolder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  // Open for both, so that nobody waits for the other end.
  const end = openSync(pipe, 'r+');
  onTestFinished(() => closeSync(end));
  writeFileWhole(pipe, 'text');
  const read = Buffer.alloc(4);
  readSync(end, read);
  expect([read.toString(), statSync(pipe).isFIFO()]).toEqual(['text', true]);
});

test('what a killed run left unfinished is removed after an hour, and nothing else is', () => {
  const folder = temporaryFolder();
  const names = [unfinishedName(), unfinishedName(), 'mine.tmp', '.heddle-mine.tmp'];
  const [old, young, ...others] = names.map((name) => join(folder, name)) as [string, string, ...string[]];
  for (const file of [old, young, ...others]) writeFileSync(file, '');
  for (const file of [old, ...others]) utimesSync(file, 0, 0);
  writeFileWhole(join(folder, 'file'), '');
  expect([old, young, ...others].filter(existsSync)).toEqual([young, ...others]);
});

test('a folder is made with those above it, and one that is there is left alone', () => {
  const folder = join(temporaryFolder(), 'a', 'b');
  makeFolder(folder);
  makeFolder(folder);
  expect(readdirSync(folder)).toEqual([]);
  writeFileSync(join(folder, 'file'), '');
  expect(() => makeFolder(join(folder, 'file', 'c'))).toThrow('ENOTDIR');
});
