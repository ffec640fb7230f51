/** Fills the cells of a matrix, several at once. What was found before is not asked again. */
import type { Runner } from '../jobs/runner.ts';
import type { Trace } from '../outcome.ts';
import type { Cache } from './cache.ts';
import { type Found, foundIn, notExecuted } from './cell.ts';
import type { Programs, ProposedChange } from './changes.ts';
import { type Cell, type Matrix, matrixSchema, type Row } from './matrix.ts';
import { type Plan, pairsOf } from './plan.ts';

export interface MatrixOptions {
  readonly runner: Runner;
  readonly programs: Programs;
  readonly cache: Cache;
  /** A hash of the sources of model, specs and engine. */
  readonly sources: string;
  readonly heddle: string;
  readonly maxStates: number;
  readonly pairs: boolean;
  readonly signal: AbortSignal;
  readonly progress: MatrixProgress;
  /** Called with each counterexample; returns the name under which it is kept. */
  keep(change: ProposedChange, model: string, trace: Trace): string;
}

export interface MatrixProgress {
  /** So many more cells are to be found. */
  expect(cells: number): void;
  /** A cell is worked on; `states` so far. */
  show(what: string, states: number | null): void;
  done(cached: boolean): void;
}

/** A matrix, and how many of its cells are still to be found because the run was interrupted. */
export interface Filled {
  readonly matrix: Matrix;
  readonly missing: number;
}

/** A cell to be found. */
interface Wanted {
  readonly plan: Plan;
  readonly model: string;
  /** Null: nothing is changed. */
  readonly change: ProposedChange | null;
  /** Copies of a statement are told apart: only what was executed is of interest. */
  readonly apart?: true;
}

/** What is known of a plan so far. */
interface Ledger {
  readonly plan: Plan;
  readonly unchanged: Map<string, Cell>;
  /** By row and model. */
  readonly cells: Map<string, Map<string, Cell>>;
  readonly pairs: Map<string, Omit<Row, 'cells'>>;
  missing: number;
}

export async function fillMatrix(plan: Plan, o: MatrixOptions): Promise<Filled> {
  const ledger = emptyLedger(plan);
  const enter = async (wanted: readonly Wanted[]): Promise<readonly (Found | null)[]> => {
    const found = await fill(wanted, o);
    for (const [k, one] of wanted.entries())
      if (one.apart !== true || !found[k]) note(ledger, one, found[k]?.cell);
    return found;
  };
  const bases = plan.models.map((model): Wanted => ({ plan, model, change: null }));
  const known = await enter([...bases, ...bases.map((base): Wanted => ({ ...base, apart: true }))]);
  const executed = bases.map((_, k) => executedBy(known[k], known[bases.length + k]));
  await enter(bases.flatMap((base, k) => changesToTry(ledger, base, executed[k] ?? null, o.programs)));
  if (o.pairs) await enter(bases.flatMap((base) => pairsToTry(ledger, base, o.programs)));
  return { matrix: matrixOf(ledger, o.heddle), missing: ledger.missing };
}

const emptyLedger = (plan: Plan): Ledger => ({
  plan,
  unchanged: new Map(),
  cells: new Map(),
  pairs: new Map(),
  missing: 0,
});

function note(ledger: Ledger, { model, change }: Omit<Wanted, 'plan'>, cell: Cell | undefined): void {
  if (cell === undefined) ledger.missing += 1;
  else if (change === null) ledger.unchanged.set(model, cell);
  else {
    const row = ledger.cells.get(change.id) ?? new Map<string, Cell>();
    ledger.cells.set(change.id, row.set(model, cell));
  }
}

/** Ids of the statements that the unchanged spec executes; null if it does not hold. */
function executedBy(
  unchanged: Found | null | undefined,
  apart: Found | null | undefined,
): readonly string[] | null {
  if (unchanged?.cell.verdict !== 'redundant' || !apart) return null;
  // With copies told apart, those that are never executed make it vacuous. Anything else is a spec that reads texts.
  const isWhole = apart.cell.verdict === 'redundant' || apart.cell.verdict === 'vacuous';
  return isWhole ? apart.covered : unchanged.covered;
}

