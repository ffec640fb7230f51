import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { engine, type JobSource } from './engine.ts';
import { ranWith, temporaryFolder } from './test-io.ts';
import { good } from './toy-spec.ts';

test('--workers calls for a team for each job, and only the results say so', async () => {
  const out = temporaryFolder();
  const alone = temporaryFolder();
  const asked: [JobSource, number][] = [];
  let dismissed = 0;
  const withTeams = {
    ...engine,
    team: (job: JobSource, workers: number) => {
      asked.push([job, workers]);
      return { takeOver: async () => null, dismiss: () => (dismissed += 1) };
    },
  };
  const argv = ['check', 'good/v7.1', '--model', 'sc'];
  await ranWith([good], [...argv, '--workers', '3', '--out', out], { engine: withTeams });
  await ranWith([good], [...argv, '--workers', '1', '--out', alone], { engine: withTeams });
  expect(asked).toEqual([[{ spec: 'good', variant: 'v7.1', model: 'sc' }, 3]]);
  expect(dismissed).toBe(1);
  const [shared, single] = [out, alone].map((it) => JSON.parse(readFileSync(`${it}/good.json`, 'utf8')));
  expect(shared.runs[0].workers).toBe(3);
  expect({ ...shared.runs[0], workers: undefined }).toEqual(single.runs[0]);
});

test.each([
  [['--workers', '2', '--search', 'dfs'], '--workers is for --search bfs.'],
  [['--workers', '0'], 'It must be a whole number, at least 1.'],
  [['--workers', '257'], 'It must be a whole number from 1 to 256.'],
  [['--jobs', '9007199254740991'], 'It must be a whole number from 1 to 256.'],
])('heddle check %j is refused', async (options, why) => {
  const { code, stderr } = await ranWith([good], ['check', ...options]);
  expect([code, stderr]).toEqual([2, expect.stringContaining(why)]);
});
