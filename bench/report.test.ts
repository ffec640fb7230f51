import { expect, test } from 'vitest';
import type { Result } from './contest.ts';
import type { Explored } from './explored.ts';
import { head, preface, section, table } from './report.ts';

test('a table is padded, text to the left and numbers to the right', () => {
  const rows = [
    ['heddle', '1'],
    ['SPIN', '10.25'],
  ];
  expect(table(['who', 's'], rows)).toBe(
    ['| who    |     s |', '| ------ | ----: |', '| heddle |     1 |', '| SPIN   | 10.25 |'].join('\n'),
  );
});

const explored: Explored = {
  states: 1_000_000,
  transitions: 3_000_000,
  holds: true,
  why: 'holds',
  steps: null,
  bytes: 24_000_000,
  peak: 2 ** 27,
  exploring: 1.75,
  memo: { hits: 0.9998, slow: 0.251 },
};
const heddle: Result = { name: 'heddle', runs: 1, found: [explored], built: null, cpu: 2, wall: 2.5 };
const spin: Result = {
  ...heddle,
  name: 'SPIN, all interleavings',
  found: [{ ...explored, exploring: null, memo: null }],
  built: { cpu: 1, wall: 1.5 },
  cpu: 1,
};

const cells = (line: string | undefined) =>
  (line ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('a section has a row for each contender and one for SPIN with its build', () => {
  const subject = { kind: 'reference', k: 2, p: 3, m: 2 } as const;
  const lines = section(subject, [
    heddle,
    spin,
    { ...spin, name: 'SPIN, partial-order reduction', cpu: 3 },
  ]).split('\n');
  expect(lines[0]).toBe('### K=2 P=3 M=2 TSO=0: 1,000,000 states, 3,000,000 transitions');
  expect(cells(lines[2])).toEqual([...head]);
  expect(cells(lines[4])).toEqual([
    'heddle',
    '2.00',
    '2.50',
    '1.75',
    '1.00',
    '500.0 k',
    '1.50 M',
    '24',
    '0.99980',
    '25 %',
    '128.0 MiB',
  ]);
  expect(cells(lines[5]).slice(0, 5)).toEqual(['SPIN, all interleavings', '1.00', '2.50', '', '0.50']);
  expect(cells(lines[7]).slice(0, 5)).toEqual([
    'the faster SPIN, spin -a and gcc included',
    '2.00',
    '4.00',
    '',
    '1.00',
  ]);
});

test('the flagship is named by its memory model and sizes', () => {
  const subject = { kind: 'flagship', memory: 'armv8', unmappers: 2, pages: 1, smmus: 2 } as const;
  expect(section(subject, [heddle])).toContain('### armv8, 2 unmappers, 1 page, 2 SMMUs: ');
});

test('the preface says when, on what and under which load', () => {
  const text = preface({ date: '2026-01-02', cores: 2, versions: ['Node 20.1.0'], load: [0.25, 3], runs: 5 });
  expect(text).toContain('2026-01-02, 2 cores, Node 20.1.0. Load 0.3 before and 3.0 after');
  expect(text).toContain('medians of 5 runs');
});
