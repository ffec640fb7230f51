/** Changes that nobody catches: what the properties of all specs together are blind to, or what the kernel has twice. */
import { wrap } from '../report/wrap.ts';
import type { Cell, Matrix, Row } from './matrix.ts';
import { headingOf, wasTried } from './text.ts';

/** What became of one change in one spec, under the weakest memory model that it was run under. */
export interface Tried {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  readonly verdict: Cell['verdict'];
  /** Whether the machine has the same number of states and transitions with the change: no sign of any difference. */
  readonly same: boolean;
}

/** A line of the kernel, and a change to it that no spec notices. */
export interface Survivor {
  readonly id: string;
  readonly fn: string;
  readonly programs: readonly string[];
  readonly text: string;
  readonly sort: Row['sort'];
  readonly change: string;
  /** Where it is redundant. */
  readonly redundant: readonly Tried[];
  /** Where it was tried without an answer: no program, incomplete, vacuous. */
  readonly open: readonly Tried[];
  /** Other changes that make a difference only together with this one. */
  readonly standsIn: readonly string[];
  /** The same change to others of the same statements in the function (`#2`, …) that some spec notices: copies of one
   *  line of the source, in branches that are written out, are not told from lines that are alike. */
  readonly noticedCopies: readonly string[];
}

export interface Survivors {
  readonly kind: 'heddle survivors';
  /** Changes that were executed and judged in some spec. */
  readonly judged: number;
  /** Changes that some spec needs undone. */
  readonly caught: number;
  readonly survivors: readonly Survivor[];
  /** By spec: how many changes it judged, and how many of them it does not notice. */
  readonly specs: readonly {
    readonly spec: string;
    readonly variant: string;
    readonly judged: number;
    readonly survive: number;
  }[];
}

/** A model comes behind those that it is weaker than. */
const ORDER = ['sc', 'tso', 'armv8'];

/** The weakest model that the row was run under; null if it was run under none. */
function weakest({ models }: Matrix, { cells }: Row): string | null {
  const run = models.filter((m) => cells[m] !== undefined);
  return [...run].sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b)).at(-1) ?? null;
}

export function survivorsOf(matrices: readonly Matrix[]): Survivors {
  const tried = matrices.flatMap((matrix) =>
    matrix.rows
      .filter((row) => row.sort !== 'pair' && wasTried(row))
      .flatMap((row) => {
        const model = weakest(matrix, row);
        return model === null ? [] : [{ row, matrix, model, found: triedIn(matrix, row, model) }];
      }),
  );
  const byId = new Map<string, (typeof tried)[number][]>();
  for (const one of tried) byId.set(one.row.id, [...(byId.get(one.row.id) ?? []), one]);
  const judged = [...byId.values()].filter((all) =>
    all.some(({ found }) => found.verdict === 'needed' || found.verdict === 'redundant'),
  );
  const isNoticed = (all: (typeof judged)[number]): boolean =>
    all.some(({ found }) => found.verdict === 'needed');
  const survive = judged.filter((all) => !isNoticed(all));
  const noticed = judged.filter(isNoticed).map((all) => all[0]!.row);
  return {
    kind: 'heddle survivors',
    judged: judged.length,
    caught: judged.length - survive.length,
    survivors: survive.map((all) => {
      const { id, fn, programs, text, sort, change } = all[0]!.row;
      const found = all.map((one) => one.found);
      return {
        id,
        fn,
        programs,
        text,
        sort,
        change,
        redundant: found.filter(({ verdict }) => verdict === 'redundant'),
        open: found.filter(({ verdict }) => verdict !== 'redundant'),
        standsIn: [...new Set(all.flatMap(({ matrix }) => partners(matrix, id)))],
        noticedCopies: noticed.filter((row) => lineOf(row) === lineOf(all[0]!.row)).map((row) => row.id),
      };
    }),
    specs: matrices.map((matrix) => {
      const own = tried.filter((one) => one.matrix === matrix);
      const count = (...kinds: readonly Cell['verdict'][]): number =>
        own.filter(({ found }) => kinds.includes(found.verdict)).length;
      return {
        spec: matrix.spec,
        variant: matrix.variant,
        judged: count('needed', 'redundant'),
        survive: count('redundant'),
      };
    }),
  };
}

