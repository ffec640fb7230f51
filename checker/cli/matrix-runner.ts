/** Where the cells of a matrix are filled. */
import type { Runner } from '../jobs/runner.ts';
import { taskResult } from '../jobs/task.ts';
import type { Programs } from '../matrix/changes.ts';
import type { Spec } from '../spec.ts';
import type { Engine } from './engine.ts';
import { findSpec, findVariant } from './select.ts';

/** Where cells are filled: threads, so many at once, or here. */
export async function withRunner<T>(
  specs: readonly Spec[],
  engine: Engine,
  programs: Programs,
  jobs: number,
  work: (runner: Runner) => Promise<T>,
): Promise<T> {
  const runner =
    engine.runner === undefined || jobs === 1 ? here(specs, engine, programs) : engine.runner(jobs);
  try {
    return await work(runner);
  } finally {
    await runner.close();
  }
}

/** Cells one after the other, in this thread. */
const here = (specs: readonly Spec[], engine: Engine, programs: Programs): Runner => ({
  atOnce: 1,
  run: async ({ spec, variant, model, change, search }, { signal, onProgress }) => {
    // A cell that takes no time would not let the Ctrl-C through.
    await new Promise((resolve) => setImmediate(resolve));
    if (signal.aborted) return { kind: 'not run' };
    const chosen = findVariant(findSpec(specs, spec), variant);
    const build = () => (change === undefined ? chosen.build(model) : programs.build(chosen, model, change));
    return taskResult(build, engine.check, search, {
      signal,
      ...(onProgress === undefined ? {} : { onProgress }),
    });
  },
  close: async () => {},
});
