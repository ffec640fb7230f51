/** Fills the cells of matrices, several at once. What was found before is not asked again. */
import type { Runner } from '../jobs/runner.ts';
import type { Cache } from './cache.ts';
import { type Found, foundIn, notExecuted } from './cell.ts';
import type { Programs, ProposedChange, ProposedChanges } from './changes.ts';
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
  keep(plan: Plan, row: Omit<Row, 'cells'> | null, model: string, found: Found): string | undefined;
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
}

export async function fillMatrices(plans: readonly Plan[], o: MatrixOptions): Promise<readonly Filled[]> {
  const bases = plans.flatMap((plan) => plan.models.map((model): Wanted => ({ plan, model, change: null })));
  const unchanged = await fill(bases, o);
  const rows = new Map<string, Omit<Row, 'cells'>[]>();
  const cells = new Map<string, Cell>();
  const name = (plan: Plan, id: string, model: string): string =>
    JSON.stringify([plan.spec.name, plan.variant.name, id, model]);

  const changed = bases.flatMap((base, k): readonly Wanted[] => {
    const { plan, model } = base;
    const found = unchanged[k];
    if (found?.cell.verdict !== 'redundant') return [];
    const proposed = plan.proposed.get(model)!;
    const executed = executedIn(proposed, found);
    return proposed.changes.flatMap((change): readonly Wanted[] => {
      if (change.touches.every((group) => group.length === 0 || group.some((text) => executed.has(text))))
        return [{ plan, model, change }];
      cells.set(name(plan, change.id, model), notExecuted);
      return [];
    });
  });
  const remember = (wanted: readonly Wanted[], found: readonly (Found | null)[]): number => {
    for (const [k, { plan, model, change }] of wanted.entries())
      if (found[k]) cells.set(name(plan, change!.id, model), found[k].cell);
    return found.filter((f) => f === null).length;
  };
  remember(changed, await fill(changed, o));

  const pairs = !o.pairs
    ? []
    : bases.flatMap(({ plan, model }) => {
        const { changes } = plan.proposed.get(model)!;
        return pairsOf(changes, (id) => cells.get(name(plan, id, model)), o.programs).map(
          (change): Wanted => ({ plan, model, change }),
        );
      });
  for (const { plan, change } of pairs) {
    const known = rows.get(name(plan, '', '')) ?? [];
    const { edit, code, touches, ...row } = change!;
    if (!known.some(({ id }) => id === row.id)) rows.set(name(plan, '', ''), [...known, row]);
  }
  remember(pairs, await fill(pairs, o));

  return plans.map((plan) => {
    const all = [...plan.rows, ...(rows.get(name(plan, '', '')) ?? [])];
    const own = (id: string): Row['cells'] =>
      Object.fromEntries(
        plan.models.flatMap((model) => {
          const cell = cells.get(name(plan, id, model));
          return cell === undefined ? [] : [[model, cell]];
        }),
      );
    const first = bases.findIndex((base) => base.plan === plan);
    const found = plan.models.map((_, k) => unchanged[first + k] ?? null);
    const missing =
      found.filter((f) => f === null).length +
      [...changed, ...pairs].filter((w) => w.plan === plan && !cells.has(name(plan, w.change!.id, w.model)))
        .length;
    return {
      missing,
      matrix: {
        kind: 'heddle matrix',
        schema: matrixSchema,
        heddle: o.heddle,
        spec: plan.spec.name,
        variant: plan.variant.name,
        models: plan.models,
        unchanged: Object.fromEntries(
          plan.models.flatMap((model, k) => (found[k] === null ? [] : [[model, found[k]!.cell]])),
        ),
        rows: all.map((row) => ({ ...row, cells: own(row.id) })),
      },
    };
  });
}

/** Statements that the unchanged programs execute, as `fn(): text`: the ids say in which program besides. */
function executedIn({ begun }: ProposedChanges, { covered }: Found): ReadonlySet<string> {
  return new Set([...begun, ...covered.map((id) => id.slice(id.indexOf(': ') + 2))]);
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

async function fillOne({ plan, model, change }: Wanted, o: MatrixOptions): Promise<Found | null> {
  const { spec, variant } = plan;
  const code = change?.code ?? plan.proposed.get(model)!.code;
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
  if (found.trace === null) return found;
  const trace = o.keep(plan, change, model, found);
  return trace === undefined ? found : { ...found, cell: { ...found.cell, trace } };

  async function explored(): Promise<Found | null> {
    const task = {
      spec: spec.name,
      variant: variant.name,
      model,
      search: { search: 'bfs', maxStates: o.maxStates } as const,
      ...(change === null ? {} : { change: change.edit }),
    };
    const onProgress = ({ states }: { readonly states: number }): void => o.progress.show(what, states);
    return foundIn(await o.runner.run(task, { signal: o.signal, onProgress }));
  }
}
