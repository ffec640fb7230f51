/** Whether an object is there, for properties and witnesses. */
import type { Read } from '../contract.ts';
import type { Life } from '../machine.ts';
import type { Machine } from '../system.ts';

/** An object that no program allocates or frees stays as it was declared: a change to the programs may come to that. */
export function lifeOf({ layout, scenario }: Machine, object: string): (read: Read) => Life {
  const life = layout.lives.get(object);
  if (life !== undefined) return (read) => read(life);
  const declared = scenario.objects.find(({ name }) => name === object)?.life ?? 'live';
  return () => declared;
}
