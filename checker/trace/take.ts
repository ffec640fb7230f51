/** What a step means, on plain values: the definition that the packed, learned engine must agree with. */
import { ModelBug, type Read, type Step, type System } from '../system.ts';

/** A state, unpacked: one value per component. */
export type Values = readonly unknown[];

export function initialValues(system: System): Values {
  return system.components.map(({ initial }) => initial);
}

export function readOf(values: Values): Read {
  return <T>(component: { readonly index: number; readonly name: string }) => {
    if (!(component.index in values)) throw new ModelBug(`no component ${component.name} in this system`);
    return values[component.index] as T;
  };
}

/** The state after `step`: its writes, then each event in order, absorbed by all its listeners at once. */
export function take(system: System, values: Values, step: Step): Values {
  const written = [...values];
  for (const { component, value } of step.writes) written[component.index] = value;
  return (step.events ?? []).reduce<Values>((before, event) => {
    const read = readOf(before);
    return system.components.map(({ ref, reaction }) =>
      reaction?.listens(event) ? reaction.react(event, read(ref), read) : read(ref),
    );
  }, written);
}
