/** Threads so long that a machine cannot be through with them: it says so, soon. */
import { expect, test } from 'vitest';
import { examine } from '../../model/litmus/examine.ts';
import type { Limits } from '../../model/litmus/outcomes.ts';
import { exploreLag } from '../lag-runner.ts';

/** Sixteen atomics on one cell, each of which may forward from the one before. */
const inARow = (call: (n: number) => string): string => `C in-a-row
{}
P0(atomic_t *x)
{
	int r0 = 0;
${Array.from({ length: 16 }, (_, n) => `	int r${n + 1} = ${call(n)};`).join('\n')}
}
P1(atomic_t *x)
{
	atomic_set(x, 3);
}
exists (0:r16=0)
`;

const answer = (text: string, limits: Limits = { maxStates: 200 }): string => {
  const report = examine(text, 'armv8', exploreLag, limits);
  return report.kind === 'answered' ? report.observation : report.why;
};

test('atomics in a row that are not known yet take no more room than their number', () => {
  for (const call of [
    () => 'atomic_fetch_andnot_relaxed(1, x)',
    () => 'atomic_fetch_add_relaxed(1, x)',
    (n: number) => `atomic_cmpxchg_relaxed(x, ${n}, ${n + 1})`,
  ])
    expect(answer(inARow(call))).toBe('it has more than 200 states');
});

test('where each may double what is not known yet, the machine refuses', () => {
  const call = (n: number): string => `atomic_cmpxchg_relaxed(x, r${n}, r${n} + 1)`;
  expect(answer(inARow(call))).toBe('a value that hangs on deferred loads has more than 500 parts');
});

/** Sixteen atomics on cells of their own: any of them may be early, so each doubles the states. */
const side = Array.from({ length: 16 }, (_, n) => `x${n}`);
const sideBySide = `C side-by-side
{}
P0(${side.map((x) => `atomic_t *${x}`).join(', ')})
{
${side.map((x, n) => `	int r${n} = atomic_fetch_add_relaxed(1, ${x});`).join('\n')}
}
exists (0:r0=0)
`;

test('where each doubles the states, the machine gives up for want of memory before there is none', () => {
  const { rss } = process.memoryUsage();
  expect(answer(sideBySide, { maxStates: 1e9, maxBytes: 1.15 * rss + 2 ** 25 })).toMatch(
    /^the memory limit of \d+ MiB was reached \(the process holds \d+ MiB.*: \d+ states were found/,
  );
});
