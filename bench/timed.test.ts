import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { costIn, median, missing, timed } from './timed.ts';

test('the cost is in the last line, whatever the command wrote before it', () => {
  const { wall, cpu } = costIn('a warning\n1.250 1.000 0.125\n');
  expect(wall).toBe(1.25);
  expect(cpu).toBe(1.125);
});

test('the peak is in the line before, if something told it', () => {
  expect(costIn('peak 2048\n1.250 1.000 0.125\n').peak).toBe(2 ** 21);
  expect(costIn('1.250 1.000 0.125\n').peak).toBe(null);
});

test('a last line that is no cost is refused', () => {
  expect(() => costIn('no such file\n')).toThrow('"no such file"');
  expect(() => costIn('')).toThrow('wall user system');
});

test('the CPU time of a busy loop is counted, that of a sleep is not', () => {
  const node = (code: string) => timed([process.execPath, '-e', code], tmpdir());
  const busy = node('for (let i = 0; process.cpuUsage().user < 300_000; ) for (i = 1e6; i > 0; ) i--;');
  expect(busy.cpu).toBeGreaterThan(0.3);
  const idle = node('setTimeout(() => console.log("slept"), 500)');
  expect(idle.stdout).toBe('slept\n');
  expect(idle.wall).toBeGreaterThan(0.5);
  expect(idle.cpu).toBeLessThan(idle.wall);
});

test('a command that fails is thrown with its exit code and what it said', () => {
  const fail = [process.execPath, '-e', 'console.error("no luck"); process.exit(3)'];
  expect(() => timed(fail, tmpdir())).toThrow(/exit code 3\nno luck/);
});

test('an exit code that is expected is no failure', () => {
  const one = [process.execPath, '-e', 'console.log("found"); process.exit(1)'];
  expect(timed(one, tmpdir(), [0, 1]).stdout).toBe('found\n');
});

test('only the tools that no folder has are missing', () => {
  expect(missing(['bash', 'no-such-tool'])).toEqual(['no-such-tool']);
  expect(missing(['spin', 'gcc'], tmpdir())).toEqual(['spin', 'gcc']);
});

test('the median is the middle run, or between the two in the middle', () => {
  expect(median([3, 10, 1])).toBe(3);
  expect(median([4, 10, 1, 2])).toBe(3);
});
