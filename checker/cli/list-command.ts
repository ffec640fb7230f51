/** `heddle list`: what there is to check and what is expected of it. */
import { type GridCell, grid } from '../report/grid.ts';
import { expectationWords } from '../report/judge.ts';
import { type Paint, paintFor } from '../report/paint.ts';
import { slug } from '../report/slug.ts';
import type { Spec } from '../spec.ts';
import type { Io } from './io.ts';
import { modelsOf } from './select.ts';

/** Prints every spec with its variants, and per memory model what is expected. */
export function listCommand(specs: readonly Spec[], io: Io): void {
  const paint = paintFor(io.stdout.isTerminal, io.env);
  const texts = specs.map((spec) => specText(spec, paint));
  io.stdout.write(texts.length > 0 ? texts.join('\n') : 'There are no specs.\n');
}

function specText(spec: Spec, paint: Paint): string {
  const models = modelsOf([spec]);
  const header = ['variant', 'short form', ...models].map((text) => ({ text, paint: paint.faint }));
  const rows = spec.variants.map(({ name, expect }): readonly GridCell[] => [
    { text: name },
    { text: slug(name) },
    ...models.map((model) => ({ text: expect[model] ? expectationWords(expect[model]) : '-' })),
  ]);
  const table = grid(
    [header, ...rows],
    header.map(() => 'left'),
  );
  const about = spec.variants.map(({ name, about }) => ({ name, about }));
  const notes = grid(
    about.map((it) => [{ text: it.name }, { text: it.about, paint: paint.faint }]),
    ['left', 'left'],
  );
  return [
    paint.strong(`${spec.name}: ${spec.title}`),
    spec.source,
    '',
    ...table.map((line) => `  ${line}`),
    '',
    ...notes.map((line) => `  ${line}`),
    '',
  ].join('\n');
}
