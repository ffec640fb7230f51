import fc from 'fast-check';
import { expect, test } from 'vitest';
import { queueFor, reserve } from './queue.ts';
import { Recent } from './recent.ts';

test('only states that were queued before are sifted out, and those that stay keep parent and move', () => {
  const some = fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 0, max: 3 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(fc.array(some), fc.integer({ min: 1, max: 3 }), (rounds, width) => {
      const recent = new Recent(width);
      const seen = new Set<string>();
      let number = 0;
      for (const round of rounds) {
        const queue = queueFor(width);
        reserve(queue, round.length, width);
        const origin = new Map<number, string>();
        for (const state of round) {
          for (let w = 0; w < width; w++) queue.words[queue.size * width + w] = state[w % 2]! << w;
          origin.set(number, `${state[0]},${width > 1 ? state[1] : ''}`);
          queue.parents[queue.size] = number;
          queue.moves[queue.size++] = number++;
        }
        recent.sift(queue, 0);
        const kept = Array.from({ length: queue.size }, (_, i) => queue.parents[i]!);
        expect(kept).toEqual(Array.from({ length: queue.size }, (_, i) => queue.moves[i]!));
        for (const [n, name] of origin) {
          if (!kept.includes(n)) expect(seen).toContain(name);
          seen.add(name);
        }
        for (const [i, n] of kept.entries()) expect(origin.get(n)).toMatch(`${queue.words[i * width]},`);
      }
    }),
    { seed: 20260101, numRuns: 200 },
  );
});

test('what stands in the queue before the start is left alone', () => {
  const queue = queueFor(1);
  queue.words.set([4, 4, 4]);
  queue.size = 3;
  new Recent(1).sift(queue, 1);
  expect(queue.size).toBe(2);
});
