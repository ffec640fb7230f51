/** What `heddle matrix` has to know of the specs' programs. */
import * as v from 'valibot';
import type { Programs } from '../checker/matrix/changes.ts';
import type { Variant } from '../checker/spec.ts';
import { type System, UsageError } from '../checker/system.ts';
import { both, type Change, mutated, mutationsOf, toldApart } from '../model/program/mutation.ts';

/** The id says in which program besides (model/cpu/work.ts). */
const lineOf = (statement: string): string => statement.slice(statement.indexOf(': ') + 2);

const at = v.object({ fn: v.string(), head: v.string(), nth: v.number() });

/** A change comes out of files, too. */
const changeShape = v.object({
  apart: v.optional(v.literal(true)),
  edits: v.array(
    v.variant('do', [
      v.object({ do: v.picklist(['drop', 'guess', 'other side', 'swap']), at }),
      v.object({ do: v.literal('weaken'), at, to: v.string() }),
      v.object({ do: v.literal('move'), at, to: v.picklist(['earlier', 'later']) }),
    ]),
  ),
});

export const programs: Programs = {
  changesOf: (variant, model) => {
    const { code, mutations } = mutationsOf(() => variant.build(model));
    const begun = begunIn(mutated(toldApart, () => variant.build(model)));
    return { code, begun, apart: toldApart, changes: mutations };
  },
  lineOf,
  both: (a, b) => both(a as Change, b as Change),
  build: (variant: Variant, model, edit) => {
    if (!v.is(changeShape, edit))
      throw new UsageError('what it says of a change of programs is none that heddle makes.');
    return mutated(edit as Change, () => variant.build(model));
  },
};

/** What the CPUs have done in the initial state already, as `fn(): text`. */
function begunIn({ prelude = [] }: System): readonly string[] {
  const ids = prelude.flatMap(({ lines }) => lines.flatMap(({ statement }) => statement ?? []));
  return ids.map(lineOf);
}
