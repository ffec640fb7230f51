// What a worker thread of the bench runs: worker.ts, which Node cannot load as it is.
import { load } from '../specs/launch/load.mjs';

await load('bench-worker');
