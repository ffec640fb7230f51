// A worker thread: examines one file after the other.
import { parentPort } from 'node:worker_threads';
import { load } from '../launch/load.mjs';

const { work } = await load('litmus-work');
parentPort.on('message', (job) => parentPort.postMessage(work(job)));
