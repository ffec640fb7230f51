/** Asks a function of the model about a state, and the like function about every state that it can be exchanged with.
 *  What the latter read counts as read of the state itself, so that an answer is only learned, and used again, with all
 *  that it was held to. */
import type { Read, Ref, System } from '../system.ts';
import type { Element } from './group.ts';
import type { Images } from './images.ts';

export interface Mirror {
  readonly system: System;
  readonly group: readonly Element[];
  readonly images: Images;
}

/** Where an answer is held to another: what the exchanged state is like, and by which element it is exchanged. */
export interface Other {
  readonly g: number;
  readonly element: Element;
  /** Reads the exchanged state. */
  readonly read: Read;
}

/** A question about a state, and how it is put to the others. */
export interface Question<A> {
  ask(read: Read): A;
  /** Everything in the answer that depends on the element, besides the values read. */
  exchanged(answer: A, g: number, element: Element): string;
  /** Throws if the answer there is not the exchanged answer. */
  hold(answer: A, other: Other): void;
}

/** The answer, held to those of all elements. Elements that come to the same exchange of everything that was read are
 *  tried once, if what the like function reads there is no more than that. */
export function answered<A>({ system, group, images }: Mirror, read: Read, question: Question<A>): A {
  const seen = new Set<number>();
  const answer = question.ask((ref) => {
    seen.add(ref.index);
    return read(ref);
  });
  const idOf = (c: number): number => images.idOf(c, read(system.components[c]!.ref));
  const held = new Set<string>();
  for (let g = 1; g < group.length; g++) {
    const element = group[g]!;
    const values = [...seen].map((c) => `${element.to[c]}=${images.of(g, c, idOf(c))}`).sort();
    const key = `${values.join()};${question.exchanged(answer, g, element)}`;
    if (held.has(key)) continue;
    const inside = new Set([...seen].map((c) => element.to[c]!));
    let isInside = true;
    const there: Read = <T>({ index }: Ref<T>) => {
      if (!inside.has(index)) isInside = false;
      const c = element.from[index]!;
      return images.valueOf(index, images.of(g, c, idOf(c))) as T;
    };
    question.hold(answer, { g, element, read: there });
    if (isInside) held.add(key);
  }
  return answer;
}
