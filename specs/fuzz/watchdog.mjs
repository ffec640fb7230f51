// A thread that ends a fuzzing run of which nothing was heard for a minute, and tells what it was at.
import { readFileSync, writeSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const { beat, current, pid } = workerData;
let last = -1;
let quiet = 0;
setInterval(() => {
  quiet = beat[0] === last ? quiet + 1 : 0;
  last = beat[0];
  if (quiet < 60) return;
  writeSync(2, `case ${last} hangs\n${readFileSync(current, 'utf8')}`);
  process.kill(pid, 'SIGKILL');
}, 1000);
