import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Spec } from '../spec.ts';
import { ranWith, read, temporaryFolder } from './test-io.ts';
import { bad, good, withBuild } from './toy-spec.ts';

describe('heddle merge', () => {
  async function parts(specs: readonly Spec[], of: number) {
    const folders = Array.from({ length: of }, () => temporaryFolder());
    for (const [i, out] of folders.entries())
      await ranWith(specs, ['check', '--ci', '--no-baseline', '--shard', `${i + 1}/${of}`, '--out', out]);
    return folders;
  }

  test('makes of all parts what one run would have made', async () => {
    const [whole, into] = [temporaryFolder(), temporaryFolder()];
    const all = await ranWith([good, bad], ['check', '--ci', '--no-baseline', '--out', whole]);
    const { code, stdout } = await ranWith(
      [good, bad],
      ['merge', ...(await parts([good, bad], 3)), '--out', into],
    );
    expect(code).toBe(all.code);
    expect(stdout).toContain('20 jobs of 3 folders: 6 as expected, 14 not\n');
    const files = (folder: string) =>
      readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name.includes('.') && name !== 'junit.xml')
        .sort()
        .map((name) => [name, read(folder, name)]);
    expect(files(into)).toEqual(files(whole));
    const untimed = (xml: string) =>
      xml.replace(/time="[\d.]+"/g, '').replace(/name="bytes" value="\d+"/g, '');
    expect(untimed(read(into, 'junit.xml'))).toBe(untimed(read(whole, 'junit.xml')));
  });

  test('names what is missing', async () => {
    const [one] = await parts([good], 2);
    const { code, stderr } = await ranWith([good], ['merge', one!, '--out', temporaryFolder()]);
    expect(code).toBe(20);
    expect(stderr).toMatch(/^heddle: part 2 of 2 is missing\nheddle: no part has results of good\//);
  });

  test('refuses results that contradict, folders without any, and to write over what it reads', async () => {
    const [one, two] = [temporaryFolder(), temporaryFolder()];
    await ranWith([good], ['check', '--out', one]);
    await ranWith([withBuild(good, 'v7.1', 'waits')], ['check', '--out', two]);
    const refusal = async (...args: readonly string[]) => {
      const { code, stderr } = await ranWith([good], ['merge', ...args]);
      expect(code).toBe(2);
      return stderr;
    };
    expect(await refusal(one, two, '--out', temporaryFolder())).toContain(
      'both have results of good/v7.1 (sc)',
    );
    expect(await refusal(one, temporaryFolder(), '--out', two)).toContain('has no results that heddle check');
    expect(await refusal(one, '--out', one)).toContain('cannot be where the result goes');
    rmSync(join(one, 'traces'), { recursive: true });
    expect(await refusal(one, '--out', temporaryFolder())).toContain('good--no-smp-mb--sc.json: ENOENT');
  });
});
