/** `heddle check … --watch`: runs the command again whenever a source is saved. A process for each run, so that it has
 *  the sources as they are; this one loads none of them, and outlives every mistake in them. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { isSource, OWN } from './sources.mjs';

/** Whether the command line asks to watch; if so, what is to be run each time. */
export function watchedCommand(argv) {
  return argv[0] === 'check' && argv.includes('--watch') ? argv.filter((it) => it !== '--watch') : null;
}

/** Runs until `signal` says that it is enough. */
export async function watch({ root, script, argv, signal, stdout = process.stdout }) {
  const { default: chokidar } = await import('chokidar');
  const folders = OWN.map((folder) => join(root, folder));
  const watcher = chokidar.watch(folders, {
    ignoreInitial: true,
    // Editors replace a file by another, or write it in pieces.
    atomic: true,
    ignored: (path, stats) => stats?.isFile() === true && !isSource(path),
  });
  await new Promise((resolve) => watcher.once('ready', resolve));
  const start = () => {
    if (stdout.isTTY) stdout.write('\x1b[2J\x1b[3J\x1b[H');
    return spawn(process.execPath, [script, ...argv], { stdio: ['ignore', 'inherit', 'inherit'] });
  };
  await rerun({ start, changes: (changed) => watcher.on('all', changed), signal, stdout });
  await watcher.close();
}

/** Milliseconds without another change after which a run begins: whoever saves several files saves them together. */
const QUIET = 50;

/** Starts a run, and another one after changes; a run that they overtake is ended. */
export function rerun({ start, changes, signal, stdout, quiet = QUIET }) {
  return new Promise((resolve) => {
    let child = null;
    let timer = null;
    const begin = () => {
      timer = null;
      if (child !== null) {
        // It starts again once this one is gone: two of them would write the same files.
        child.outdated = true;
        child.kill();
        return;
      }
      child = start();
      const mine = child;
      child.once('exit', (code, by) => {
        child = null;
        if (signal.aborted) resolve();
        else if (mine.outdated) begin();
        else stdout.write(`\n${ended(code, by)}; runs again when a source is saved, until Ctrl-C\n`);
      });
    };
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      if (child === null) resolve();
      else child.kill('SIGKILL');
    });
    changes(() => {
      if (signal.aborted) return;
      clearTimeout(timer);
      timer = setTimeout(begin, quiet);
    });
    begin();
  });
}

function ended(code, by) {
  return code === null ? `ended by ${by}` : `exit code ${code}`;
}
