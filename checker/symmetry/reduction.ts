/** START HERE for symmetry: of all states that differ only in which of some like things is which, one represents the
 *  others. What is explored is the mirrored system (mirrored.ts); each successor is replaced by its representative
 *  (least.ts); and a counterexample is found again as a run of the system itself (concrete.ts). */
import type { Successors } from '../explore/successors.ts';
import type { Tables } from '../intern/tables.ts';
import type { Occurred } from '../outcome.ts';
import { type Coverage, coverageFrom, united } from '../property/coverage.ts';
import type { Findings } from '../property/verdict.ts';
import type { Statement, System } from '../system.ts';
import { type Element, groupOf } from './group.ts';
import { type Images, imagesOf } from './images.ts';
import { type Representatives, representatives } from './least.ts';
import { mirrored, type Names } from './mirrored.ts';

/** How many states one stands for, at most, and by what. */
export interface SymmetryUsed {
  readonly names: readonly string[];
  readonly elements: number;
}

export interface Reduction {
  readonly used: SymmetryUsed;
  /** The system as it was declared. */
  readonly original: System;
  /** What is to be explored in its place. */
  readonly system: System;
  readonly names: Names;
  readonly group: readonly Element[];
  readonly images: Images;
}

/** The reduction that the system declares; null if it declares none. */
export function reductionOf(system: System): Reduction | null {
  const group = groupOf(system);
  if (group.length === 1) return null;
  const images = imagesOf(system, group);
  const names = (system.symmetries ?? []).map(({ name }) => name);
  const { system: explored, names: called } = mirrored({ system, group, images });
  const used = { names, elements: group.length };
  return { used, original: system, system: explored, names: called, group, images };
}

/** A reduction at work on the tables of a run. */
export interface Reduced {
  readonly reduction: Reduction;
  readonly representatives: Representatives;
}

export function reduced(reduction: Reduction, tables: Tables): Reduced {
  return { reduction, representatives: representatives(tables, reduction.group, reduction.images) };
}

/** Successors that are representatives, and statements executed by one thing that are executed by its likes too. */
export function reducedSuccessors(
  successors: Successors,
  tables: Tables,
  { reduction, representatives }: Reduced,
): Successors {
  return {
    ...successors,
    concrete: successors,
    expand(words, base, queue) {
      const start = queue.size;
      const found = successors.expand(words, base, queue);
      const width = tables.layout.words;
      for (let i = start; i < start + found; i++) {
        const made = representatives.represent(queue.words, i * width);
        // What a move changes says nothing any more of what differs from the state that it was found from.
        if (made === 'another') queue.moves[i] = 0;
        if (made !== 'does not fit') continue;
        queue.size = start;
        return -1;
      }
      return found;
    },
    bytes: () => successors.bytes() + representatives.bytes(),
    covered: () => withImages(successors.covered(), reduction),
  };
}

/** What was gone through, and what the likes of whoever went there went through. */
function withImages(covered: Coverage, { group, original }: Reduction): Coverage {
  const byId = new Map(original.statements.map((it) => [it.id, it]));
  const images = group.map(({ statement }): Coverage => {
    const reorderings = [...covered.reorderings.values()].map((it) => {
      const other = statementOf(it, original.statements);
      const image = byId.get(other === undefined ? '' : statement(other.id));
      return { ...it, statement: statement(it.statement), ...(image && { other: image.text, fn: image.fn }) };
    });
    return coverageFrom({ covered: [...covered.statements].map(statement), reorderings });
  });
  return united(images);
}

/** The statement that the other access of a reordering belongs to: of those that are called so, the one of the same
 *  program, whose statements' ids begin alike. */
function statementOf({ statement, other, fn }: Occurred, all: readonly Statement[]): Statement | undefined {
  const alike = ({ id }: Statement): number => {
    const end = [...id].findIndex((letter, i) => letter !== statement[i]);
    return end < 0 ? id.length : end;
  };
  return all
    .filter((it) => it.text === other && it.fn === fn)
    .reduce<Statement | undefined>((best, it) => (best && alike(best) >= alike(it) ? best : it), undefined);
}

/** What was found of the mirrored system, as it is found of the declared one. A witness is reached if any of its images
 *  is; an invariant is put to the test if it or one of those that it is exchanged with is. */
export function asDeclared(found: Findings, { reduction }: Reduced): Findings {
  const { names, original } = reduction;
  const { broken, untested, witnessesMissed } = found;
  const copies = [...names.witnesses];
  const missed = new Set(witnessesMissed);
  const untestedAll = untested.filter((name) => names.orbits.get(name)!.every((it) => untested.includes(it)));
  return {
    ...found,
    broken: broken === null ? null : { ...broken, invariant: names.invariants.get(broken.invariant)! },
    untested: untestedAll.map((name) => names.invariants.get(name)!),
    witnessesMissed: original.witnesses
      .map(({ name }) => name)
      .filter((own) => copies.every(([name, of]) => of !== own || missed.has(name))),
  };
}
