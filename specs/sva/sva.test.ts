import { expect, test } from 'vitest';
import { outcomeOf, testEveryVariant } from '../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);

const found = (variant: string): { readonly why: string; readonly lines: readonly string[] } => {
  const { verdict } = outcomeOf(spec, variant, 'sc');
  if (verdict.kind !== 'violated') throw new Error(`${variant}: ${verdict.kind}`);
  const lines = verdict.trace.steps.flatMap((s) => s.lines.map(({ text }) => text));
  return { why: verdict.why, lines };
};

test('an exit that meets a detach half-way: the CD has V again behind the detach that cleared it', () => {
  const { why, lines } = found('exit against detach, the CD');
  const at = (text: string): number => lines.findIndex((line) => line.startsWith(text));
  expect(why).toBe('PASID 1 is detached, and its CD is valid');
  expect(at('WRITE_ONCE(cdtab.cd1[0], V=0)')).toBeGreaterThanOrEqual(0);
  expect(at('WRITE_ONCE(cdtab.cd1[0], ASID 3, EPD0)')).toBeGreaterThan(at('WRITE_ONCE(cdtab.cd1[0], V=0)'));
});

test('the PASID that was detached reaches what the next process with its ASID has', () => {
  expect(found('exit against detach, ASID used again').why).toMatch(
    /substream 1 \(ASID 3\) to page2, which is another process's$/,
  );
});

test('a device that is off the list walks on while mm_release returns', () => {
  const { lines } = found('device off the list first');
  expect(lines.some((line) => line.startsWith('list_del('))).toBe(true);
  expect(lines.some((line) => line.includes('EPD0'))).toBe(false);
});
