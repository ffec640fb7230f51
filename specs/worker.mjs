// What a worker thread runs: worker.ts, which Node cannot load as it is.
import { load } from './launch/load.mjs';

await load('worker');
