/** The steps of a system as relations. A step that announces events is a relation followed by what each listener
 *  makes of each event: a function of its own, learned once for all steps that announce it, so that the values of
 *  several listeners are never multiplied. */
import { Domain, type Group, nodesOf, type Relation, type Space } from './domain.ts';
import { EMPTY } from './nodes.ts';
import { Clash, type Move, type Reactor, type Rules } from './rules.ts';

/** What an agent does, by level. */
export interface Steps {
  readonly agents: readonly Domain<readonly Move[]>[];
  /** The groups with this top: what must be learned of a set that begins at the level. */
  groupsAt(level: number): readonly (readonly [Domain<readonly Move[]>, Group])[];
  relationsAt(level: number): readonly Relation[];
  /** Grows with everything that a set closed under all steps from `level` down may lack. */
  version(level: number): number;
  /** What `relation` leads to from `set`, which begins at `level`. Nothing if it turned out that a reaction reads
   *  what is above; the relation then has a higher top. */
  fire(relation: Relation, set: number, level: number): number;
  /** The states of which the relation leads into `set`. */
  unfire(relation: Relation, set: number): number;
  roots(): Iterable<number>;
}

const identity = (moves: readonly Move[]) => moves;

export function stepsOf(space: Space, rules: Rules): Steps {
  const { diagrams, order } = space;
  const versions = new Int32Array(order.length);
  let tables: {
    readonly groups: [Domain<readonly Move[]>, Group][][];
    readonly relations: Relation[][];
  } | null = null;
  const reactors = new Map<Reactor, Domain<readonly Move[]>>();

  /** What touches the levels from `top` down may have more to do. */
  function changed(top: number): void {
    for (let level = 0; level <= top; level++) versions[level]! += 1;
    tables = null;
  }

  function related(relation: Relation): void {
    const tops = rules.announcements
      .events(relation.announcement)
      .flatMap((event) => reactorsTo(event).map((domain) => domain.top()));
    relation.top = Math.min(relation.group.top, ...tops);
    tables = null;
    if (relation.top < relation.group.top) changed(relation.top);
  }

  function reactorsTo(event: number): readonly Domain<readonly Move[]>[] {
    return rules.reactorsTo(event).map((learned) => {
      const known = reactors.get(learned);
      if (known !== undefined) return known;
      const domain = new Domain(space, learned, firstOf(learned), identity, {});
      reactors.set(learned, domain);
      return domain;
    });
  }

  /** The first component that a function reads; it is run on the initial state if it was never run. */
  function firstOf(learned: Reactor): number {
    if (learned.first() < 0) learned.ask(() => 0);
    return learned.first();
  }

  const agents = rules.agents.map(
    (learned) => new Domain(space, learned, firstOf(learned), identity, { related, moved: changed }),
  );

  function byLevel() {
    tables ??= lookUp();
    return tables;
  }

  function lookUp() {
    const groups: [Domain<readonly Move[]>, Group][][] = order.map(() => []);
    const relations: Relation[][] = order.map(() => []);
    for (const domain of agents) {
      for (const group of domain.groups) {
        groups[group.top]!.push([domain, group]);
        for (const relation of group.relations.values()) relations[relation.top]!.push(relation);
      }
    }
    return { groups, relations };
  }

  /** Makes `set` absorb an event; null if a reaction reads above `level`: its top is then in `above`. */
  let above = 0;
  function absorb(event: number, set: number, level: number): number | null {
    let image = set;
    for (const domain of reactorsTo(event)) {
      for (let again = true; again; ) {
        again = false;
        for (let i = 0; i < domain.groups.length; i++) {
          above = domain.groups[i]!.top;
          if (above < level) return null;
          if (domain.learn(domain.groups[i]!, image, level)) again = true;
        }
      }
      let reacted = EMPTY;
      for (const group of domain.groups) {
        for (const { node } of group.relations.values()) {
          reacted = diagrams.union(reacted, diagrams.next(image, level, group.list, node));
        }
      }
      image = reacted;
    }
    return image;
  }

  function fire(relation: Relation, set: number, level: number): number {
    let image = diagrams.next(set, level, relation.group.list, relation.node);
    if (relation.announcement === 0) return image;
    for (const event of rules.announcements.events(relation.announcement)) {
      if (image === EMPTY) return EMPTY;
      const absorbed = carefully(event, image, level);
      if (absorbed === null) {
        relation.top = above;
        changed(above);
        return EMPTY;
      }
      image = absorbed;
    }
    return image;
  }

  function carefully(event: number, image: number, level: number): number | null {
    try {
      return absorb(event, image, level);
    } catch (error) {
      if (!(error instanceof Clash)) throw error;
      return carefully(event, image, level);
    }
  }

  function unfire(relation: Relation, set: number): number {
    let image = set;
    for (const event of [...rules.announcements.events(relation.announcement)].reverse()) {
      for (const { groups } of reactorsTo(event)) {
        let before = EMPTY;
        for (const { list, relations } of groups) {
          for (const { node } of relations.values()) {
            before = diagrams.union(before, diagrams.previous(image, 0, list, node));
          }
        }
        image = before;
      }
    }
    return diagrams.previous(image, 0, relation.group.list, relation.node);
  }

  return {
    agents,
    groupsAt: (level) => byLevel().groups[level]!,
    relationsAt: (level) => byLevel().relations[level]!,
    version: (level) => versions[level]!,
    fire,
    unfire,
    *roots() {
      for (const domain of [...agents, ...reactors.values()]) yield* nodesOf(domain);
    },
  };
}
