/** Names for file names and the command line: `no smp_mb() in inv_range` is `no-smp-mb-in-inv-range`. */
import type { Spec } from '../spec.ts';
import { ModelBug } from '../system.ts';

/** The kebab-case form of a name: lower case letters and digits, joined by single dashes. */
export function slug(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}

/** Refuses specs that could not be told apart on the command line or in results/. */
export function refuseAmbiguousNames(specs: readonly Spec[]): void {
  refuseDoubles(
    'spec',
    specs.map((spec) => spec.name),
  );
  for (const spec of specs) {
    if (slug(spec.name) !== spec.name) throw new ModelBug(`The spec name '${spec.name}' is not kebab-case.`);
    refuseDoubles(
      `variant of ${spec.name}`,
      spec.variants.map((variant) => variant.name),
    );
  }
}

function refuseDoubles(what: string, names: readonly string[]): void {
  const taken = new Map<string, string>();
  for (const name of names) {
    const other = taken.get(slug(name));
    if (other !== undefined) {
      throw new ModelBug(
        `Two names of a ${what}, '${other}' and '${name}', have the same short form '${slug(name)}'.`,
      );
    }
    taken.set(slug(name), name);
  }
}
