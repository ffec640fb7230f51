// What a thread runs that checks whole jobs: job-worker.ts, which Node cannot load as it is.
import { load } from './launch/load.mjs';

const { default: serve } = await load('job-worker');
export default serve;
