import { expect, test } from 'vitest';
import type { Result } from './contest.ts';
import type { Explored } from './explored.ts';
import { flagshipTable, growthTable, symbolicTable, workersTable } from './own-tables.ts';
import type { Peer } from './peer.ts';
import type { Entry } from './plan.ts';
import { type Held, head, preface, section, summary, table } from './report.ts';
import { rumur } from './rumur.ts';
import { spin, spinReduced } from './spin.ts';

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
  exploring: 1.75,
  nodes: null,
  memo: { hits: 0.9998, slow: 0.251 },
};
const heddle: Result = {
  name: 'heddle',
  runs: 1,
  isReduction: false,
  found: [explored],
  peer: null,
  cpu: 2,
  wall: 2.5,
  peak: 2 ** 27,
};
const other = (is: Peer, cpu: number): Result => ({
  ...heddle,
  name: is.name,
  found: [{ ...explored, exploring: null, nodes: null, memo: null }],
  peer: { is, built: { cpu: 1, wall: 1.5, peak: null } },
  cpu,
});
const entry: Entry = {
  subject: { kind: 'reference', k: 2, p: 3, m: 2 },
  states: null,
  magnitude: '10^6',
  withTwin: false,
  tlc: 40,
};
const held: Held = { entry, results: [heddle, other(spin, 5), other(spinReduced, 4), other(rumur, 10)] };

const cells = (line: string | undefined) =>
  (line ?? '')
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.trim());

test('the summary has the ratios to the better SPIN, to Rumur and to what is quoted of TLC', () => {
  const [, , row] = summary([held]).split('\n');
  expect(cells(row)).toEqual([
    'K=2 P=3 M=2 TSO=0',
    '1,000,000',
    '2.00',
    '4.00',
    '0.50',
    '10.00',
    '0.20',
    '40.00',
    '0.05',
    '24',
    '134',
  ]);
});

test('the summary leaves free what did not run', () => {
  const alone = summary([{ entry: { ...entry, tlc: null }, results: [heddle] }]).split('\n')[2];
  expect(cells(alone).slice(2, 9)).toEqual(['2.00', '', '', '', '', '', '']);
});

test('a section has a row for each contender, with what its verifier took to build', () => {
  const lines = section(held).split('\n');
  expect(lines[0]).toBe('### K=2 P=3 M=2 TSO=0: 1,000,000 states, 3,000,000 transitions');
  expect(cells(lines[2])).toEqual([...head]);
  expect(cells(lines[4])).toEqual([
    'heddle',
    '2.00',
    '2.50',
    '',
    '1.75',
    '1.00',
    '500.0 k',
    '1.50 M',
    '24',
    '128.0 MiB',
    '0.99980',
    '25 %',
  ]);
  expect(cells(lines[5]).slice(0, 6)).toEqual([
    'SPIN, all interleavings',
    '5.00',
    '2.50',
    '1.00',
    '',
    '2.50',
  ]);
});

test("the driver's model is named by its memory model and sizes, and has the twin beside it", () => {
  const subject = { kind: 'flagship', memory: 'armv8', unmappers: 2, pages: 1, smmus: 2 } as const;
  const twin: Result = { ...heddle, name: 'naive twin', cpu: 9 };
  const row = flagshipTable([{ entry: { ...entry, subject }, results: [heddle, twin] }]).split('\n')[2];
  expect(cells(row)[0]).toBe('armv8, 2 unmappers, 1 page, 2 SMMUs');
  expect(cells(row).slice(-2)).toEqual(['9.00', '4.5']);
});

test('growth is told per state and per transition', () => {
  const row = growthTable([{ entry, results: [heddle] }]).split('\n')[2];
  expect(cells(row).slice(3, 9)).toEqual(['2.00', '2.00', '667', '500.0 k', '24', '134']);
});

test('workers are told by how many times faster they are than one, by wall time', () => {
  const two: Result = { ...heddle, name: 'heddle, two workers', wall: 1.25, cpu: 2.4 };
  const rows = workersTable([{ entry, results: [heddle, two] }]).split('\n');
  expect(cells(rows[2]).slice(2, 5)).toEqual(['2.00', '2.50', '1.00']);
  expect(cells(rows[3]).slice(2, 5)).toEqual(['2.40', '1.25', '2.00']);
});

test('the symbolic engine is told next to the explicit one, or alone', () => {
  const sets: Result = {
    ...heddle,
    name: 'heddle, symbolic',
    cpu: 0.5,
    found: [{ ...explored, nodes: 1234 }],
  };
  const [, , both, alone] = symbolicTable([
    { entry, results: [heddle, sets] },
    { entry, results: [sets] },
  ]).split('\n');
  expect(cells(both).slice(3)).toEqual(['0.50', '2.50', '1,234', '128.0 MiB', '2.00', '4.00']);
  expect(cells(alone).slice(3)).toEqual(['0.50', '2.50', '1,234', '128.0 MiB', '', '']);
});

test('the preface says when, on what and under which load', () => {
  const text = preface({ date: '2026-01-02', cores: 2, versions: ['Node 20.1.0'], load: [0.25, 3], runs: 5 });
  expect(text).toContain('2026-01-02, 2 cores, Node 20.1.0. Load 0.3 before and 3.0 after');
  expect(text).toContain('medians of 5 runs');
});
