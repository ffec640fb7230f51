import { expect, test } from 'vitest';
import { hashOfState } from '../explore/recent.ts';
import { Log } from './log.ts';
import { makeRoom, sharedFor } from './shared.ts';
import { bitsFor, isPlain, Table } from './table.ts';

function tableOf(width: number): Table {
  const [buffer] = sharedFor(1).tables;
  const bits = bitsFor(2000, width);
  makeRoom(buffer!, Table.bytes(bits, width));
  return new Table(buffer!, bits, width);
}

/** Adds states with the words of `words` in every combination; how many were new. */
function addAll(table: Table, words: readonly number[]): number {
  const { width } = table;
  const state = new Int32Array(width);
  let added = 0;
  for (let n = 0; n < words.length ** width; n++) {
    for (let w = 0, rest = n; w < width; w++, rest = Math.floor(rest / words.length)) {
      state[w] = words[rest % words.length]!;
    }
    if (table.add(state, 0, hashOfState(state, 0, width))) added += 1;
  }
  return added;
}

test.each([1, 2, 3, 4, 5])(
  'a table of states of %i words has each once, and gives back what it got',
  (width) => {
    const table = tableOf(width);
    const some = [0, 1, -2, 2 ** 30];
    expect(addAll(table, some)).toBe(4 ** width);
    expect(addAll(table, some)).toBe(0);
    const seen = new Set<string>();
    const into = new Int32Array(7 * width);
    for (const me of [0, 1, 2]) {
      for (const count of table.states(me, 3, into)) {
        for (let i = 0; i < count; i++) seen.add(into.slice(i * width, (i + 1) * width).join());
      }
    }
    expect(seen.size).toBe(4 ** width);
  },
);

test('states with the same hash are told apart, around the end of the table too', () => {
  const table = tableOf(2);
  const last = -1;
  const state = new Int32Array([7, 0]);
  for (const add of [true, false]) {
    for (let n = 0; n < 100; n++) {
      state[1] = n;
      expect(table.add(state, 0, last)).toBe(add);
    }
  }
});

test('a state whose first or last word is all ones is not for a table', () => {
  expect(
    [
      [-1, 0, 0],
      [0, 0, -1],
      [0, -1, 0],
    ].map((it) => isPlain(new Int32Array(it), 0, 3)),
  ).toEqual([false, false, true]);
});

test('two who meet values in another order call them by the same numbers', () => {
  const shared = sharedFor(2);
  const [a, b] = [0, 1].map(() => new Log(shared, 2));
  const [mine, yours] = [a!, b!].map((log) => [log.interner(0, 'x'), log.interner(1, 'y')] as const);
  const value = { text: 'über 1 KiB: '.repeat(200), list: [1, null, true] };
  expect([mine![0].idOf('p'), mine![1].idOf(value)]).toEqual([0, 0]);
  expect([yours![0].idOf('q'), yours![1].idOf({ list: [1, null, true], text: value.text })]).toEqual([1, 0]);
  expect([mine![0].find('q'), mine![0].valueOf(1), yours![1].valueOf(0)]).toEqual([-1, 'q', value]);
  expect([mine![0].find('q'), mine![0].count()]).toEqual([1, 2]);
  // Long enough that the log has to grow many times.
  for (let n = 0; n < 500; n++) expect(mine![1].idOf({ ...value, n })).toBe(1 + n);
  expect([yours![1].valueOf(500), yours![1].count()]).toEqual([{ ...value, n: 499 }, 501]);
});
