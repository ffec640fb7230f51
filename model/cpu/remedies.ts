/** What would have kept a CPU's access from taking effect before one that comes earlier in its program: in terms of
 *  the kernel, each by itself enough under the memory model (specs/memory/remedies.test.ts puts each in and looks). */
import { match } from 'ts-pattern';
import { returnsNothing } from '../program/flow.ts';
import type { Instruction } from '../program/instruction.ts';
import { cellsAccessed } from './facts.ts';
import { type Cpu, instructionAt } from './work.ts';

/** The part of an instruction that takes effect: the write part includes frees, and what reaches a device. */
export type Part = 'read' | 'write';

export interface AccessPart {
  readonly pc: number;
  readonly part: Part;
}

/** Of two accesses of one CPU, `later` being the later one in program order: what would have kept `later` from
 *  taking effect first. */
export function remedies(cpu: Cpu, earlier: AccessPart, later: AccessPart): readonly string[] {
  const name = `${earlier.pc} ${earlier.part} ${later.pc} ${later.part}`;
  const known = asked.get(cpu) ?? new Map<string, readonly string[]>();
  asked.set(cpu, known);
  const answer = known.get(name) ?? found(cpu, earlier, later);
  known.set(name, answer);
  return answer;
}

/** A CPU's programs are few, the steps for which it is asked are many. */
const asked = new WeakMap<Cpu, Map<string, readonly string[]>>();

function found(cpu: Cpu, earlier: AccessPart, later: AccessPart): readonly string[] {
  const [a, b] = [instructionAt(cpu, earlier.pc), instructionAt(cpu, later.pc)];
  const between = (barrier: string): string => `${barrier} between them`;
  const full = between('smp_mb()');
  if (cpu.model === 'sc') return [];
  if (cpu.model === 'tso') return earlier.part === 'write' && later.part === 'read' ? [full] : [];
  return match([earlier.part, later.part] as const)
    .with(['write', 'write'], () => [
      between(isSeenByDevices(cpu, a) || isSeenByDevices(cpu, b) ? 'dma_wmb()' : 'smp_wmb()'),
      ...releaseOf(b),
    ])
    .with(['write', 'read'], () => [full])
    .with(['read', 'read'], () => [
      ...(returnsNothing(a) ? [] : [between('smp_rmb()')]),
      ...(returnsNothing(a) ? [full] : []),
      ...acquireOf(a),
      ...(a.op === 'load' ? ['an address dependency on the one passed'] : []),
    ])
    .with(['read', 'write'], () => [
      full,
      ...acquireOf(a),
      ...releaseOf(b),
      ...(a.op === 'load' ? ['an address, data or control dependency on the one passed'] : []),
    ])
    .exhaustive();
}

/** Whether a device takes notice of the access: a store to what it reads, or to a register of its own. The smp_
 *  barriers are for CPUs: where there is one only, they are not there. */
function isSeenByDevices(cpu: Cpu, i: Instruction): boolean {
  if (i.op === 'push') return true;
  if (!('addr' in i)) return false;
  return cellsAccessed(cpu.program, cpu.layout, i.addr).some((loc) => cpu.layout.cells[loc]!.object.device);
}

/** An acquiring form of the earlier access. */
function acquireOf(i: Instruction): readonly string[] {
  if (i.op === 'load' && !i.exclusive && i.device !== true)
    return [`${formOf(i, ACQUIRES) ?? 'smp_load_acquire()'} in place of the one passed`];
  if (i.op === 'await' && (i.device !== true || i.at.text.startsWith('smp_cond_load_relaxed(')))
    return ['smp_cond_load_acquire() in place of the one passed'];
  return [];
}

/** A releasing form of the later access. */
function releaseOf(i: Instruction): readonly string[] {
  if (i.op !== 'store' || i.status !== null) return [];
  return [`${formOf(i, RELEASES) ?? 'smp_store_release()'} in place of the one that passed`];
}

/** By how a statement begins: what the kernel calls it with the order. */
const ACQUIRES = { 'atomic_read(': 'atomic_read_acquire()', 'atomic64_read(': 'atomic64_read_acquire()' };
const RELEASES = {
  'atomic_set(': 'atomic_set_release()',
  'atomic64_set(': 'atomic64_set_release()',
  'writel_relaxed(': 'writel()',
};

const formOf = ({ at }: Instruction, forms: Readonly<Record<string, string>>): string | undefined =>
  Object.entries(forms).find(([begin]) => at.text.startsWith(begin))?.[1];
