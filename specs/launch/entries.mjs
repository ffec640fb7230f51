/** What can be started, by name: the TypeScript that a bundle is made of begins at these files. */
export const entries = {
  heddle: 'specs/main.ts',
  'litmus-work': 'specs/litmus/work.ts',
  worker: 'specs/worker.ts',
  'job-worker': 'specs/job-worker.ts',
  'explore-one': 'bench/explore-one.ts',
  'bench-worker': 'bench/worker.ts',
};
