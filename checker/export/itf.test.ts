/** Holds exported traces to the rules of the format (Apalache's ADR-015), read by a reader of our own. */
import { expect, test } from 'vitest';
import { itfValue, traceItf } from './itf.ts';
import { endlessRun, sampleRun } from './sample-run.ts';

/** Why a JSON value is no expression of the format, at which place; [] if it is one. */
function faults(value: unknown, at: string): readonly string[] {
  if (typeof value === 'string' || typeof value === 'boolean') return [];
  if (Array.isArray(value)) return value.flatMap((inner, i) => faults(inner, `${at}[${i}]`));
  if (typeof value !== 'object' || value === null) return [`${at}: ${value} is no expression`];
  if ('#bigint' in value) {
    const fits = typeof value['#bigint'] === 'string' && /^-?\d+$/.test(value['#bigint']);
    return fits && Object.keys(value).length === 1 ? [] : [`${at}: no integer`];
  }
  return Object.entries(value).flatMap(([field, inner]) =>
    field.startsWith('#') ? [`${at}: the name ${field} is the format's`] : faults(inner, `${at}.${field}`),
  );
}

function read(text: string) {
  const file = JSON.parse(text);
  const wrong: string[] = [];
  if (file['#meta']?.format !== 'ITF') wrong.push('no ITF');
  const vars: readonly string[] = file.vars;
  if (new Set(vars).size !== vars.length) wrong.push('a variable twice');
  file.states.forEach((state: Record<string, unknown>, i: number) => {
    const { '#meta': meta, ...values } = state;
    if ((meta as { index: number }).index !== i) wrong.push(`state ${i} says that it is another one`);
    if (Object.keys(values).sort().join() !== [...vars].sort().join())
      wrong.push(`state ${i} has other variables`);
    wrong.push(...faults(values, `state ${i}`));
  });
  if ('loop' in file && !(file.loop < file.states.length)) wrong.push('a loop that begins nowhere');
  return { file, wrong };
}

test('every state has a value for every variable, all in the format', () => {
  const { file, wrong } = read(traceItf(sampleRun));
  expect(wrong).toEqual([]);
  expect(file.vars).toEqual(['action', 'data', 'flag', 'cached']);
  expect(file.states).toHaveLength(7);
  expect(file.states[5]).toEqual({
    '#meta': { index: 5 },
    action: { agent: 'CPU0', choice: { '#bigint': '0' }, text: 'CPU0: data->word = 7' },
    data: { '#bigint': '7' },
    flag: { '#bigint': '1' },
    cached: ['data'],
  });
  expect(file.states[0].action.text).toBe('init');
  expect(file.states[0].data).toBe('null');
  expect('loop' in file).toBe(false);
});

test('a run that never ends goes on from its last state with the step that led to where it loops', () => {
  const { file, wrong } = read(traceItf(endlessRun));
  expect(wrong).toEqual([]);
  expect(file.loop).toBe(2);
  expect(file.states[file.loop].action.text).toBe('CPU1: smp_load_acquire(&flag) == 1');
});

test('the reader knows what is wrong', () => {
  const text = traceItf(sampleRun);
  const spoilt = (from: string, to: string): readonly string[] => read(text.replace(from, to)).wrong;
  expect(spoilt('"index": 3', '"index": 4')).toEqual(['state 3 says that it is another one']);
  expect(spoilt('"#bigint": "7"', '"#bigint": 7')).toEqual(['state 5.data: no integer']);
  expect(spoilt('"flag": {', '"flap": {')).toEqual(['state 0 has other variables']);
});

test.each([
  [-3, { '#bigint': '-3' }],
  ['&invs0', '&invs0'],
  [
    [1, [true]],
    [{ '#bigint': '1' }, [true]],
  ],
  [
    { '#x': null, y: {} },
    { '_#x': 'null', y: {} },
  ],
])('%j is written as an expression', (value, written) => {
  expect(itfValue(value)).toEqual(written);
});
