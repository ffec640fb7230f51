/** A thread that checks whole jobs: it builds the system of a variant. */
import { findSpec, findVariant } from '../checker/cli/select.ts';
import { taskServer } from '../checker/jobs/thread.ts';
import { specs } from './index.ts';

export default taskServer(({ spec, variant, model }) =>
  findVariant(findSpec(specs, spec), variant).build(model),
);
