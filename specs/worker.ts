/** A worker thread of `heddle check --workers`: it builds the system of a job. */

import type { JobSource } from '../checker/cli/engine.ts';
import { findSpec, findVariant } from '../checker/cli/select.ts';
import { work } from '../checker/parallel/worker.ts';
import { specs } from './index.ts';

work((source) => {
  const { spec, variant, model } = source as JobSource;
  return findVariant(findSpec(specs, spec), variant).build(model);
});
