/** Steps, and where the reader stands, as text. */
import type { TraceStep } from '../outcome.ts';
import { printable, wrap } from '../report/wrap.ts';
import { briefly, brokenIn, endOf, optionsOf, type Session, valuesAt, wayOf } from './way.ts';

/** As wide as a mail. */
export const WIDTH = 80;

const prose = (text: string): string => wrap(printable(text), WIDTH, '  ').join('\n');

const lines = (indent: string, text: string): readonly string[] =>
  wrap(printable(text), WIDTH - indent.length, '  ').map((line) => indent + line);

/** Where the reader stands: the step that leads here, and what is to be said of the state. */
export function standingText(session: Session): string {
  const { at, system, own, saved } = session;
  const way = wayOf(session);
  const values = valuesAt(session, at);
  const here = at === 0 ? startText(session) : stepText(way[at - 1]!.step, titleOf(session));
  const broken = brokenIn(system, values).map(([name, why]) => prose(`BROKEN: ${name}: ${why}`));
  const isEnd = at === way.length && at > 0;
  const isSavedEnd = isEnd && own === null;
  const ending =
    isSavedEnd && broken.length === 0 ? [prose(`The trace ends here: ${saved.trace.ending}`)] : [];
  const story = isSavedEnd ? (saved.trace.story ?? []).map(prose) : [];
  const stuck =
    isEnd && own !== null && optionsOf(session).length === 0
      ? [prose(`Nothing can be done any more. ${endOf(session, values)}`)]
      : [];
  return [here, ...broken, ...ending, ...story, ...stuck].join('\n');
}

function startText({ saved: { trace } }: Session): string {
  const done = (trace.prelude ?? []).flatMap(({ agent, lines: all }) =>
    stepText({ agent, choice: 0, lines: all, effects: [] }, `before the first step, ${agent}`).split('\n'),
  );
  return [
    ...done,
    `The start: ${trace.steps.length === 1 ? '1 step follows' : `${trace.steps.length} steps follow`}.`,
  ].join('\n');
}

/** `step 5 of 21`, or `your step 2`. */
function titleOf(session: Session): string {
  const { at, own } = session;
  const { agent, column = agent } = wayOf(session)[at - 1]!.step;
  if (own !== null && at > own.from)
    return `your step ${at - own.from} (after ${own.from} of the trace), ${column}`;
  return `step ${at} of ${session.steps.length}, ${column}`;
}

function stepText(step: TraceStep, title: string): string {
  const text: string[] = [];
  let fn: string | undefined;
  for (const line of step.lines) {
    if (line.fn !== undefined && line.fn !== fn)
      text.push(`  ${line.fn}${/^\w+$/.test(line.fn) ? '()' : ''}:`);
    fn = line.fn ?? fn;
    const indent = fn === undefined ? '  ' : '    ';
    text.push(...lines(indent, line.text));
    for (const note of line.notes ?? [])
      text.push(...wrap(printable(note), WIDTH - indent.length - 5).map((it) => `${indent}  // ${it}`));
  }
  for (const { text: effect } of step.effects)
    text.push(...wrap(printable(effect), WIDTH - 5).map((it, i) => `${i === 0 ? '  => ' : '     '}${it}`));
  return [`${title}:`, ...(text.length === 0 ? ['  (nothing to be seen)'] : text)].join('\n');
}

/** What can be done here, numbered. */
export function optionsText(session: Session): string {
  const options = optionsOf(session);
  if (options.length === 0)
    return prose(`Nothing can be done here. ${endOf(session, valuesAt(session, session.at))}`);
  const digits = String(options.length).length;
  const rows = options.flatMap(({ step, isNext, breaks }, i) => {
    const notes = step.lines.flatMap((line) => line.notes ?? []);
    const more = [...notes, ...breaks.map((name) => `breaks ${name}`)].map((it) => `  // ${it}`).join('');
    const head = `${isNext ? '*' : ' '} ${String(i + 1).padStart(digits)}. `;
    return wrap(printable(briefly(step)) + more, WIDTH - head.length).map((it, row) =>
      row === 0 ? head + it : ' '.repeat(head.length) + it,
    );
  });
  const goesOn = options.some(({ isNext }) => isNext) ? ['* is how the trace goes on'] : [];
  return [...rows, `${[...goesOn, `"t N" takes number N`].join('; ')}`].join('\n');
}

/** Every step of the way, one a line. */
export function listText(session: Session): string {
  const way = wayOf(session);
  if (way.length === 0) return 'There are no steps.';
  const digits = String(way.length).length;
  return way
    .map(({ step }, i) => {
      const head = `${i + 1 === session.at ? '>' : ' '}${session.own !== null && i >= session.own.from ? '+' : ' '}${String(i + 1).padStart(digits)}. `;
      const [first, ...rest] = wrap(printable(briefly(step)), WIDTH - head.length - 4);
      return head + first + (rest.length > 0 ? ' ...' : '');
    })
    .join('\n');
}

/** Before a command is typed: where the reader stands. */
export function promptOf({ at, own, steps }: Session): string {
  if (own === null) return `${at}/${steps.length}> `;
  return at > own.from ? `${own.from}+${at - own.from}> ` : `${at} (+${own.steps.length})> `;
}
