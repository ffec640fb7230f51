/** From what the user named to the jobs to run. */
import { closest, distance } from 'fastest-levenshtein';
import { clipped } from '../files/shape.ts';
import type { Job } from '../report/job.ts';
import { slug } from '../report/slug.ts';
import type { Spec, Variant } from '../spec.ts';
import { UsageError } from '../system.ts';

/** The memory models that the specs' variants have expectations for, in order of first mention. */
export function modelsOf(specs: readonly Spec[]): readonly string[] {
  const all = specs.flatMap((spec) => spec.variants);
  const size = (variant: Variant): number => Object.keys(variant.expect).length;
  // Those with the most models say in which order they stand.
  const variants = [...all].sort((a, b) => size(b) - size(a));
  return [...new Set(variants.flatMap((variant) => Object.keys(variant.expect)))];
}

/** The jobs for `spec` and `spec/variant` selectors (none: all specs) under one memory model or `all`, in the
 *  order of the specs and each once. */
export function selectJobs(
  specs: readonly Spec[],
  selectors: readonly string[],
  model: string,
): readonly Job[] {
  if (specs.length === 0) throw new UsageError('There are no specs: specs/index.ts lists none.');
  const models = modelsOf(specs);
  if (model !== 'all' && !models.includes(model)) throw unknown('memory model', model, [...models, 'all']);
  const wanted = new Set(selectors.flatMap((selector) => selectedVariants(specs, selector)));
  const jobs = specs
    .flatMap((spec) => spec.variants.map((variant) => ({ spec, variant })))
    .filter(({ variant }) => selectors.length === 0 || wanted.has(variant))
    .flatMap(({ spec, variant }) => variantJobs(spec, variant, model));
  if (jobs.length > 0) return jobs;
  throw new UsageError(
    `Nothing to run: no variant chosen has an expectation under ${model}. See \`heddle list\`.`,
  );
}

function variantJobs(spec: Spec, variant: Variant, model: string): readonly Job[] {
  return Object.entries(variant.expect)
    .filter(([name]) => model === 'all' || name === model)
    .map(([name, expected]) => ({ spec, variant, model: name, expected }));
}

/** Spec names are kebab-case, so the first slash ends them; a variant's name may hold more. */
function selectedVariants(specs: readonly Spec[], selector: string): readonly Variant[] {
  const at = selector.indexOf('/');
  const spec = findSpec(specs, at < 0 ? selector : selector.slice(0, at));
  return at < 0 ? spec.variants : [findVariant(spec, selector.slice(at + 1))];
}

/** The spec of that name; a UsageError suggests another. */
export function findSpec(specs: readonly Spec[], name: string): Spec {
  const found = specs.find((spec) => spec.name === name);
  if (found) return found;
  throw unknown(
    'spec',
    name,
    specs.map((spec) => spec.name),
  );
}

/** The spec's variant of that name or short form; a UsageError suggests another. */
export function findVariant(spec: Spec, name: string): Variant {
  const { variants } = spec;
  const found =
    variants.find((it) => it.name === name) ?? variants.find((it) => slug(it.name) === slug(name));
  if (found) return found;
  throw unknown(
    `variant of ${spec.name}`,
    name,
    variants.map((variant) => slug(variant.name)),
  );
}

/** `There is no spec 'x'.` with the nearest name, or all of them if none is near. */
function unknown(what: string, asked: string, known: readonly string[]): UsageError {
  // No name is that long, and to compare or print a long one takes its time.
  const name = clipped(asked);
  const near = known.length > 0 ? closest(name, known) : '';
  const isNear = near !== '' && distance(name, near) <= Math.max(2, near.length / 3);
  const partly = known.filter((it) => name.length > 2 && it.includes(slug(name)));
  const guess = isNear ? [near] : partly;
  const help = guess.length > 0 ? `Did you mean ${guess.join(' or ')}?` : `There is: ${known.join(', ')}.`;
  return new UsageError(`There is no ${what} '${name}'. ${help}`);
}
