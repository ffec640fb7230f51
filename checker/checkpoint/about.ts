/** What a checkpoint is of. A state is a row of numbers, which mean something only to the program that gave them: the
 *  same spec, the same code of model and engine, the same order of search. */
import { createHash } from 'node:crypto';
import { endianness } from 'node:os';
import { keyOf } from '../intern/canonical.ts';
import { type System, UsageError } from '../system.ts';

/** Which run. */
export interface RunName {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
}

/** By whom and how it was explored. */
export interface Program {
  readonly heddle: string;
  /** A hash of all sources of model, specs and engine. What a function of the model does cannot be seen but by running
   *  it everywhere, so any change counts, and one of the engine does as well: a mended engine should not go on from
   *  what a faulty one found. */
  readonly sources: string;
}

/** What else must be the same, lest numbers mean other things. */
export interface Manner {
  readonly search: string;
  readonly symmetry: boolean;
  readonly traces: boolean;
  readonly byteOrder: string;
  /** A hash of what the system declares. */
  readonly system: string;
}

export interface About {
  readonly run: RunName;
  readonly program: Program;
  readonly manner: Manner;
}

/** How a system is explored, as far as it matters here. */
export interface Way {
  readonly search: string;
  readonly symmetry?: boolean;
  readonly keepTraces?: boolean;
}

/** The manner in which a system is explored. */
export function mannerOf(system: System, { search, symmetry = true, keepTraces = true }: Way): Manner {
  return { search, symmetry, traces: keepTraces, byteOrder: endianness(), system: declared(system) };
}

function declared(system: System): string {
  const { name, components, agents, invariants, witnesses, statements, mustEnd, columns } = system;
  const description = {
    name,
    components: components.map(({ ref, initial }) => [ref.name, initial]),
    agents: agents.map((it) => it.name),
    invariants: invariants.map((it) => [it.name, it.antecedent !== undefined]),
    witnesses: witnesses.map((it) => it.name),
    statements,
    mustEnd: mustEnd === true,
    columns,
  };
  return createHash('sha256').update(keyOf(description)).digest('hex');
}

/** Refuses a checkpoint of another run, or by another program. */
export function refuseOther(file: string, kept: About, run: RunName, program: Program): void {
  if (!same(kept.run, run)) {
    throw new UsageError(`${file} is of ${words(kept.run)}, and not of ${words(run)}.`);
  }
  if (kept.program.heddle !== program.heddle) {
    throw new UsageError(
      `${file} was written by heddle ${kept.program.heddle}, and this is heddle ${program.heddle}. ${ANEW}`,
    );
  }
  if (kept.program.sources !== program.sources) {
    throw new UsageError(
      `${file} was written by other sources: since then, something in model/, specs/ or checker/ has changed, and its ` +
        `states may not be those of ${words(run)} any more. ${ANEW}`,
    );
  }
}

/** Refuses a checkpoint of a system or a search that differs. */
export function refuseOtherManner(file: string, kept: Manner, now: Manner): void {
  const asked = (on: boolean, option: string) => (on ? `without ${option}` : `with ${option}`);
  if (kept.byteOrder !== now.byteOrder) {
    throw new UsageError(`${file} was written on a machine of another byte order. ${ANEW}`);
  }
  if (kept.search !== now.search) {
    throw new UsageError(`${file} was written with --search ${kept.search}: go on with the same.`);
  }
  if (kept.symmetry !== now.symmetry) {
    throw new UsageError(
      `${file} was written ${asked(kept.symmetry, '--no-symmetry')}: go on ${asked(kept.symmetry, 'it')}.`,
    );
  }
  if (kept.traces !== now.traces) throw new UsageError(`${file} was written for other traces. ${ANEW}`);
  if (kept.system !== now.system) {
    throw new UsageError(`${file} is of a system that declares something else than this one. ${ANEW}`);
  }
}

const ANEW = 'Check anew, without --resume.';

/** `spec/variant (model)`. */
export function words({ spec, variant, model }: RunName): string {
  return `${spec}/${variant} (${model})`;
}

function same(a: RunName, b: RunName): boolean {
  return words(a) === words(b);
}