/** Changes to lines that the unchanged spec executes; none if that does not hold. */
function changesToTry(
  ledger: Ledger,
  { plan, model }: Wanted,
  covered: readonly string[] | null,
  programs: Programs,
): readonly Wanted[] {
  if (covered === null) return [];
  const proposed = plan.proposed.get(model)!;
  const executed = new Set([...proposed.begun, ...covered.map(programs.lineOf)]);
  const isTried = ({ touches }: ProposedChange): boolean =>
    touches.every((group) => group.length === 0 || group.some((text) => executed.has(text)));
  for (const change of proposed.changes) if (!isTried(change)) note(ledger, { model, change }, notExecuted);
  return proposed.changes.filter(isTried).map((change) => ({ plan, model, change }));
}

function pairsToTry(ledger: Ledger, { plan, model }: Wanted, programs: Programs): readonly Wanted[] {
  const { changes } = plan.proposed.get(model)!;
  const pairs = pairsOf(changes, (id) => ledger.cells.get(id)?.get(model), programs);
  for (const { edit, code, touches, ...row } of pairs) ledger.pairs.set(row.id, row);
  return pairs.map((change) => ({ plan, model, change }));
}

function matrixOf({ plan, unchanged, cells, pairs }: Ledger, heddle: string): Matrix {
  const { spec, variant, models, rows } = plan;
  const inOrder = (found: ReadonlyMap<string, Cell>): Row['cells'] =>
    Object.fromEntries(models.flatMap((m) => (found.has(m) ? [[m, found.get(m)!]] : [])));
  return {
    kind: 'heddle matrix',
    schema: matrixSchema,
    heddle,
    spec: spec.name,
    variant: variant.name,
    models,
    unchanged: inOrder(unchanged),
    rows: [...rows, ...pairs.values()].map((row) => ({
      ...row,
      cells: inOrder(cells.get(row.id) ?? new Map()),
    })),
  };
}

/** What is found for each; null where the run was interrupted before. */
async function fill(wanted: readonly Wanted[], o: MatrixOptions): Promise<readonly (Found | null)[]> {
  const found: (Found | null)[] = wanted.map(() => null);
  o.progress.expect(wanted.length);
  let next = 0;
  const lane = async (): Promise<void> => {
    for (let k = next++; k < wanted.length && !o.signal.aborted; k = next++)
      found[k] = await fillOne(wanted[k]!, o);
  };
  await Promise.all(Array.from({ length: o.runner.atOnce }, lane));
  return found;
}

async function fillOne({ plan, model, change, apart }: Wanted, o: MatrixOptions): Promise<Found | null> {
  const { spec, variant } = plan;
  const proposed = plan.proposed.get(model)!;
  const code = change?.code ?? (apart ? `${proposed.code}\napart` : proposed.code);
  const edit = apart ? proposed.apart : change?.edit;
  const key = {
    sources: o.sources,
    spec: spec.name,
    variant: variant.name,
    model,
    maxStates: o.maxStates,
    code,
  };
  const known = o.cache.read(key);
  const what = `${spec.name}: ${change === null ? 'unchanged' : `${change.text} ${change.change}`} (${model})`;
  if (known === null) o.progress.show(what, null);
  const found = known ?? (await explored());
  if (found === null) return null;
  if (known === null) o.cache.write(key, found);
  o.progress.done(known !== null);
  if (found.trace === null || change === null) return found;
  return { ...found, cell: { ...found.cell, trace: o.keep(change, model, found.trace) } };

  async function explored(): Promise<Found | null> {
    const task = {
      spec: spec.name,
      variant: variant.name,
      model,
      search: { search: 'bfs', maxStates: o.maxStates } as const,
      ...(edit === undefined ? {} : { change: edit }),
    };
    const onProgress = ({ states }: { readonly states: number }): void => o.progress.show(what, states);
    return foundIn(await o.runner.run(task, { signal: o.signal, onProgress }));
  }
}
