/** A state, or what changed in one, as its components tell it. */
import { keyOf } from '../intern/canonical.ts';
import { printable, wrap } from '../report/wrap.ts';
import type { Component, System } from '../system.ts';
import type { Values } from '../trace/take.ts';

const WIDTH = 80;

const indented = (sign: string, text: string): readonly string[] =>
  wrap(printable(text), WIDTH - sign.length, '  ').map(
    (line, i) => (i === 0 ? sign : ' '.repeat(sign.length)) + line,
  );

/** What the state holds: of all components, or of those whose names are given. Whose column says no more than their own
 *  lines stands together at the end. */
export function stateText(system: System, values: Values, names: readonly string[]): string {
  const { components } = system;
  if (names.length === 0) {
    const all = components.map((it, c) => ({ it, lines: it.show?.(values[c]) ?? [] }));
    const own = all.filter(({ it, lines }) => it.column !== undefined && lines.length > 0);
    const shared = all.filter(({ it }) => it.column === undefined).flatMap(({ lines }) => lines);
    const blocks = own.map(({ it, lines }) => block(it.ref.name, lines));
    const text = [...blocks, ...(shared.length > 0 ? [block(restOf(own.length), shared)] : [])].join('\n');
    return text === '' ? `Nothing here says what it holds. ${there(components)}` : text;
  }
  return names.map((name) => named(components, values, name)).join('\n');
}

function named(components: readonly Component[], values: Values, name: string): string {
  const asked = name.toLowerCase();
  // By the whole name, by what it is a part of ('mem:domain'), or by some of it.
  const ways: readonly ((own: string) => boolean)[] = [
    (own) => own === asked,
    (own) => own.split(':').at(-1) === asked,
    (own) => own.includes(asked),
  ];
  const found = ways
    .map((fits) => components.filter(({ ref }) => fits(ref.name.toLowerCase())))
    .find(({ length }) => length > 0);
  if (found === undefined) return indented('', `There is no "${name}" here. ${there(components)}`).join('\n');
  return found
    .map((it) => {
      const value = values[it.ref.index];
      const lines = linesOf(it, value);
      return block(it.ref.name, lines.length === 0 ? ['(nothing)'] : lines);
    })
    .join('\n');
}

const there = (components: readonly Component[]): string =>
  indented('', `There are: ${components.map(({ ref }) => ref.name).join(', ')}.`).join('\n');

const block = (name: string, lines: readonly string[]): string =>
  [`${name}:`, ...lines.flatMap((line) => indented('  ', line))].join('\n');

/** Line by line what components tell otherwise than before. */
export function changedText({ components }: System, before: Values, after: Values): string {
  const changed = components.flatMap((it, c) => {
    if (keyOf(before[c]) === keyOf(after[c])) return [];
    const [old, now] = [linesOf(it, before[c]), linesOf(it, after[c])];
    const gone = old.filter((line) => !now.includes(line)).flatMap((line) => indented('  - ', line));
    const come = now.filter((line) => !old.includes(line)).flatMap((line) => indented('  + ', line));
    return gone.length + come.length === 0 ? [] : [{ it, lines: [...gone, ...come] }];
  });
  const own = changed.filter(({ it }) => it.column !== undefined);
  const shared = changed.filter(({ it }) => it.column === undefined).flatMap(({ lines }) => lines);
  const blocks = [
    ...own.map(({ it, lines }) => [`${it.ref.name}:`, ...lines].join('\n')),
    ...(shared.length > 0 ? [[`${restOf(own.length)}:`, ...shared].join('\n')] : []),
  ];
  return blocks.length === 0 ? 'Nothing that a component tells has changed.' : blocks.join('\n');
}

/** What belongs to nobody: the heading of components without a column. */
const restOf = (others: number): string => (others > 0 ? 'memory and the rest' : 'state');

const linesOf = (it: Component, value: unknown): readonly string[] =>
  it.show?.(value) ?? [`${it.ref.name} = ${JSON.stringify(value)}`];
