/** What stands below a trace: why it came to its ending, and what was out of order. */
import type { Trace } from '../outcome.ts';
import type { Line, Reordering } from '../system.ts';
import { printable, wrap } from './wrap.ts';

/** The reorderings of a trace by the numbers that its lines refer to. */
export type Numbers = ReadonlyMap<Reordering, number>;

interface Swapped {
  readonly column: string;
  readonly line: Line;
  readonly reordering: Reordering;
}

const swapped = (trace: Trace): readonly Swapped[] =>
  trace.steps.flatMap(({ agent, column = agent, lines }) =>
    lines.flatMap((line) =>
      (line.reorderings ?? [])
        .filter(({ other }) => other !== '')
        .map((reordering) => ({ column, line, reordering })),
    ),
  );

/** Numbered from 1 as they come; those that say the same have one number. */
export function numbersOf(trace: Trace): Numbers {
  const texts: string[] = [];
  return new Map(
    swapped(trace).map((s) => {
      const text = swapText(s);
      if (!texts.includes(text)) texts.push(text);
      return [s.reordering, texts.indexOf(text) + 1];
    }),
  );
}

/** Notes that say nothing of an order that is told below the trace, and a mark for each that is. */
export function remarksOf({ notes = [], reorderings = [] }: Line, numbers: Numbers): readonly string[] {
  const told = reorderings.filter((r) => numbers.has(r));
  const rest = notes.filter((note) => !told.some(({ other }) => note.endsWith(` ${other}`)));
  const marks = (kind: Reordering['kind']): string =>
    told
      .filter((r) => r.kind === kind)
      .map((r) => ` (${numbers.get(r)})`)
      .join('');
  const timely = (['early', 'late'] as const).filter((kind) => marks(kind) !== '');
  // Something of an old value may be there already.
  const said = rest.findIndex((note) => note.startsWith('stale'));
  const stale = marks('stale');
  const all = rest.map((note, i) => (i === said ? `${note}${stale}` : note));
  const old = stale === '' || said >= 0 ? [] : [`stale${stale}`];
  return [...all, ...old, ...timely.map((kind) => `${kind}${marks(kind)}`)];
}

/** The paragraphs, each in lines of at most `width`. */
export function why(trace: Trace, width: number): readonly (readonly string[])[] {
  const item = (mark: string, text: string): readonly string[] => {
    const hang = ' '.repeat(mark.length);
    return wrap(printable(text), width - mark.length).map((line, i) => (i === 0 ? mark : hang) + line);
  };
  const story = trace.story ?? [];
  const texts = [...new Set(swapped(trace).map(swapText))];
  return [
    ...(story.length === 0 ? [] : [['How it came about:', ...story.flatMap((s) => item('- ', s))]]),
    ...(texts.length === 0
      ? []
      : [['Out of program order:', ...texts.flatMap((text, i) => item(`(${i + 1}) `, text))]]),
  ];
}

/** `CPU1: B in g() passed A in f(): smp_wmb() between them, or … forbids it`. */
function swapText({ column, line, reordering: { kind, other, fn, forbiddenBy } }: Swapped): string {
  const isOneFunction = fn === line.fn;
  const own = isOneFunction ? line.text : inFunction(line.text, line.fn);
  const others = isOneFunction ? other : inFunction(other, fn);
  const [first, last] = kind === 'late' ? [others, own] : [own, others];
  const second = isOneFunction ? inFunction(last, fn) : last;
  const old = kind === 'stale' ? ', an old value,' : '';
  const comma = forbiddenBy.length > 1 ? ',' : '';
  const remedy = forbiddenBy.length === 0 ? '' : `: ${forbiddenBy.join(', or ')}${comma} forbids it`;
  return `${column}: ${first}${old} passed ${second}${remedy}`;
}

const inFunction = (text: string, fn: string | undefined): string =>
  fn === undefined || !/^[a-z_][a-z0-9_]*$/.test(fn) ? text : `${text} in ${fn}()`;
