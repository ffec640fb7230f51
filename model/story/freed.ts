/** How a CPU came to use what was not there: who freed it, how the user got to it, and what should have kept it; or which
 *  store had not arrived of what it read. */
import type { Cpu } from '../cpu/work.ts';
import { pointeeOf } from '../program/qword.ts';
import type { Did, Past } from './past.ts';

export function memoryStory(past: Past): readonly string[] {
  const last = past.history.state(past.end);
  const cpu = past.machine.cpus.find((c) => last(c.thread).fault !== null);
  if (cpu === undefined) return [];
  const { kind, why } = last(cpu.thread).fault!;
  if (kind === 'use-after-free' || kind === 'double free') {
    const object = [...past.machine.layout.lives.keys()].find((o) => new RegExp(`\\b${o}\\b`).test(why));
    return object === undefined ? [] : [...freeing(past, object), ...holding(past, cpu, object)];
  }
  return kind === 'bad pointer' || kind === 'uninitialised read' ? notArrived(past, cpu) : [];
}

function freeing(past: Past, object: string): readonly string[] {
  const step = past.lastState((i) => past.life(object, i) === 'live');
  if (step < 0 || step === past.end) return [];
  const { agent } = past.history.steps[step]!;
  const rcu = past.machine.cpus.every((c) => c.name !== agent);
  if (!rcu) return [`${past.deed(step, ({ place }) => place === object)} freed ${object}.`];
  const by = past.did((d) => d.value === 'kfree_rcu' && d.place === object).at(-1);
  const why = by === undefined ? '' : ` that ${by.agent}'s ${by.text} began`;
  return [`${object} was freed after the grace period${why}.`];
}

/** How the CPU got the pointer, and whether it was in a read-side section since. */
function holding(past: Past, cpu: Cpu, object: string): readonly string[] {
  const got = past
    .did((d) => d.agent === cpu.name && d.kind === 'read' && pointeeOf(d.value) === object)
    .at(-1);
  if (got === undefined) return [];
  const began = past
    .did((d) => d.agent === cpu.name && d.value === 'rcu_read_lock' && d.step <= got.step)
    .at(-1);
  const ended = past.did((d) => d.agent === cpu.name && d.value === 'rcu_read_unlock' && d.step >= got.step);
  const how = `${cpu.name} still uses what it got by ${got.text}`;
  if (past.end > 0 && past.history.state(past.end - 1)(cpu.thread).rcu.depth > 0) {
    return [`${how}, inside its read-side section${gracePeriod(past, object, began)}.`];
  }
  if (ended.length > 0 && began !== undefined)
    return [`${how}, and has left the read-side section in which it did.`];
  return [`${how}, outside any read-side section: no grace period waits for it.`];
}

/** Why the section did not keep the object: nobody waited for it, or a grace period that began before it did. */
function gracePeriod(past: Past, object: string, began: Did | undefined): string {
  const freed = past.lastState((i) => past.life(object, i) === 'live');
  if (past.cpuOf(freed) !== undefined) return ', which nobody waited for';
  const asked = past.did((d) => d.value === 'kfree_rcu' && d.place === object).at(-1);
  const after = asked !== undefined && began !== undefined && asked.step < began.step;
  return after ? ', which began after the grace period and did not hold it up' : '';
}

/** The last thing that the CPU read before it stopped is no use: whose store to it had not arrived. */
function notArrived(past: Past, cpu: Cpu): readonly string[] {
  const reads = past.did((d) => d.agent === cpu.name && d.kind === 'read');
  const read = reads.filter(({ value }) => value === '0' || value === 'nothing').at(-1);
  const cell = past.machine.layout.cells.find((c) => c.name === read?.place);
  if (read === undefined || cell === undefined) return [];
  const coming = past.onItsWay(cell.loc, read.step) ?? past.onItsWay(cell.loc, past.end);
  if (coming === null) return [];
  const what =
    read.value === 'nothing' ? `${cell.name} before anything was stored there` : `${cell.name} == 0`;
  return [`${cpu.name} read ${what}: ${coming} had not reached memory.`];
}
