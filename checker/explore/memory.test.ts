import { expect, test } from 'vitest';
import { checkNow } from './check.ts';
import { memoryGuard, type Readings, sizeOf } from './memory.ts';
import { toy } from './toy.ts';

const MB = 2 ** 20;

/** A process of 100 MB on a machine with 1600 MB free, of which the test changes what it likes. */
function machine() {
  const state = { time: 0, resident: 100 * MB, free: 1600 * MB, heap: 10 * MB, garbage: 0, collections: 0 };
  const readings: Readings = {
    now: () => state.time,
    resident: () => state.resident,
    free: () => state.free,
    heapUsed: () => state.heap,
    heapLimit: () => 400 * MB,
    collect: () => {
      state.collections += 1;
      state.resident -= state.garbage;
      state.garbage = 0;
    },
  };
  /** Looks anew, as after a while. */
  const look = (guard: ReturnType<typeof memoryGuard>, coming = 0) => {
    state.time += 1000;
    return guard.look(coming);
  };
  return { state, readings, look };
}

test('the limit is not reached while the process is well below it', () => {
  const { state, readings, look } = machine();
  const guard = memoryGuard(320 * MB, readings);
  expect(look(guard)).toBeNull();
  state.resident = 290 * MB;
  expect(look(guard)).toBeNull();
  expect(state.collections).toBe(0);
  state.resident = 301 * MB;
  expect(look(guard)).toBe('the memory limit of 320 MiB was reached (the process holds 301 MiB)');
});

test('a growth that would exceed the limit is refused before it is made', () => {
  const { state, readings, look } = machine();
  const guard = memoryGuard(320 * MB, readings);
  state.resident = 160 * MB;
  expect(look(guard, 120 * MB)).toBeNull();
  expect(look(guard, 150 * MB)).toMatch(
    /reached \(the process holds 160 MiB and its tables are about to grow/,
  );
});

test('what would not fit is refused with the reason, at any time', () => {
  const { state, readings } = machine();
  const guard = memoryGuard(320 * MB, readings);
  state.resident = 160 * MB;
  expect(guard.refusal(120 * MB)).toBeNull();
  expect(guard.refusal(150 * MB)).toBe(
    'the memory limit of 320 MiB was reached (the process holds 160 MiB and its tables are about to grow by 150 MiB)',
  );
  state.garbage = 100 * MB;
  expect(guard.refusal(150 * MB)).toBeNull();
});

test('garbage is collected before a run is given up', () => {
  const { state, readings, look } = machine();
  const guard = memoryGuard(320 * MB, readings);
  Object.assign(state, { resident: 310 * MB, garbage: 50 * MB });
  expect(look(guard)).toBeNull();
  expect([state.resident, state.collections]).toEqual([260 * MB, 1]);
  Object.assign(state, { resident: 310 * MB, garbage: 15 * MB });
  expect(look(guard)).toMatch(/limit/);
});

test('the guard looks now and then only', () => {
  const { state, readings } = machine();
  const guard = memoryGuard(320 * MB, readings);
  expect(guard.look(0)).toBeNull();
  state.resident = 500 * MB;
  expect(guard.look(0)).toBeNull();
  state.time = 100;
  expect(guard.look(0)).toMatch(/limit/);
});

test('without a limit most of what is free may be used, and a fifth is left to others', () => {
  const { state, readings, look } = machine();
  const guard = memoryGuard(undefined, readings);
  Object.assign(state, { resident: 1200 * MB, free: 500 * MB });
  expect(look(guard)).toBeNull();
  // Others took it in the meantime.
  Object.assign(state, { resident: 600 * MB, free: 300 * MB });
  expect(look(guard)).toBe(
    'memory is running out (the process holds 600 MiB, and 300 MiB are free; --memory-limit sets a bound)',
  );
});

test('a heap that is nearly full ends the run, whatever the machine has', () => {
  const { state, readings, look } = machine();
  const guard = memoryGuard(undefined, readings);
  state.heap = 290 * MB;
  expect(look(guard)).toBeNull();
  state.heap = 305 * MB;
  expect(look(guard)).toBe(
    'the JavaScript heap of 400 MiB is nearly full of values that the model made ' +
      '(NODE_OPTIONS=--max-old-space-size=800 doubles it)',
  );
});

test.each([
  ['300M', 300 * MB],
  ['2G', 2 ** 31],
  ['1.5g', 1.5 * 2 ** 30],
  ['64KiB', 2 ** 16],
  ['1T', 2 ** 40],
  ['12345', 12345],
  ['0', null],
  ['-1G', null],
  ['2X', null],
  ['', null],
  ['G', null],
  ['1e9', null],
  ['9999999T', null],
] as const)('the size %s is read as %s', (text, bytes) => {
  expect(sizeOf(text)).toBe(bytes);
});

const counter = toy({
  start: { n: 0 },
  agents: { A: ({ n }) => (n < 5000 ? [{ set: { n: n + 1 } }] : []) },
});

test.each(['bfs', 'dfs', 'random'] as const)(
  '%s that may hold nothing is incomplete and says how far it came',
  (search) => {
    const { verdict, effort } = checkNow(counter, { search, memoryLimit: 1 });
    expect(verdict).toMatchObject({ kind: 'incomplete', bound: 'memory' });
    expect(verdict).toMatchObject({ why: expect.stringMatching(/^the memory limit of 1 bytes was reached/) });
    expect(effort.states).toBeGreaterThan(1);
    expect(effort.states).toBeLessThan(5000);
  },
);

test('a violation that was found first is told, whatever the limit', () => {
  const broken = { ...counter, invariants: [{ name: 'one', broken: () => 'always' }] };
  expect(checkNow(broken, { search: 'bfs', memoryLimit: 1 }).verdict.kind).toBe('violated');
});
