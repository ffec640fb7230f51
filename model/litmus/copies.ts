/** Armv8 without other-multi-copy atomicity: each CPU has a copy of every variable, and a store is one for each copy,
 *  which leave independently. In the end the copies must agree. Variables that atomics access (locks among them) stay
 *  one. With more than two stores of a variable copies may disagree on their order for a while. */
import type { ObjectDecl, Scenario } from '../machine.ts';
import { addressOf } from '../program/flow.ts';
import type { Address, Instruction, Program } from '../program/instruction.ts';
import { rewrite, type Variant } from './rewrite.ts';

/** Null if there is nothing to be copied. */
export function withCopies(scenario: Scenario): readonly Variant[] | null {
  const atomics = scenario.programs.flatMap((p) =>
    p.code.filter(isAtomic).map((i) => objectOf(addressOf(i)!)),
  );
  if (atomics.includes(null)) return null;
  const copied = scenario.objects.filter(({ name }) => !atomics.includes(name));
  const users = new Map(copied.map(({ name }) => [name, usersOf(scenario, name)]));
  const threads = [...scenario.programs.keys()];
  const programs = scenario.programs.map((p, self) =>
    rewrite(p, (i) => {
      const address = addressOf(i);
      if (address === null) return null;
      const object = objectOf(address);
      if (object !== null && !users.has(object)) return null;
      const to = (thread: number): Address => ({ ...address, field: copy(thread) });
      if (i.op !== 'store') return [{ ...i, addr: to(self) } as Instruction];
      const others = (object === null ? threads : users.get(object)!).filter((thread) => thread !== self);
      return [...others, self].map((thread) => ({ ...i, addr: to(thread) }));
    }),
  );
  const objects = scenario.objects.map((o) =>
    users.has(o.name) ? copies(o, threads, users.get(o.name)!) : o,
  );
  const agreeing = copied.flatMap((o) => agreement(objects, o.name, users.get(o.name)!));
  return [
    {
      scenario: { ...scenario, objects, programs },
      passes: ({ memory }) => agreeing.every(([a, b]) => memory[a] === memory[b]),
    },
  ];
}

const isAtomic = ({ op }: Instruction): boolean => op === 'rmw' || op === 'cas' || op === 'blockingRmw';

/** Null if only the run tells. */
function objectOf({ base }: Address): string | null {
  return base.kind === 'const' && typeof base.value === 'string' ? base.value.slice(1) : null;
}

/** Threads that may access the object. */
function usersOf(scenario: Scenario, object: string): readonly number[] {
  const uses = (p: Program): boolean =>
    p.code.some((i) => {
      const address = addressOf(i);
      return address !== null && [object, null].includes(objectOf(address));
    });
  return scenario.programs.flatMap((p, thread) => (uses(p) ? [thread] : []));
}

const copy = (thread: number): string => `v of ${thread}`;

/** Copies of the object, those that somebody uses first: the first one is what is asked for at the end. */
function copies(object: ObjectDecl, threads: readonly number[], users: readonly number[]): ObjectDecl {
  const { cells } = object.fields[0]!;
  const order = [...users, ...threads.filter((thread) => !users.includes(thread))];
  return { ...object, cut: 'cell', fields: order.map((thread) => ({ name: copy(thread), cells })) };
}

/** Pairs of cells, by their place in memory, that must be equal in the end: the used copies of the object. */
function agreement(
  objects: readonly ObjectDecl[],
  name: string,
  users: readonly number[],
): readonly (readonly [number, number])[] {
  let start = 0;
  for (const { name: other, fields } of objects) {
    if (other === name) break;
    for (const field of fields) start += field.cells.length;
  }
  const size = objects.find((o) => o.name === name)!.fields[0]!.cells.length;
  const cells = Array.from({ length: size }, (_, i) => start + i);
  return users.slice(1).flatMap((_, n) => cells.map((first) => [first, first + (n + 1) * size] as const));
}
