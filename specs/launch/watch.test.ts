import { EventEmitter } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../checker/files/temporary.ts';
import { rerun, watch, watchedCommand } from './watch.mjs';

test('only a check that asks for it is watched, and is then run without the option', () => {
  expect(watchedCommand(['check', 'attach', '--watch', '--model', 'sc'])).toEqual([
    'check',
    'attach',
    '--model',
    'sc',
  ]);
  expect(watchedCommand(['check', 'attach'])).toBe(null);
  expect(watchedCommand(['list', '--watch'])).toBe(null);
});

describe('of changes and runs', () => {
  /** Runs that end when the test says so, and changes when it says so. */
  function workshop() {
    const runs: (EventEmitter & { killed: boolean; kill: () => void })[] = [];
    const controller = new AbortController();
    let save: () => void = () => {};
    let said = '';
    const done = rerun({
      start: () => {
        const run = Object.assign(new EventEmitter(), {
          killed: false,
          kill: () => {
            run.killed = true;
            setImmediate(() => run.emit('exit', null, 'SIGTERM'));
          },
        });
        runs.push(run);
        return run;
      },
      changes: (changed) => {
        save = changed;
      },
      signal: controller.signal,
      stdout: {
        write: (text) => {
          said += text;
        },
      },
      quiet: 0,
    });
    const until = async (so: () => boolean) => {
      while (!so()) await sleep(1);
    };
    return { runs, save: () => save(), until, done, stop: () => controller.abort(), said: () => said };
  }

  test('it runs at once, and again after a change', async () => {
    const { runs, save, until, stop, done, said } = workshop();
    expect(runs).toHaveLength(1);
    runs[0]!.emit('exit', 12, null);
    expect(said()).toContain('exit code 12; runs again when a source is saved');
    save();
    await until(() => runs.length === 2);
    stop();
    await done;
    expect(runs.map(({ killed }) => killed)).toEqual([false, true]);
  });

  test('what is saved together is run once', async () => {
    const { runs, save, until, stop, done } = workshop();
    runs[0]!.emit('exit', 0, null);
    for (let n = 0; n < 5; n++) save();
    await until(() => runs.length > 1);
    await sleep(5);
    expect(runs).toHaveLength(2);
    stop();
    await done;
  });

  test('a run that a change overtakes is ended before the next begins', async () => {
    const { runs, save, until, stop, done, said } = workshop();
    save();
    await until(() => runs.length === 2);
    expect(runs[0]!.killed).toBe(true);
    expect(said()).toBe('');
    stop();
    await done;
  });

  test('it ends at once, in a run or between two', async () => {
    const during = workshop();
    during.stop();
    await during.done;
    expect(during.runs[0]!.killed).toBe(true);
    const between = workshop();
    between.runs[0]!.emit('exit', 0, null);
    between.stop();
    await between.done;
    between.save();
    await sleep(5);
    expect(between.runs).toHaveLength(1);
  });
});

test('a source that is saved, even a new one, is noticed; a test or a note is not', async () => {
  const root = temporaryFolder();
  mkdirSync(join(root, 'specs/mine'), { recursive: true });
  const scenario = join(root, 'specs/mine/scenario.ts');
  writeFileSync(scenario, 'first');
  // Each run notes what it found.
  const [script, log] = [join(root, 'run.mjs'), join(root, 'log')];
  writeFileSync(
    script,
    `import { appendFileSync, readFileSync } from 'node:fs';
     appendFileSync('${log}', readFileSync('${scenario}', 'utf8') + process.argv[2] + '\\n');`,
  );
  const controller = new AbortController();
  let said = '';
  const stdout = {
    write: (text: string) => {
      said += text;
    },
  };
  const done = watch({ root, script, argv: [' x'], signal: controller.signal, stdout });
  const ran = () => (existsSync(log) ? readFileSync(log, 'utf8').split('\n').length - 1 : 0);
  const until = async (runs: number) => {
    while (ran() < runs || said.match(/exit code 0/g)?.length !== runs) await sleep(5);
  };
  await until(1);
  writeFileSync(join(root, 'specs/mine/mine.test.ts'), 'a test');
  writeFileSync(join(root, 'specs/mine/NOTES.md'), 'a note');
  writeFileSync(scenario, 'second');
  await until(2);
  mkdirSync(join(root, 'specs/other'));
  writeFileSync(join(root, 'specs/other/index.ts'), 'new');
  await until(3);
  controller.abort();
  await done;
  expect(readFileSync(log, 'utf8')).toBe('first x\nsecond x\nsecond x\n');
});
