/** `heddle trace FILE --format litmus`: the CPU part of a counterexample as a litmus test, which is printed once heddle
 *  itself has read it back and found that what it asks for is allowed. */
import type { ExportedRun } from '../../checker/export/run.ts';
import { slug } from '../../checker/report/slug.ts';
import { UsageError } from '../../checker/system.ts';
import { readOf } from '../../checker/trace/take.ts';
import { examine, type Report } from '../../model/litmus/examine.ts';
import type { Limits } from '../../model/litmus/outcomes.ts';
import { type Printed, printLitmus } from '../../model/litmus/print/print.ts';
import { Unsupported } from '../../model/litmus/unsupported.ts';
import type { MemoryModel } from '../../model/machine.ts';
import { machineOf } from '../join.ts';
import { exploreLag } from '../lag-runner.ts';

const LIMITS: Limits = { maxStates: 3_000_000, maxSeconds: 20 };

export function litmusOf(run: ExportedRun): string {
  const { trace, model } = run;
  if (trace.repeats !== undefined) throw refusal('a run that never ends has no outcome');
  if (!/^\w+: /.test(trace.ending)) throw refusal('it ends in a deadlock, which is no outcome of loads');
  const print = printed(run);
  const answer = (under: MemoryModel): Report => examine(print('Sometimes', ''), under, exploreLag, LIMITS);
  const report = answer(model as MemoryModel);
  if (report.kind === 'answered' && report.positive > 0) {
    const all = MODELS.map((under) => [under, under === model ? report : answer(under)] as const);
    return print(report.observation, sentence(all));
  }
  throw refusal(`what is left of it as C does not show it: ${whyNot(report, model)}`);
}

const MODELS: readonly MemoryModel[] = ['armv8', 'tso', 'sc'];

/** What `heddle litmus` finds under each memory model. */
function sentence(all: readonly (readonly [MemoryModel, Report])[]): string {
  const found = all.flatMap(([model, r]) => (r.kind === 'answered' ? [`${model} ${r.observation}`] : []));
  const inOrder = all.some(([model, r]) => model === 'sc' && r.kind === 'answered' && r.positive > 0);
  return `heddle litmus: ${found.join(', ')}.${inOrder ? ' So no reordering is needed for it.' : ''}`;
}

function printed(run: ExportedRun): Printed {
  const { system, trace, states, spec, variant, model } = run;
  const machine = machineOf(system);
  if (machine === undefined) throw refusal('it is not of a machine with CPUs');
  const steps = trace.steps.map(({ agent, choice, column = agent, lines }) => ({
    agent,
    choice,
    label: { agent: column, lines },
  }));
  const history = { steps, state: (i: number) => readOf(states[i]!) };
  const name = [spec, slug(variant), model].join('+');
  const about = `${spec}, "${variant}", memory model ${model}`;
  try {
    return printLitmus({ machine, history, ending: trace.ending, name, about });
  } catch (error) {
    throw error instanceof Unsupported ? refusal(error.reason) : error;
  }
}

function whyNot(report: Report, model: string): string {
  if (report.kind !== 'answered') return report.why;
  return `${report.condition} is never seen under ${model}`;
}

const refusal = (why: string): UsageError =>
  new UsageError(
    `this trace cannot be said as a litmus test: ${why}.\n` +
      '  What can: traces in which a CPU, or a walk of an SMMU, reads cells that another CPU stores to, by plain and\n' +
      '  atomic accesses, barriers, spinlocks and RCU.',
  );
