/** A learned function over sets of states. Its situations are sorted into **groups** that read the same components:
 *  what a CPU reads hangs on where it is, so all values of the component that the function reads first belong to one
 *  group or another, and a group's relation concerns few levels.
 *
 *  A value begins in the base group, which knows the first component only. Where the function wants more, the value
 *  moves to the group that has that as well; it may move again. */
import type { Learned } from './learned.ts';
import type { LevelLists, Levels } from './levels.ts';
import { EMPTY, UNIT } from './nodes.ts';
import type { Diagrams } from './relations.ts';
import type { Move } from './rules.ts';

/** The diagrams of a run, and which component stands at which level. */
export interface Space {
  readonly diagrams: Diagrams;
  readonly lists: LevelLists;
  readonly levelOf: Int32Array;
  readonly order: readonly number[];
}

/** The steps of a group that announce the same. */
export interface Relation {
  readonly group: Group;
  readonly announcement: number;
  node: number;
  /** The highest level that the step or a reaction to it touches. */
  top: number;
}

export interface Group {
  /** The levels that its situations read. */
  readonly levels: readonly number[];
  readonly top: number;
  readonly list: Levels | null;
  /** The same, where the level that is read first takes only values of the group. */
  readonly wanted: Levels | null;
  /** The values that belong to the group, as a list; UNIT: all, of the base group. */
  values: number;
  /** The situations that were put to the function. */
  visited: number;
  readonly relations: Map<number, Relation>;
  /** Situations with the number of steps that they enable, where that is not 0. */
  enabled: number;
}

/** What a domain tells its owner. */
export interface Notices<A> {
  /** The function gave this answer in a reachable situation. */
  answered?(answer: A): void;
  related?(relation: Relation): void;
  /** A value belongs to a group with this top from now on. */
  moved?(top: number): void;
}

export class Domain<A> {
  readonly groups: Group[] = [];
  readonly learned: Learned<A>;
  private readonly space: Space;
  private readonly movesOf: (answer: A) => readonly Move[];
  private readonly notices: Notices<A>;
  private readonly first: number;
  private readonly groupOf = new Map<number, Group>();

  /** `first`: the component that the function reads first. */
  constructor(
    space: Space,
    learned: Learned<A>,
    first: number,
    movesOf: (answer: A) => readonly Move[],
    notices: Notices<A>,
  ) {
    this.space = space;
    this.learned = learned;
    this.first = first;
    this.movesOf = movesOf;
    this.notices = notices;
    this.groupFor([first]).values = UNIT;
  }

  /** The smallest top of a group. */
  top(): number {
    return Math.min(...this.groups.map(({ top }) => top));
  }

  /** Puts to the function what `set`, whose vectors begin at `level`, has of situations of the group that were not
   *  put to it before. False if there are none. */
  learn(group: Group, set: number, level: number): boolean {
    const { diagrams } = this.space;
    const met = diagrams.project(set, level, group.wanted, group.values);
    const fresh = diagrams.minus(met, group.visited);
    if (fresh === EMPTY) return false;
    group.visited = diagrams.union(group.visited, fresh);
    const cubes = new Map<number, number[]>();
    const weighted: number[] = [];
    diagrams.each(fresh, (vector) => {
      for (const move of this.situation(group, vector, weighted)) {
        const cube = diagrams.single(this.cube(group, vector, move));
        const others = cubes.get(move.announcement);
        if (others === undefined) cubes.set(move.announcement, [cube]);
        else others.push(cube);
      }
    });
    for (const [announcement, added] of cubes) this.relate(group, announcement, added);
    if (weighted.length > 0) {
      group.enabled = diagrams.union(group.enabled, diagrams.unionOf(weighted));
    }
    return true;
  }

  /** The situations of a group's own values, each with the number of steps that it enables. */
  counted(group: Group): number {
    const { lists, levelOf, diagrams } = this.space;
    const places = [...group.levels.keys(), group.levels.length];
    const own = lists.of(places, group.levels.indexOf(levelOf[this.first]!));
    return diagrams.project(group.enabled, 0, own, group.values);
  }

  /** What the function makes of one situation, if it belongs to the group. */
  private situation(group: Group, vector: readonly number[], weighted: number[]): readonly Move[] {
    const { diagrams, levelOf } = this.space;
    const place = (c: number) => group.levels.indexOf(levelOf[c]!);
    const value = vector[place(this.first)]!;
    const home = this.groupOf.get(value) ?? this.groups[0]!;
    if (home !== group) return [];
    const foreseen = group === this.groups[0] ? this.learned.readsAt(value) : [];
    if (foreseen.length > 1) {
      this.move(value, home, foreseen);
      return [];
    }
    const asked = this.learned.ask((c) => vector[place(c)] ?? -1);
    if ('missing' in asked) {
      this.move(value, home, [asked.missing]);
      return [];
    }
    this.notices.answered?.(asked.answer);
    const moves = this.movesOf(asked.answer);
    if (moves.length > 0) weighted.push(diagrams.single([...vector, moves.length]));
    return moves;
  }

  /** Before and after, level by level. */
  private cube(group: Group, vector: readonly number[], { writes }: Move): readonly number[] {
    const cube = group.levels.flatMap((_, i) => [vector[i]!, vector[i]!]);
    for (const { component, to } of writes) {
      cube[2 * group.levels.indexOf(this.space.levelOf[component]!) + 1] = to;
    }
    return cube;
  }

  private relate(group: Group, announcement: number, cubes: readonly number[]): void {
    const { diagrams } = this.space;
    const known = group.relations.get(announcement);
    const relation = known ?? { group, announcement, node: EMPTY, top: group.top };
    relation.node = diagrams.union(relation.node, diagrams.unionOf(cubes));
    if (known !== undefined) return;
    group.relations.set(announcement, relation);
    this.notices.related?.(relation);
  }

  /** Puts a value of the first component into the group that reads `more` as well. */
  private move(value: number, from: Group, more: readonly number[]): void {
    const { diagrams, order } = this.space;
    const group = this.groupFor([...from.levels.map((level) => order[level]!), ...more]);
    const alone = diagrams.single([value]);
    if (from.values !== UNIT) from.values = diagrams.minus(from.values, alone);
    group.values = diagrams.union(group.values, alone);
    this.groupOf.set(value, group);
    this.notices.moved?.(group.top);
  }

  private groupFor(components: readonly number[]): Group {
    const { levelOf, lists } = this.space;
    const levels = [...new Set(components.map((c) => levelOf[c]!))].sort((a, b) => a - b);
    const list = lists.of(levels);
    const known = this.groups.find((it) => it.list === list);
    if (known !== undefined) return known;
    const group: Group = {
      levels,
      top: levels[0]!,
      list,
      wanted: lists.of(levels, levelOf[this.first]!),
      values: EMPTY,
      visited: EMPTY,
      relations: new Map(),
      enabled: EMPTY,
    };
    this.groups.push(group);
    return group;
  }
}

/** Every node that a domain needs. */
export function* nodesOf({ groups }: { readonly groups: readonly Group[] }): Iterable<number> {
  for (const { values, visited, enabled, relations } of groups) {
    yield values;
    yield visited;
    yield enabled;
    for (const { node } of relations.values()) yield node;
  }
}
