/** Fewer interleavings for the same ends: steps that no other agent can notice are taken as late as possible.
 *
 *  Under Armv8 a step that writes its own thread alone (a load, also a stale one, a fence, a branch, a store-exclusive
 *  that fails) can be put off past any step of another agent and does the same then: what could be read before can
 *  still be read, stale, and nothing that others do takes a choice away (a right mover, Lipton 1975). So of the
 *  runs with the same end it is enough to take those in which each such step stands right before a visible step
 *  of its thread, or after the last visible step of all, thread by thread. Intermediate states are lost, so this
 *  is for questions about ends: outcomes of litmus tests. */
import stringify from 'safe-stable-stringify';
import { type Agent, type Component, component, type Read, type Ref, type Step, write } from '../contract.ts';
import { type Cpu, isFinished } from '../cpu/work.ts';
import type { Thread } from '../machine.ts';
import { successorsOf } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import type { Machine } from '../system.ts';

/** Whose steps come next: anybody's; those of the thread that has taken unseen steps, up to its next visible one,
 *  which is none of `not` (by their order among its steps): they could have come first; those of a thread that
 *  ends, as all before it have: nothing visible happens any more. */
type Turn =
  | { readonly kind: 'any' }
  | { readonly kind: 'block'; readonly thread: number; readonly not: readonly number[] }
  | { readonly kind: 'tail'; readonly thread: number };

/** How a thread can go on: only by way of visible steps, with or without, only without, or not at all. */
type Rest = 'visible' | 'either' | 'unseen' | 'none';

/** What a machine's threads do, with unseen steps late. */
export function withLateReads(machine: Machine): Pick<Machine, 'components' | 'agents'> {
  const first = machine.components.length;
  const turn: Ref<Turn> = { index: first, name: 'turn' };
  const rests = machine.cpus.map((cpu, i): Ref<Rest> => ({ index: first + 1 + i, name: `rest:${cpu.name}` }));
  const restOf = machine.cpus.map(restFinder);
  const initial = (cpu: Cpu): Thread => machine.components[cpu.thread.index]!.initial as Thread;
  const added: readonly Component[] = [
    component<Turn>({ ref: turn, initial: ANY }),
    ...machine.cpus.map((cpu, i) => component<Rest>({ ref: rests[i]!, initial: restOf[i]!(initial(cpu)) })),
  ];
  const agents = machine.agents.map((agent, a): Agent => {
    const cpu = machine.cpus[a];
    if (cpu === undefined) return onlyIn(agent, turn);
    return lateAgent(agent, cpu, { turn, rests, restOf: restOf[a]! });
  });
  return { components: [...machine.components, ...added], agents };
}

const ANY: Turn = { kind: 'any' };

interface Parts {
  readonly turn: Ref<Turn>;
  readonly rests: readonly Ref<Rest>[];
  restOf(t: Thread): Rest;
}

function onlyIn(agent: Agent, turn: Ref<Turn>): Agent {
  return { name: agent.name, steps: (read) => (read(turn).kind === 'any' ? agent.steps(read) : []) };
}

