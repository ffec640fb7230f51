// A worker thread: lets Node load TypeScript, then examines one file after the other.
import { parentPort } from 'node:worker_threads';
import { register } from 'tsx/esm/api';

register();
const { work } = await import('./work.ts');
parentPort.on('message', (job) => parentPort.postMessage(work(job)));
