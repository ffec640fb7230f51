/** START HERE: the CPU part of a counterexample as a litmus test in the kernel's C dialect. Each CPU is the path that it
 *  took, of which only accesses stay that others have to do with, and what orders them; an SMMU that came to cache what
 *  it should not is a thread that does that walk. The question is whether what was read can be read. */
import type { History } from '../../contract.ts';
import type { Loc } from '../../machine.ts';
import type { Value } from '../../program/expression.ts';
import type { Machine } from '../../system.ts';
import { Unsupported } from '../unsupported.ts';
import { identifiers, type Needed, neededCells } from './cells.ts';
import { opsOf } from './ops.ts';
import { pathsOf } from './path.ts';
import { header } from './text.ts';
import { threadText } from './thread-text.ts';
import { relevant, type Thread, threadsOf } from './threads.ts';
import { tokensFor } from './tokens.ts';
import { type Walk, walkIn } from './walk.ts';

export interface Counterexample {
  readonly machine: Machine;
  readonly history: Omit<History, 'judged'>;
  readonly ending: string;
  /** What the test is to be called. */
  readonly name: string;
  /** What was checked, as a sentence begins. */
  readonly about: string;
}

/** A test whose question is `exists`; what was found goes into its head: `result`, and a sentence on it. */
export type Printed = (result: string, found: string) => string;

/** Throws Unsupported where it cannot be said. */
export function printLitmus(c: Counterexample): Printed {
  const { machine, history, ending } = c;
  const paths = pathsOf(machine, history);
  const found = walkIn(machine, history, ending);
  const walk = typeof found === 'string' ? null : found;
  const needed = neededCells(machine, paths, walk);
  const ops = paths.map((path, id) => relevant(opsOf(path, id, needed)));
  const threads = threadsOf(paths, ops, walk, needed);
  refuseOneThread(machine, threads, found);
  const initial = (loc: Loc): Value | null => {
    const { group, slot } = machine.layout.cells[loc]!;
    return history.state(0)(group).values[slot]!;
  };
  const used = new Set(
    threads.flatMap(({ ops: its }) => its.flatMap(({ loc }) => (loc === null ? [] : [loc]))),
  );
  const names = identifiers(machine.layout, used);
  const tokens = tokensFor(
    machine.layout,
    names,
    threads.flatMap((t) => t.ops),
    (loc) => initial(loc),
  );
  const bodies = threads.map((t, n) => threadText(t, n, names, tokens));
  const set = [...used]
    .filter((loc) => !needed.locks.has(loc) && (initial(loc) ?? 0) !== 0)
    .map((loc) => `\t${names.get(loc)}=${tokens.of(initial(loc)!)};\n`);
  const conditions = bodies.flatMap(({ read }) => read);
  if (conditions.length === 0) throw new Unsupported('no load in it reads what another CPU may store');
  const notes = notesOf(c, needed, threads, found);
  return (result, said) =>
    [
      `C ${c.name}\n\n`,
      header({
        result,
        said,
        about: c.about,
        ending,
        roles: threads.map(({ role }) => role),
        legend: tokens.legend(),
        notes,
      }),
      `{\n${set.join('')}}\n`,
      ...bodies.map(({ text }) => text),
      `\nexists\n${existsText(conditions)}\n`,
    ].join('');
}

function refuseOneThread(machine: Machine, threads: readonly Thread[], walk: Walk | string | null): void {
  if (threads.length > 1) return;
  if (machine.engines.length > 0)
    throw new Unsupported('what goes wrong is between one CPU and the hardware that consumes its queue');
  const cached = typeof walk === 'string' ? ` (${walk})` : '';
  throw new Unsupported(
    `no two CPUs access the same cell in it, nor does a walk of an SMMU read what one has stored${cached}`,
  );
}

function existsText(conditions: readonly string[]): string {
  const lines: string[] = [];
  for (const c of conditions) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + c.length < 70) lines[lines.length - 1] = `${last} /\\ ${c}`;
    else lines.push(c);
  }
  return `(${lines.join(' /\\\n ')})`;
}

/** What the test does not say. */
function notesOf(
  { machine }: Counterexample,
  { byDevices }: Needed,
  threads: readonly Thread[],
  walk: Walk | string | null,
): readonly string[] {
  const lost = [
    ...new Set(threads.flatMap(({ ops }) => ops.flatMap((op) => (op.lost ? [op.i.at.text] : [])))),
  ];
  const devices = byDevices.map((loc) => machine.layout.cells[loc]!.name);
  return [
    ...(devices.length === 0 ? [] : [`Left out: ${devices.join(', ')}, which devices write.`]),
    ...(lost.length === 0 ? [] : [`Address or data dependencies that are not said: ${lost.join('; ')}.`]),
    ...(typeof walk === 'string' ? [`Without a walk: ${walk}.`] : []),
  ];
}