function lateAgent(agent: Agent, cpu: Cpu, { turn, rests, restOf }: Parts): Agent {
  const self = cpu.id;
  return {
    name: agent.name,
    steps(read) {
      const now = read(turn);
      if (now.kind !== 'any' && now.thread !== self) return [];
      const rest = read(rests[self]!);
      // What has no visible step left takes none before all others are through with theirs.
      if (rest === 'none' || (now.kind === 'any' && rest === 'unseen' && !mayEnd(read))) return [];
      const steps = agent.steps(read);
      const barred = now.kind === 'block' ? now.not : [];
      return steps.flatMap((step, at) => {
        if (barred.includes(at)) return [];
        const after = restOf(threadAfter(cpu, step));
        const next = isUnseen(cpu, read, step) ? unseen(read, now, after) : now.kind === 'tail' ? null : ANY;
        if (next === null) return [];
        const then = next.kind === 'block' ? { ...next, not: earlier(read, steps, step) } : next;
        return [{ ...step, writes: [...step.writes, write(turn, then), write(rests[self]!, after)] }];
      });
    },
  };

  /** Which visible steps after `step` lead where a visible step of now, and then an unseen one, lead as well. */
  function earlier(read: Read, steps: readonly Step[], step: Step): readonly number[] {
    const now = steps.filter((s) => !isUnseen(cpu, read, s));
    if (now.length === 0) return [];
    const then = following(read, step);
    const after = agent.steps(then);
    const visible = after.flatMap((s, at) => (isUnseen(cpu, then, s) ? [] : [at]));
    if (visible.length === 0) return [];
    const reached = new Set(
      now.flatMap((first) => {
        const behind = following(read, first);
        return agent
          .steps(behind)
          .filter((second) => isUnseen(cpu, behind, second))
          .map((second) => stringify({ ...outward(first), thread: threadAfter(cpu, second) }));
      }),
    );
    return visible.filter((at) =>
      reached.has(stringify({ ...outward(after[at]!), thread: threadAfter(cpu, after[at]!) })),
    );
  }

  /** What a step does to others. */
  function outward({ writes, events }: Step): Readonly<Record<string, unknown>> {
    const others = writes.filter((w) => w.component.index !== cpu.thread.index);
    return { writes: others.map((w) => [w.component.index, w.value]), events: events ?? [] };
  }

  /** Whose turn it is after an unseen step that leaves `after`; null if no end can follow. */
  function unseen(read: Read, now: Turn, after: Rest): Turn | null {
    if (now.kind !== 'tail' && (after === 'visible' || after === 'either'))
      return { kind: 'block', thread: self, not: [] };
    if (now.kind !== 'tail' && !mayEnd(read)) return null;
    if (after !== 'none') return { kind: 'tail', thread: self };
    const later = rests.findIndex((rest, i) => i > self && read(rest) !== 'none');
    return later < 0 ? ANY : { kind: 'tail', thread: later };
  }

  /** Whether all others are through with their visible steps, and those before this thread with everything. */
  function mayEnd(read: Read): boolean {
    return rests.every((ref, i) => {
      if (i === self) return true;
      const rest = read(ref);
      return i < self ? rest === 'none' : rest !== 'visible';
    });
  }
}

/** Whether the step writes nothing but its own thread, which it always writes. Where there are grace periods, they
 *  notice as well when a section begins or ends, also beside one whose stores are still to leave. */
export function isUnseen(cpu: Cpu, read: Read, step: Step): boolean {
  if (step.writes.length > 1 || (step.events ?? []).length > 0) return false;
  return !cpu.facts.gracePeriods || threadAfter(cpu, step).rcu.depth === read(cpu.thread).rcu.depth;
}

const threadAfter = (cpu: Cpu, step: Step): Thread =>
  step.writes.find((w) => w.component.index === cpu.thread.index)!.value as Thread;

/** What can be read once the step's writes are made. */
function following(read: Read, { writes }: Step): Read {
  const values = new Map(writes.map((w) => [w.component.index, w.value]));
  return <T>(c: Ref<T>) => (values.has(c.index) ? (values.get(c.index) as T) : read(c));
}

function restFinder(cpu: Cpu): (t: Thread) => Rest {
  const reaches = (stop: (i: Instruction) => boolean, goal: (pc: number) => boolean): readonly boolean[] =>
    cpu.program.code.map((_, pc) => isReachable(cpu.program.code, pc, stop, goal)).concat(true);
  const end = cpu.program.code.length;
  const quietly = reaches(
    (i) => effect(cpu, i) === 'certain',
    (pc) => pc === end,
  );
  const visibly = reaches(
    () => false,
    (pc) => pc < end && effect(cpu, cpu.program.code[pc]!) !== 'none',
  );
  return (t) => {
    if (isFinished(cpu, t)) return 'none';
    const pending = t.window.length > 0 || t.deferred.some((d) => d.atomic !== null || d.section);
    if (pending || !quietly[t.pc]) return 'visible';
    return t.pc < end && visibly[t.pc] ? 'either' : 'unseen';
  };
}

/** Whether executing the instruction leads to a step that others can notice. */
function effect(cpu: Cpu, i: Instruction): 'none' | 'possible' | 'certain' {
  switch (i.op) {
    case 'store':
      return i.status === null ? 'certain' : 'possible';
    case 'cas':
      return 'possible';
    case 'rcu':
      return cpu.facts.gracePeriods ? 'certain' : 'none';
    case 'rmw':
    case 'blockingRmw':
    case 'alloc':
    case 'free':
    case 'kfree_rcu':
    case 'push':
      return 'certain';
    default:
      return 'none';
  }
}

/** Whether a way leads from `from` to a goal without passing an instruction that stops it. */
function isReachable(
  code: readonly Instruction[],
  from: number,
  stops: (i: Instruction) => boolean,
  isGoal: (pc: number) => boolean,
): boolean {
  const seen = new Set([from]);
  for (const pc of seen) {
    if (isGoal(pc)) return true;
    if (pc < code.length && !stops(code[pc]!)) for (const next of successorsOf(code, pc)) seen.add(next);
  }
  return false;
}
