import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Spec } from '../spec.ts';
import { NOBODY, processes } from '../symmetry/processes.ts';
import { ranWith, temporaryFolder } from './test-io.ts';

/** Three processes that take turns: 20 states, 7 up to the exchange of likes. */
const turns: Spec = {
  name: 'turns',
  title: 'like processes take turns',
  source: 'a toy',
  variants: [
    {
      name: 'three',
      about: 'each locks once',
      expect: { sc: { kind: 'holds' } },
      build: () =>
        processes(3, (s, me) => {
          const own = s[`p${me}`];
          if (own === 0 && s.shared === NOBODY) return [{ set: { [`p${me}`]: 1, shared: me } }];
          return own === 1 ? [{ set: { [`p${me}`]: 2, shared: NOBODY } }] : [];
        }),
    },
  ],
};

async function ran(...options: readonly string[]) {
  const out = temporaryFolder();
  const { code, stdout } = await ranWith([turns], ['check', ...options, '--out', out]);
  const { runs } = JSON.parse(readFileSync(join(out, 'turns.json'), 'utf8'));
  return { code, stdout, run: runs[0] };
}

test('states that stand for their likes are marked in the table, and the results name the symmetry', async () => {
  const { code, stdout, run } = await ran();
  expect(code).toBe(0);
  expect(stdout).toMatch(/ 7\* /);
  expect(stdout).toContain('* of states that are alike by a symmetry one was counted');
  expect(run).toMatchObject({ effort: { states: 7 }, symmetry: { names: ['processes'], elements: 6 } });
});

test('--no-symmetry explores every state, and says nothing of a symmetry', async () => {
  const { code, stdout, run } = await ran('--no-symmetry');
  expect(code).toBe(0);
  expect(stdout).not.toContain('*');
  expect(run.effort.states).toBe(20);
  expect(run.symmetry).toBeUndefined();
});
