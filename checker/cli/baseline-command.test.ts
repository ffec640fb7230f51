import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Spec } from '../spec.ts';
import { ranWith, read, temporaryFolder } from './test-io.ts';
import { good, withBuild } from './toy-spec.ts';

describe('a baseline', () => {
  async function prepared() {
    const out = temporaryFolder();
    const file = join(out, 'baseline.json');
    await ranWith([good], ['check', '--out', out]);
    const updated = await ranWith([good], ['baseline', '--update', '--out', out, '--baseline', file]);
    const again = (spec: Spec, ...args: readonly string[]) =>
      ranWith([spec], ['check', '--baseline', file, '--out', temporaryFolder(), '--traces', 'none', ...args]);
    return { out, file, updated, again };
  }

  test('says what it takes in, and is met by the next run', async () => {
    const { updated, again, out, file } = await prepared();
    expect(updated.code).toBe(0);
    expect(updated.stdout).toContain('6 jobs added, 0 as they were\n  added    good/v7.1 (sc): holds\n');
    expect(updated.stdout).toContain(`Written to ${file}: 6 jobs\n`);
    const { code, stdout } = await again(good);
    expect(code).toBe(0);
    expect(stdout).toContain(`Compared with ${file}: 6 as they were\n`);
    const compared = await ranWith([good], ['baseline', '--out', out, '--baseline', file]);
    expect([compared.code, compared.stdout]).toEqual([0, `Compared with ${file}: 6 as they were\n`]);
  });

  test('makes a run fail whose verdict changed, though it is expected by now', async () => {
    const { again } = await prepared();
    const changed = withBuild(good, 'v7.1', 'waits');
    const expected = {
      ...changed,
      variants: changed.variants.map((it) =>
        it.name === 'v7.1'
          ? { ...it, expect: { sc: { kind: 'deadlock' }, armv8: { kind: 'deadlock' } } as const }
          : it,
      ),
    };
    const { code, stdout } = await again(expected);
    expect(stdout).toContain('6 jobs: 6 as expected');
    expect(stdout).toContain('  changed  good/v7.1 (sc): holds -> deadlock\n');
    expect(code).toBe(11);
  });

  test('tells of other counts, and does not fail for them', async () => {
    const { file, again } = await prepared();
    writeFileSync(file, read(file).replace('"states":3,', '"states":4,'));
    const { code, stdout } = await again(good);
    expect(code).toBe(0);
    expect(stdout).toContain(
      '1 job with other counts, 5 as they were\n  counts   good/v7.1 (sc): states 4 -> 3\n',
    );
  });

  test('misses what no spec declares any more, if all of it was asked for', async () => {
    const { again } = await prepared();
    const less = { ...good, variants: good.variants.slice(1) };
    const { code, stdout } = await again(less);
    expect(code).toBe(14);
    expect(stdout).toContain('  gone     good/v7.1 (sc): holds\n');
    expect((await again(less, 'good/waits')).code).toBe(0);
    expect((await again(less, '--model', 'sc')).stdout).toContain('1 job gone');
    expect((await again(less, '--shard', '1/2')).code).toBe(0);
  });

  test('keeps what there are no results of, and drops what is no longer declared', async () => {
    const { file } = await prepared();
    const out = temporaryFolder();
    const less = { ...good, variants: good.variants.slice(1) };
    await ranWith([less], ['check', 'good/waits', '--model', 'sc', '--out', out]);
    const { stdout } = await ranWith([less], ['baseline', '--update', '--out', out, '--baseline', file]);
    expect(stdout).toContain('2 jobs gone, 1 as it was\n  gone     good/v7.1 (sc): holds\n');
    expect(stdout).toContain(
      `Written to ${file}: 4 jobs, 3 of them as before: ${out} has no results of them\n`,
    );
  });

  test('that is damaged is refused', async () => {
    const { file, again } = await prepared();
    writeFileSync(file, read(file).slice(0, 200));
    const { code, stderr } = await again(good);
    expect(code).toBe(2);
    expect(stderr).toContain(`the baseline ${file} is damaged: it cannot be parsed.`);
  });
});
