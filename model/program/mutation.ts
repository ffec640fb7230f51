/** START HERE for "can this barrier go?". What can be changed in the programs of a scenario, and the scenario with one
 *  change made. A spec knows nothing of it: its programs are rewritten while they are compiled. */
import { ModelBug } from '../contract.ts';
import type { Operation } from './instruction.ts';
import { proposalsFor } from './mutation-changes.ts';
import { applyEdit, type LineEdit } from './mutation-edits.ts';
import type { Proposal, Sort } from './mutation-proposal.ts';
import { type Block, leafName, type Node, nodesOf, statementsOf, treeOf } from './mutation-tree.ts';
import { rewriting, type Stmt } from './statement.ts';

/** Plain data, as it is told to other threads. */
export interface Change {
  readonly edits: readonly LineEdit[];
  /** Gives each copy of a statement in one body a text of its own, so that coverage tells them apart. */
  readonly apart?: true;
}

/** Nothing changed but texts. */
export const toldApart: Change = { edits: [], apart: true };

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
  /** What all programs come to with the change made: equal texts are equal systems. */
  readonly code: string;
  readonly touches: Proposal['touches'];
}

export interface Mutations {
  /** What the programs come to as they are. */
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
  { edits, apart }: Change,
): { readonly stmts: readonly Stmt[]; readonly hits: readonly boolean[] } {
  const tree = treeOf(name, body);
  const hits = edits.map((edit) => applyEdit(tree, edit));
  if (apart === true) return { stmts: statementsOf(tree.body, leafName), hits };
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
  const asTheyAre = bodies.map(({ name, body }) => {
    const tree = treeOf(name, body);
    return { code: codeOf(tree), functions: new Set(nodesOf(tree).map(({ line }) => line.fn)) };
  });
  const code = ({ edits }: Change): string =>
    bodies
      .map(({ name, body }, k) => {
        const { code, functions } = asTheyAre[k]!;
        if (!edits.some(({ at }) => functions.has(at.fn))) return code;
        const tree = treeOf(name, body);
        for (const edit of edits) applyEdit(tree, edit);
        return codeOf(tree);
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

/** A program as the machine sees it: without the names of functions and statements, and without what no rule looks at. */
const codeOf = (tree: Block): string => [tree.fn, ...tree.body.flatMap(linesOf)].join('\n');

function linesOf(n: Node): readonly string[] {
  if (n.kind === 'do') return [operationText(n.stmt.operation)];
  const inside = n.body.flatMap(linesOf);
  if (n.kind === 'call' || n.kind === 'optional') return inside;
  const otherwise = n.otherwise.length === 0 ? [] : ['else', ...n.otherwise.flatMap(linesOf)];
  return [`${n.kind} ${JSON.stringify(n.cond)}`, ...inside, ...otherwise, 'end'];
}

const operationTexts = new WeakMap<Operation, string>();

function operationText(o: Operation): string {
  const known = operationTexts.get(o);
  if (known !== undefined) return known;
  // DMB and DSB differ for stores only, and shareability for nobody.
  const { access, kind } = o.op === 'fence' ? o : { access: null, kind: null };
  const seen = access === null ? o : { op: 'fence', access, kind: access === 'store' ? kind : 'dmb' };
  const text = JSON.stringify(seen);
  operationTexts.set(o, text);
  return text;
}
