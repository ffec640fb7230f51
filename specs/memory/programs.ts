/** Runs small programs written with the kernel's primitives to every end, for tests. */
import { checkNow } from '../../checker/explore/check.ts';
import type { ObjectDecl } from '../../model/machine.ts';
import { destinationOf } from '../../model/program/flow.ts';
import { locals, place } from '../../model/program/kernel.ts';
import { compile, type Stmt } from '../../model/program/statement.ts';
import { buildMachine } from '../../model/system.ts';
import { bareSystem } from '../lag-runner.ts';

/** Local variables for test programs, and three variables in memory, 0 at first. */
export const { r0, r1, r2, r3 } = locals('test', 'r0', 'r1', 'r2', 'r3');
export const x = place('&x', 'v');
export const y = place('&y', 'v');
export const z = place('&z', 'v');

/** A struct with the field `v`. */
export const struct = (
  name: string,
  v: number | string | null,
  more: Partial<ObjectDecl> = {},
): ObjectDecl => ({
  name,
  life: 'live',
  cut: 'object',
  device: false,
  fields: [{ name: 'v', cells: [v] }],
  ...more,
});

export interface Ends {
  /** `0:r0=1 1:r1=0`, every end in which every program has ended. */
  readonly outcomes: readonly string[];
  /** `P0: use-after-free: reads after a was freed`, every fault in some end. */
  readonly faults: readonly string[];
  /** Who waits for what, in ends in which somebody waits for good. */
  readonly stuck: readonly string[];
  readonly states: number;
}

export function runAll(
  threads: readonly (readonly Stmt[])[],
  objects: readonly ObjectDecl[] = [],
  maxStates = 50_000,
): Ends {
  const programs = threads.map((body, n) => {
    const { code } = compile(`P${n}`, body);
    return compile(`P${n}`, body, [...new Set(code.map(destinationOf).filter((d) => d !== null))]);
  });
  const variables = ['x', 'y', 'z'].map((name) => struct(name, 0));
  const machine = buildMachine({ model: 'armv8', objects: [...variables, ...objects], programs, smmus: [] });
  const [outcomes, faults, stuck] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const { effort } = checkNow(bareSystem(machine, 'test'), {
    search: 'dfs',
    maxStates,
    onTerminal(read) {
      const all = machine.cpus.map((cpu) => read(cpu.thread));
      const found = all.flatMap(({ fault }, n) =>
        fault === null ? [] : [`P${n}: ${fault.kind}: ${fault.why}`],
      );
      const late = read(machine.rcu).fault;
      for (const fault of [...found, ...(late === null ? [] : [`RCU: ${late}`])]) faults.add(fault);
      const waiting = machine.stuck(read);
      if (found.length > 0 || late !== null) return;
      if (waiting !== null) stuck.add(waiting);
      else {
        outcomes.add(
          all
            .flatMap((t, n) =>
              Object.entries(t.regs).map(
                ([name, { value }]) =>
                  `${n}:${name.replace('test.', '')}=${value.kind === 'const' ? value.value : '?'}`,
              ),
            )
            .join(' '),
        );
      }
    },
  });
  return {
    outcomes: [...outcomes].sort(),
    faults: [...faults].sort(),
    stuck: [...stuck].sort(),
    states: effort.states,
  };
}
