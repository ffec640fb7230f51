import { expect, test } from 'vitest';
import { layoutFor, pack } from './layout.ts';
import { Tries } from './trie.ts';

/** A layout for two components of many values, and a way to ask a trie about a pair of numbers. */
const layout = layoutFor([1 << 20, 1 << 20]);
function ask(tries: Tries, root: number, ...ids: number[]): number {
  const words = new Int32Array(layout.words);
  pack(layout, ids, words, 0);
  return tries.lookup(root, words, 0);
}

test('what was not learned is unknown', () => {
  const tries = new Tries(layout);
  const root = tries.root();
  expect(ask(tries, root, 0, 0)).toBe(-1);
  tries.learn(root, [0, 1], [3, 4], 7);
  expect(ask(tries, root, 3, 4)).toBe(7);
  expect(ask(tries, root, 3, 5)).toBe(-1);
  expect(ask(tries, root, 2, 4)).toBe(-1);
  expect(ask(tries, root, 9999, 4)).toBe(-1);
});

test('a function that reads nothing has one answer', () => {
  const tries = new Tries(layout);
  const root = tries.root();
  tries.learn(root, [], [], 5);
  expect(ask(tries, root, 8, 9)).toBe(5);
});

test('far-apart values are remembered without an array as wide as the largest', () => {
  const tries = new Tries(layout);
  const root = tries.root();
  for (let i = 0; i < 200; i++) tries.learn(root, [0], [i * 5000], i);
  for (let i = 0; i < 200; i++) expect(ask(tries, root, i * 5000)).toBe(i);
  expect(ask(tries, root, 1)).toBe(-1);
  expect(tries.bytes()).toBeLessThan(32_768);
});

test('a node turns from dense to hashed to dense, and forgets nothing', () => {
  const tries = new Tries(layout);
  const root = tries.root();
  const order = [0, 1, 2, 4095, ...Array.from({ length: 4092 }, (_, i) => 3 + ((i * 1021) % 4092))];
  for (const [n, id] of order.entries()) {
    expect(tries.learn(root, [0, 1], [id, 1], n)).toBe(-1);
    expect(ask(tries, root, order[n >> 1]!, 1)).toBe(n >> 1);
  }
  expect(order.map((id) => ask(tries, root, id, 1))).toEqual(order.map((_, n) => n));
});

test('a second run that reads something else, or less, or more is told where', () => {
  const tries = new Tries(layout);
  const root = tries.root();
  tries.learn(root, [0, 1], [1, 2], 0);
  expect(tries.learn(root, [1, 0], [2, 1], 0)).toBe(0);
  expect(tries.readAfter(root, [])).toBe(0);
  expect(tries.learn(root, [0], [1], 0)).toBe(1);
  expect(tries.readAfter(root, [1])).toBe(1);
  expect(tries.learn(root, [0, 1, 2], [1, 2, 3], 0)).toBe(2);
  expect(tries.readAfter(root, [1, 2])).toBe(-1);
});
