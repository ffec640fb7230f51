/** A function of the model, run once for each combination of the values that it reads: a decision tree of those
 *  values. As `learn` of intern/tables.ts, but of a state that may be known in part only. */
import type { Interner } from '../intern/interner.ts';
import { ModelBug, type Read } from '../system.ts';

/** The number of a component's value, or -1 where it is not known. */
export type IdOf = (component: number) => number;

/** The answer, or the component without which there is none. */
export type Asked<A> = { readonly answer: A } | { readonly missing: number };

type Tree<A> = { readonly component: number; readonly below: Map<number, Tree<A>> } | { readonly answer: A };

/** What the model functions of a run have cost. */
export interface Cost {
  slowCalls: number;
  slowSeconds: number;
  lookups: number;
}

/** Thrown through a function of the model that reads what is not known. */
class Missing extends Error {}

export class Learned<A> {
  readonly who: string;
  private readonly values: readonly Interner<unknown>[];
  private readonly run: (read: Read) => A;
  private readonly cost: Cost;
  private root: Tree<A> | undefined;
  private readonly starts: number;

  /** `who` names the function in an error; `starts`: the component that it reads first, or -1 if only a run can
   *  tell. */
  constructor(
    who: string,
    values: readonly Interner<unknown>[],
    cost: Cost,
    run: (read: Read) => A,
    starts: number,
  ) {
    this.starts = starts;
    this.who = who;
    this.values = values;
    this.cost = cost;
    this.run = run;
  }

  /** The component that every run reads first; -1 if that is not known yet. */
  first(): number {
    return this.root !== undefined && 'component' in this.root ? this.root.component : this.starts;
  }

  /** All components that runs have read in which the first one had the value `id`. */
  readsAt(id: number): readonly number[] {
    if (this.root === undefined || 'answer' in this.root) return [];
    const found = new Set([this.root.component]);
    const walk = (tree: Tree<A>): void => {
      if ('answer' in tree) return;
      found.add(tree.component);
      for (const below of tree.below.values()) walk(below);
    };
    const unit = this.root.below.get(id);
    if (unit !== undefined) walk(unit);
    return [...found];
  }

  /** The values of the first component that runs have met. */
  met(): readonly number[] {
    return this.root !== undefined && 'component' in this.root ? [...this.root.below.keys()] : [];
  }

  ask(idOf: IdOf): Asked<A> {
    this.cost.lookups += 1;
    let tree = this.root;
    while (tree !== undefined && 'component' in tree) {
      const id = idOf(tree.component);
      if (id < 0) return { missing: tree.component };
      tree = tree.below.get(id);
    }
    return tree ?? this.learn(idOf);
  }

  private learn(idOf: IdOf): Asked<A> {
    const path: number[] = [];
    const ids: number[] = [];
    let missing = -1;
    const started = performance.now();
    try {
      const answer = this.run(({ index }) => {
        if (!path.includes(index)) {
          const id = idOf(index);
          if (id < 0) {
            missing = index;
            throw new Missing();
          }
          path.push(index);
          ids.push(id);
        }
        return this.values[index]!.valueOf(idOf(index)) as never;
      });
      // What depends on nothing is put under a component, as everything else is.
      if (path.length === 0 && missing < 0) {
        path.push(0);
        ids.push(idOf(0));
        if (ids[0]! < 0) missing = 0;
      }
      if (missing < 0) return this.add(path, ids, { answer });
    } catch (error) {
      if (missing < 0) throw error;
    } finally {
      this.cost.slowSeconds += (performance.now() - started) / 1000;
      this.cost.slowCalls += 1;
    }
    return { missing };
  }

  private add(path: readonly number[], ids: readonly number[], leaf: { readonly answer: A }) {
    let tree = this.root;
    let parent: Extract<Tree<A>, { below: unknown }> | null = null;
    for (const [i, component] of path.entries()) {
      if (tree === undefined) {
        tree = { component, below: new Map() };
        if (parent === null) this.root = tree;
        else parent.below.set(ids[i - 1]!, tree);
      }
      if ('answer' in tree || tree.component !== component) throw this.impure();
      parent = tree;
      tree = tree.below.get(ids[i]!);
    }
    if (tree !== undefined) throw this.impure();
    if (parent === null) this.root = leaf;
    else parent.below.set(ids.at(-1)!, leaf);
    return leaf;
  }

  private impure(): ModelBug {
    return new ModelBug(
      `${this.who} is impure: after reading the same values it read different components in two runs\n` +
        '  The usual cause is a function that keeps a variable between calls, or reads a clock or a random number.',
    );
  }
}
