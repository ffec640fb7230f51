/** The lines of a run once more, with what only the whole run tells: what each did to memory, and which took effect
 *  before which where it made a difference. */
import type { Access, History, Line, Reordering } from '../contract.ts';
import { orderNotes, reordering } from '../cpu/notes.ts';
import type { AccessPart } from '../cpu/remedies.ts';
import { instructionAt } from '../cpu/work.ts';
import type { Machine } from '../system.ts';
import { type Swap, swapsIn } from './order.ts';
import { type Accessed, type Happening, rerun } from './rerun.ts';

/** Longer runs, found depth first, are told as their labels tell them. */
const LONGEST = 1500;

export function retell(machine: Machine, history: History): readonly (readonly Line[])[] {
  if (history.steps.length > LONGEST) return history.steps.map(({ label }) => label.lines);
  const { happenings, lines } = rerun(machine, history);
  const swaps = swapsIn(happenings);
  const notes = swaps.map(told);
  const passed = new Set<Happening>(swaps.map(({ earlier }) => earlier));
  const done = happenings.filter((h): h is Done => h.access !== undefined && h.access.effect !== null);
  const shown = done.filter((h) => isShown(h, lines));
  const late = new Set(shown.filter((h) => !passed.has(h) && isLate(h, shown)).map(lineOf));
  return lines.map((own, step) => {
    const here = done.filter(({ access }) => access.step === step);
    return own.map((line, at) => {
      const accesses = here.filter(({ access }) => access.effect.line === at);
      const reorderings = notes.filter((n) => n.step === step && n.line === at).map((n) => n.reordering);
      return retold(machine, line, accesses, reorderings, late.has(`${step} ${at}`));
    });
  });
}

type Done = Happening & { readonly access: Accessed & { readonly effect: NonNullable<Accessed['effect']> } };

const lineOf = ({ access: { step, effect } }: Done): string => `${step} ${effect.line}`;

/** Whether the trace shows it as an access. */
function isShown({ access: { part, step, effect } }: Done, lines: readonly (readonly Line[])[]): boolean {
  return (part === 'read' || part === 'write') && (lines[step]?.[effect.line]?.text ?? '') !== '';
}

/** Whether the trace shows it below something of the same CPU that comes later in its program. */
function isLate(h: Done, done: readonly Done[]): boolean {
  const { access } = h;
  return done.some(
    (o) =>
      o.agent === h.agent &&
      o.nth > h.nth &&
      (o.access.step < access.step ||
        (o.access.step === access.step && o.access.effect.line < access.effect.line)),
  );
}

interface Told {
  readonly step: number;
  readonly line: number;
  readonly reordering: Reordering;
}

/** A swap as a remark: on what took effect before something that never did, or that is a store as it is; else on what
 *  was passed. */
function told({ earlier, later }: Swap): Told {
  const [a, b] = [partOf(earlier.access), partOf(later.access)];
  const kind = later.access.stale
    ? 'stale'
    : earlier.access.effect === null || (a.part === 'write' && b.part === 'write')
      ? 'early'
      : 'late';
  const [self, other, at] = kind === 'late' ? [a, b, earlier] : [b, a, later];
  const { cpu, step, effect } = at.access;
  return { step, line: effect!.line, reordering: reordering(cpu, kind, self, other) };
}

const partOf = ({ pc, part }: Accessed): AccessPart => ({ pc, part: part === 'read' ? 'read' : 'write' });

function retold(
  machine: Machine,
  line: Line,
  done: readonly Done[],
  reorderings: readonly Reordering[],
  late: boolean,
): Line {
  const { text, fn, notes, statement } = line;
  const guessed = ['satisfied late', ...orderNotes(line.reorderings ?? [])];
  const kept = (notes ?? []).filter((n) => !guessed.includes(n));
  const order = [...orderNotes(reorderings), ...staleNotes(reorderings)];
  // A reader sees that it is out of order, and looks for the reason.
  const unnoticed = late && reorderings.length === 0 ? ['late, unnoticed'] : [];
  const all = [...kept, ...order, ...unnoticed];
  return {
    text,
    ...(fn === undefined ? {} : { fn }),
    ...(all.length === 0 ? {} : { notes: all }),
    ...(statement === undefined ? {} : { statement }),
    ...(reorderings.length === 0 ? {} : { reorderings }),
    ...(done.length === 0 ? {} : { accesses: done.map((d) => accessOf(machine, d)) }),
  };
}

const staleNotes = (reorderings: readonly Reordering[]): readonly string[] =>
  reorderings.flatMap(({ kind, other }) => (kind === 'stale' ? [`as if before ${other}`] : []));

function accessOf({ layout }: Machine, { nth, access: { cpu, pc, effect } }: Done): Access {
  const i = instructionAt(cpu, pc);
  const place = effect.loc === null ? (effect.to?.name ?? '') : layout.cells[effect.loc]!.name;
  const order =
    ('order' in i && i.order !== 'plain' && i.order) ||
    ('acquire' in i && i.acquire && i.release && 'full') ||
    (effect.kind === 'read' && 'acquire' in i && i.acquire && 'acquire') ||
    (effect.kind === 'write' && 'release' in i && i.release && 'release') ||
    null;
  // Commands are written to a queue; what is freed is not written to.
  const kind = effect.to !== undefined && effect.to.kind !== 'queue' ? 'other' : effect.kind;
  return { kind, place, value: effect.value, ...(order === null ? {} : { order }), pc, nth };
}
