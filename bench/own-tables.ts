/** Tables of heddle alone: how cost grows, what a second worker buys, the driver's model, and what symbols reach. */
import { count, memory, rate } from '../checker/report/numbers.ts';
import type { Result } from './contest.ts';
import { bytesPerState, type Held, memoOf, peakPerState, type Rows, table } from './report.ts';
import { describe } from './subject.ts';

/** What a state and a transition cost at each power of ten. */
export function growthTable(held: readonly Held[]): string {
  const head = [
    'size',
    'states',
    'transitions',
    'CPU s',
    'µs/state',
    'ns/transition',
    'states/s',
    'bytes/state',
    'peak/state',
    'peak',
  ];
  const rows = held.map(({ entry: { subject }, results: [it] }) => {
    const { found, cpu, peak } = it!;
    const { states, transitions } = found[0]!;
    return [
      describe(subject),
      count(states),
      count(transitions ?? 0),
      cpu.toFixed(2),
      ((1e6 * cpu) / states).toFixed(2),
      ((1e9 * cpu) / (transitions ?? Number.NaN)).toFixed(0),
      rate(states, cpu),
      bytesPerState(found[0]!),
      peakPerState(it!),
      peak === null ? '' : memory(peak),
    ];
  });
  return `${table(head, rows)}\n`;
}

/** The driver's model: a row for each memory model and size, with the twin where it ran. */
export function flagshipTable(held: readonly Held[]): string {
  const head = [
    'model and size',
    'states',
    'transitions',
    'CPU s',
    'exploring',
    'states/s exploring',
    'bytes/state',
    'peak',
    'memo hits',
    'slow code',
    'naive twin, CPU s',
    'twin / heddle',
  ];
  const rows = held.map(({ entry: { subject }, results }) => {
    const [heddle] = results;
    const twin = results.find(({ name }) => name === 'naive twin');
    const { states, transitions, exploring } = heddle!.found[0]!;
    return [
      describe(subject),
      count(states),
      count(transitions ?? 0),
      heddle!.cpu.toFixed(2),
      exploring?.toFixed(2) ?? '',
      exploring === null ? '' : rate(states, exploring),
      bytesPerState(heddle!.found[0]!),
      heddle!.peak === null ? '' : memory(heddle!.peak),
      ...memoOf(heddle!.found),
      twin?.cpu.toFixed(2) ?? '',
      twin === undefined ? '' : (twin.cpu / heddle!.cpu).toFixed(1),
    ];
  });
  return `${table(head, rows)}\n`;
}

/** One row for each size and engine, with the wall time against that of the first. */
export function workersTable(held: readonly Held[]): string {
  const rows: Rows = held.flatMap(({ entry: { subject }, results }) =>
    results.map((it) => [
      `${describe(subject)}, ${it.name}`,
      count(it.found[0]!.states),
      it.cpu.toFixed(2),
      it.wall.toFixed(2),
      speedUp(results[0]!, it),
      it.peak === null ? '' : memory(it.peak),
    ]),
  );
  return `${table(['size', 'states', 'CPU s', 'wall s', 'wall, times faster', 'peak'], rows)}\n`;
}

function speedUp(first: Result, it: Result): string {
  return (first.wall / it.wall).toFixed(2);
}

/** What sets of states cost, next to the explicit engine where that ran: it is the first of two results. */
export function symbolicTable(held: readonly Held[]): string {
  const head = [
    'size',
    'states',
    'transitions',
    'symbolic, CPU s',
    'wall s',
    'nodes',
    'peak',
    'explicit, CPU s',
    'explicit / symbolic',
  ];
  const rows = held.map(({ entry: { subject }, results }) => {
    const it = results.at(-1)!;
    const explicit = results.length > 1 ? results[0]! : null;
    const { states, transitions, nodes } = it.found[0]!;
    return [
      describe(subject),
      count(states),
      transitions === null ? '' : count(transitions),
      it.cpu.toFixed(2),
      it.wall.toFixed(2),
      nodes === null ? '' : count(nodes),
      it.peak === null ? '' : memory(it.peak),
      explicit?.cpu.toFixed(2) ?? '',
      explicit === null ? '' : (explicit.cpu / it.cpu).toFixed(2),
    ];
  });
  return `${table(head, rows)}\n`;
}
