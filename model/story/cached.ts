/** How something came into an SMMU's cache, and why it is still there: since when, until when it could be fetched again,
 *  and what became of the commands that remove it. */

import type { Suspect } from '../property/suspect.ts';
import { close } from '../smmu/closure.ts';
import { commandText } from '../smmu/commands.ts';
import { columnOf } from '../smmu/smmu.ts';
import { cellReader, type ReadCell } from '../smmu/tables.ts';
import { arrayStory } from './array.ts';
import { listed, type Past, statementOf } from './past.ts';

export function cachedStory(past: Past, s: Suspect): readonly string[] {
  const first = past.since((i) => s.isHeld(smmuAt(past, s, i)));
  const fetched = lastFetch(past, s);
  // What cannot be fetched again was there since it came.
  const from = fetched < 0 ? first - 1 : fetched;
  return [since(past, s, first), ...until(past, s, fetched), ...removal(past, s, from, fetched >= 0)];
}

const smmuAt = (past: Past, { unit }: Suspect, i: number) => past.history.state(i)(unit.state);
const nameOf = ({ unit }: Suspect): string => columnOf(unit.decl);

function since(past: Past, s: Suspect, first: number): string {
  if (first === 0) return `${nameOf(s)} may have held ${s.text} from the start.`;
  return `${nameOf(s)} may have cached ${s.text} since ${past.deed(first - 1)}.`;
}

/** Whether the SMMU could fetch it anew, with memory as `cell` reads it. */
const couldFetch = (past: Past, s: Suspect, i: number, cell: ReadCell): boolean =>
  s.isHeld(close(s.unit, cell, s.without(smmuAt(past, s, i))));

const memoryIn = (past: Past, i: number): ReadCell => cellReader(past.machine.layout, past.history.state(i));

/** The last state in which it could be fetched anew. */
const lastFetch = (past: Past, s: Suspect): number =>
  past.lastState((i) => couldFetch(past, s, i, memoryIn(past, i)));

function until(past: Past, s: Suspect, fetched: number): readonly string[] {
  if (fetched < 0) return [];
  if (fetched < past.end)
    return [`It could be fetched anew until ${past.deed(fetched, ({ kind }) => kind === 'write')}.`];
  const late = lateStore(past, s);
  return [
    late === undefined
      ? 'It could be fetched anew to the end: memory leads there.'
      : `It could be fetched anew to the end: ${late.text} has not reached memory.`,
  ];
}

/** A store that has not reached memory, and would keep it from being fetched anew. */
function lateStore(past: Past, s: Suspect) {
  return storesOnTheirWay(past).find(({ loc, value }) => {
    const { object, field, index } = past.machine.layout.cells[loc]!;
    const cell: ReadCell = (o, f, n) =>
      o === object.name && f === field && n === index ? value : memoryIn(past, past.end)(o, f, n);
    return !couldFetch(past, s, past.end, cell);
  });
}

/** Stores that were executed and have not reached memory at the end, if their value is known. */
function storesOnTheirWay(past: Past) {
  return past.machine.cpus.flatMap((cpu) =>
    past.history
      .state(past.end)(cpu.thread)
      .window.flatMap(({ loc, value, pc }) =>
        loc >= 0 && value.kind === 'const'
          ? [{ loc, value: value.value, cpu: cpu.name, text: `${cpu.name}'s ${statementOf(cpu, pc)}` }]
          : [],
      ),
  );
}

/** What became of the commands that are meant to remove it. */
function removal(past: Past, s: Suspect, fetched: number, again: boolean): readonly string[] {
  const name = nameOf(s);
  const consumed = past.consumed(s.unit);
  const covering = consumed.filter(({ command }) => s.covers(command));
  const after = covering.filter(({ step }) => step > fetched);
  const last = after.at(-1);
  if (last !== undefined) {
    const synced = consumed.some(({ step, command }) => step > last.step && command.name === 'CMD_SYNC');
    if (synced) return unheeded(past, s, last.step, commandText(last.command));
    return [
      `${name} has consumed ${commandText(last.command)} since, but no CMD_SYNC has completed behind it.`,
    ];
  }
  const queued = past.history
    .state(past.end)(s.unit.queue)
    .find((c) => s.covers(c));
  if (queued !== undefined) return [`${commandText(queued)} is in ${name}'s queue, and not consumed yet.`];
  const pending = pendingPush(past, s);
  if (pending !== null) return [`${pending} would remove it, but has not reached ${name}.`];
  const before = covering.at(-1);
  if (before !== undefined)
    return [
      `${name} consumed ${commandText(before.command)} before that${again ? ': it could be fetched again' : ''}.`,
    ];
  return neverTold(past, s, fetched);
}

/** A device that does not do what it is told. */
function unheeded(past: Past, s: Suspect, step: number, command: string): readonly string[] {
  const { label } = past.history.steps[step]!;
  if (label.lines.some(({ text }) => text.includes('does not answer')))
    return [`The device left ${command} unanswered, and the CMD_SYNC behind it completed all the same.`];
  if (s.kind === 'ATC_INV' && past.machine.scenario.hardware?.atcKeepsInflight === true)
    return [`The device took in a translation that it had asked for before ${command}.`];
  return [];
}

function pendingPush(past: Past, s: Suspect): string | null {
  for (const cpu of past.machine.cpus)
    for (const { payload, pc } of past.history.state(past.end)(cpu.thread).window)
      if (
        payload?.kind === 'commands' &&
        payload.smmu === s.unit.decl.name &&
        payload.commands.some((c) => s.covers(c))
      )
        return `${cpu.name}'s ${statementOf(cpu, pc)}`;
  return null;
}

/** No command that covers it was given to this SMMU. To others, perhaps; or one that covers something else. */
function neverTold(past: Past, s: Suspect, fetched: number): readonly string[] {
  const name = nameOf(s);
  const others = past
    .consumed(s.unit)
    .filter(({ step }) => step > fetched)
    .map(({ command }) => command);
  const elsewhere = past.machine.smmus
    .filter((u) => u !== s.unit)
    .flatMap((unit) =>
      past
        .pushes(unit)
        .filter(({ commands }) => commands.some((c) => s.covers(c)))
        .map((p) => ({ ...p, to: columnOf(unit.decl) })),
    );
  const [first] = elsewhere;
  if (first !== undefined) {
    const command = commandText(first.commands.find((c) => s.covers(c))!);
    const to = [...new Set(elsewhere.filter(({ agent }) => agent === first.agent).map((p) => p.to))];
    return [
      `${first.agent} gave ${command} to ${listed(to)}, and to ${name} nothing that covers it.`,
      ...arrayStory(past, first.agent, first.step, s.unit.decl.name),
    ];
  }
  const alike = others.filter((c) => c.name.startsWith(s.kind)).map(commandText);
  const cleared = s.kind === 'CFGI' ? undefined : (past.cpuOf(fetched) ?? lateStore(past, s)?.cpu);
  return [
    alike.length > 0
      ? `${name} was given ${listed([...new Set(alike)])} after that, which does not cover it.`
      : `No command that covers it was given to ${name}.`,
    ...(cleared === undefined ? [] : arrayStory(past, cleared, past.end, s.unit.decl.name)),
  ];
}
