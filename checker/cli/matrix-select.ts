/** From what the user named to the variants that are taken apart. */
import { mergedVariants, type Subject } from '../matrix/plan.ts';
import type { Spec } from '../spec.ts';
import { UsageError } from '../system.ts';
import { findSpec, findVariant, modelsOf } from './select.ts';

/** The variants that are asked for, each with the models that it has expectations for. */
export function subjectsOf(
  specs: readonly Spec[],
  selectors: readonly string[],
  models: readonly string[] | null,
): readonly Subject[] {
  const known = modelsOf(specs);
  const stray = models?.find((m) => !known.includes(m) && m !== 'all');
  if (stray !== undefined)
    throw new UsageError(`There is no memory model '${stray}'. There is: ${known.join(', ')}, all.`);
  const chosen =
    selectors.length === 0
      ? specs.flatMap((spec) => mergedVariants(spec).map((variant) => ({ spec, variant })))
      : selectors.flatMap((selector) => {
          const at = selector.indexOf('/');
          const spec = findSpec(specs, at < 0 ? selector : selector.slice(0, at));
          const variants = at < 0 ? mergedVariants(spec) : [findVariant(spec, selector.slice(at + 1))];
          if (variants.length === 0)
            throw new UsageError(
              `${spec.name} has no variant that holds: name one, as ${spec.name}/VARIANT.`,
            );
          return variants.map((variant) => ({ spec, variant }));
        });
  const subjects = chosen.map((s) => ({
    ...s,
    models: Object.keys(s.variant.expect).filter(
      (m) => models === null || models.includes('all') || models.includes(m),
    ),
  }));
  const some = subjects.filter((s) => s.models.length > 0);
  if (some.length > 0) return some;
  throw new UsageError(`Nothing to run: no variant chosen has an expectation under ${models?.join(', ')}.`);
}
