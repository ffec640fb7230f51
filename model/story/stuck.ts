/** Why nobody can go on: what each CPU waits for, and how it came to hold what it holds. */
import { waitsFor } from '../cpu/cpu.ts';
import { show } from '../cpu/work.ts';
import type { Past } from './past.ts';

export function stuckStory(past: Past): readonly string[] {
  const { cpus, layout } = past.machine;
  return cpus.flatMap((cpu) => {
    const loc = waitsFor(cpu, past.history.state(past.end));
    if (loc === null) return [];
    const cell = layout.cells[loc]!;
    const value = show(past.memory(loc, past.end));
    const coming = past.onItsWay(loc, past.end);
    if (coming !== null)
      return [`${cpu.name} waits for ${cell.name}, which is ${value}: ${coming} has not reached memory.`];
    const last = past.did(({ kind, place }) => kind === 'write' && place === cell.name).at(-1);
    // Devices store as well, and say so in the trace.
    const byDevice = past.lastState((i) => past.memory(loc, i) !== past.memory(loc, past.end));
    if (last === undefined || byDevice > last.step)
      return byDevice < 0 ? [`${cpu.name} waits for ${cell.name}, which is ${value} from the start.`] : [];
    const by = past.deed(last.step, (d) => d === last);
    return [`${cpu.name} waits for ${cell.name}, which is ${value} since ${by}.`];
  });
}