/** A change to a line, whichever copy of it. */
const lineOf = ({ fn, text, change }: Row): string => `${fn}: ${text}: ${change}`.replaceAll(/ #\d+/g, '');

function triedIn({ spec, variant, unchanged }: Matrix, { cells }: Row, model: string): Tried {
  const cell = cells[model]!;
  const before = unchanged[model];
  const same =
    cell.verdict === 'redundant' &&
    cell.transitions !== undefined &&
    before !== undefined &&
    cell.states === before.states &&
    cell.transitions === before.transitions;
  return { spec, variant, model, verdict: cell.verdict, same };
}

/** Changes that break something together with this one, and not alone. */
const partners = ({ rows }: Matrix, id: string): readonly string[] =>
  rows
    .filter((row) => row.sort === 'pair' && Object.values(row.cells).some((c) => c.verdict === 'needed'))
    .flatMap((row) => {
      const parts = row.id.split('+');
      return parts.includes(id) ? parts.filter((part) => part !== id) : [];
    });

const WIDTH = 100;

export function survivorsText({ judged, caught, survivors, specs }: Survivors): string {
  const sentence =
    `${judged} changes were judged in ${specs.length} ${specs.length === 1 ? 'matrix' : 'matrices'}, each under the ` +
    `weakest memory model that it was run under; ${caught} are noticed by some spec, ${survivors.length} by none.`;
  const copies = survivors.filter(({ noticedCopies }) => noticedCopies.length > 0);
  const own = survivors.filter((s) => !copies.includes(s));
  const idle = own.filter(makesNoDifference);
  const felt = own.filter((s) => !makesNoDifference(s));
  const perSpec = specs.map(
    ({ spec, variant, judged, survive }) => `  ${spec}, "${variant}": ${survive} of ${judged}`,
  );
  return [
    ...wrap(sentence, WIDTH),
    ...section(
      felt,
      `${felt.length} make a difference that no property minds: weaker than needed, or not looked at.`,
      (s) => wrap(`    ${whyOf(s)}`, WIDTH, '    '),
    ),
    ...section(
      idle,
      `${idle.length} leave as many states and transitions as there were wherever they are executed: no sign of any ` +
        'difference to the machine in these specs.',
      () => [],
    ),
    ...section(
      copies,
      `${copies.length} are noticed where they are made to another of the same statements in the function.`,
      () => [],
    ),
    '',
    'Not noticed, by spec:',
    ...perSpec,
    '',
  ].join('\n');
}

const makesNoDifference = ({ redundant, standsIn }: Survivor): boolean =>
  redundant.every(({ same }) => same) && standsIn.length === 0;

/** Survivors by function, each where the first of it stands. */
function section(
  survivors: readonly Survivor[],
  title: string,
  more: (s: Survivor) => readonly string[],
): readonly string[] {
  if (survivors.length === 0) return [];
  const functions = [...new Set(survivors.map(({ fn }) => fn))];
  const lines = functions.flatMap((fn) => [
    '',
    headingOf(survivors.find((s) => s.fn === fn)!),
    ...survivors
      .filter((s) => s.fn === fn)
      .flatMap((s) => [...wrap(`  ${s.text}: ${s.change}`, WIDTH, '      '), ...more(s)]),
  ]);
  return ['', ...wrap(title, WIDTH), ...lines];
}

/** Where it was executed and what can be said of it. */
function whyOf({ redundant, open, standsIn }: Survivor): string {
  const names = (all: readonly Tried[]): string =>
    [...new Set(all.map(({ spec, model }) => `${spec} (${model})`))].join(', ');
  const same = redundant.filter((t) => t.same);
  const more = redundant.filter((t) => !t.same);
  const answers = [...new Set(open.map((t) => `${t.spec} (${t.verdict})`))];
  return [
    ...(more.length > 0 ? [`another state space, in which all holds, in ${names(more)}`] : []),
    ...(same.length > 0 ? [`as many states and transitions as before in ${names(same)}`] : []),
    ...(answers.length > 0 ? [`no answer in ${answers.join(', ')}`] : []),
    ...(standsIn.length > 0 ? [`needed once this goes too: ${standsIn.join(', ')}`] : []),
  ].join('; ');
}
