/** START HERE for "can this barrier go?". What can be changed in the programs of a scenario, and the scenario with one
 *  change made. A spec knows nothing of it: its programs are rewritten while they are compiled. */
import { ModelBug } from '../contract.ts';
import type { Instruction, Program } from './instruction.ts';
import { type Proposal, proposalsFor, type Sort } from './mutation-changes.ts';
import { applyEdit, type LineEdit } from './mutation-edits.ts';
import { nodesOf, statementsOf, treeOf } from './mutation-tree.ts';
import { compile, rewriting, type Stmt } from './statement.ts';

/** Plain data, as it is told to other threads. */
export interface Change {
  readonly edits: readonly LineEdit[];
}

/** One change to the programs, and what a reader is told of it. */
export interface Mutation {
  /** Stable: where it is and what is done, without the names of objects. */
  readonly id: string;
  readonly fn: string;
  readonly text: string;
  readonly sort: Sort;
  readonly change: string;
  /** The programs that have the line. */
  readonly programs: readonly string[];
  readonly edit: Change;
  /** The code of all programs with the change made: equal texts are equal systems. */
  readonly code: string;
  readonly touches: Proposal['touches'];
}

export interface Mutations {
  /** The code of the programs as they are. */
  readonly code: string;
  readonly mutations: readonly Mutation[];
}

/** What `build` builds, with the change made in every program that it compiles. */
export function mutated<T>(change: Change, build: () => T): T {
  let made = change.edits.map(() => false);
  const result = rewriting((name, body) => {
    const { stmts, hits } = changed(name, body, change);
    made = made.map((was, k) => was || hits[k]!);
    return stmts;
  }, build);
  const missing = change.edits.find((_, k) => !made[k]);
  if (missing !== undefined)
    throw new ModelBug(`no ${missing.at.head} #${missing.at.nth} in ${missing.at.fn}() to ${missing.do}`);
  return result;
}

function changed(
  name: string,
  body: readonly Stmt[],
  { edits }: Change,
): { readonly stmts: readonly Stmt[]; readonly hits: readonly boolean[] } {
  const tree = treeOf(name, body);
  const hits = edits.map((edit) => applyEdit(tree, edit));
  return { stmts: hits.includes(true) ? statementsOf(tree.body) : body, hits };
}

/** All changes to the programs that `build` compiles, in program order. None leaves the code as it is, and no two make
 *  the same of it. */
export function mutationsOf(build: () => unknown): Mutations {
  const bodies: { readonly name: string; readonly body: readonly Stmt[] }[] = [];
  rewriting((name, body) => {
    bodies.push({ name, body });
    return body;
  }, build);
  const asTheyAre = bodies.map(({ name, body }) => ({
    code: codeOf(compile(name, body)),
    functions: new Set(nodesOf(treeOf(name, body)).map(({ line }) => line.fn)),
  }));
  const code = (change: Change): string =>
    bodies
      .map(({ name, body }, k) => {
        const { code, functions } = asTheyAre[k]!;
        if (!change.edits.some(({ at }) => functions.has(at.fn))) return code;
        return codeOf(compile(name, changed(name, body, change).stmts));
      })
      .join('\n');
  const original = code({ edits: [] });
  const known = new Set([original]);
  const found = new Map<string, Mutation>();
  for (const { name, body } of bodies) {
    for (const p of proposalsFor(treeOf(name, body), () => treeOf(name, body))) {
      const id = idOf(p);
      const before = found.get(id);
      if (before !== undefined) {
        found.set(id, alsoIn(before, name, p));
        continue;
      }
      const edit = { edits: p.edits };
      const text = code(edit);
      if (known.has(text)) continue;
      known.add(text);
      const { sort, change, touches } = p;
      found.set(id, {
        id,
        fn: p.at.fn,
        text: p.text,
        sort,
        change,
        programs: [name],
        edit,
        code: text,
        touches,
      });
    }
  }
  return { code: original, mutations: [...found.values()] };
}

/** Another inlined copy of the line. */
function alsoIn(m: Mutation, program: string, { touches }: Proposal): Mutation {
  return {
    ...m,
    programs: [...new Set([...m.programs, program])],
    touches: m.touches.map((group, k) => [...new Set([...group, ...(touches[k] ?? [])])]),
  };
}

const idOf = ({ at, key }: Proposal): string =>
  [at.fn, at.head, ...(at.nth === 1 ? [] : [String(at.nth)]), key].map(plain).join('.');

const plain = (text: string): string => text.replace(/[^A-Za-z0-9_]+/g, '-').replace(/^-|-$/g, '');

/** Two changes at once. */
export const both = (a: Change, b: Change): Change => ({ edits: [...a.edits, ...b.edits] });

/** A program as the machine sees it: without names, and without what no rule looks at. */
function codeOf({ name, code }: Program): string {
  const lines = code.map(({ at, ...operation }: Instruction) => {
    if (operation.op !== 'fence') return JSON.stringify(operation);
    const { access, kind } = operation;
    return JSON.stringify({ op: 'fence', access, kind: access === 'store' ? kind : 'dmb' });
  });
  return [name, ...lines].join('\n');
}
