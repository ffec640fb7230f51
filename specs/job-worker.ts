/** A thread that checks whole jobs: it builds the system of a variant. */
import { findSpec, findVariant } from '../checker/cli/select.ts';
import { taskServer } from '../checker/jobs/thread.ts';
import { specs } from './index.ts';
import { programs } from './programs.ts';

export default taskServer(({ spec, variant, model, change }) => {
  const chosen = findVariant(findSpec(specs, spec), variant);
  return change === undefined ? chosen.build(model) : programs.build(chosen, model, change);
});
