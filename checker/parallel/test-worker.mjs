// What a worker thread of the tests here runs: test-worker.ts, which Node cannot load as it is.
import { register } from 'tsx/esm/api';

register();
await import('./test-worker.ts');
