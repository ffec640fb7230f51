/** Real processes, several at once in the same folder, killed or interrupted at any moment: what is there afterwards must
 *  be whole, and the next run must go as if nothing had been. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { many } from '../../checker/cli/toy-spec.ts';
import { kindOf } from './kind.ts';
import { complaintAbout, complaintAboutFiles, type Ran } from './oracle.ts';

const toys = fileURLToPath(new URL('../../checker/cli/toy-main.ts', import.meta.url));
const heddle = fileURLToPath(new URL('../heddle.mjs', import.meta.url));

/** What a run is begun with; OUT stands for the common folder. */
const commands = {
  'all of many': [toys, 'check', 'many'],
  'some of many': [
    toys,
    'check',
    ...many.variants.filter((_, i) => i % 3 === 0).map((it) => `many/${it.name}`),
  ],
  'what is kept': [
    toys,
    'check',
    'long',
    '--model',
    'sc',
    '--checkpoint',
    'OUT/kept',
    '--checkpoint-every',
    '0.05',
  ],
  'a spec of ours': [heddle, 'check', 'nested', '--traces', 'none'],
  'a spec of ours in one thread': [heddle, 'check', 'irq-locks', '--jobs', '1', '--traces', 'none'],
} as const;

const input = fc.array(
  fc.record({
    command: fc.constantFrom(...(Object.keys(commands) as (keyof typeof commands)[])),
    signal: fc.constantFrom('SIGKILL' as const, 'SIGINT' as const, 'SIGTERM' as const, null),
    /** When, in milliseconds. */
    at: fc.integer({ min: 200, max: 5000 }),
  }),
  { minLength: 1, maxLength: 3 },
);

interface Run {
  readonly child: ChildProcess;
  readonly ended: Promise<Ran & { readonly signal: NodeJS.Signals | null }>;
}

function started(args: readonly string[], out: string): Run {
  const named = args.map((it) => it.replace('OUT', out));
  const child = spawn(process.execPath, ['--import', 'tsx', ...named, '--out', out], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.on('data', (text) => {
      printed[name] += text;
    });
  }
  const ended = new Promise<Ran & { readonly signal: NodeJS.Signals | null }>((resolve) => {
    child.on('close', (code, signal) => resolve({ ...printed, code, signal }));
  });
  return { child, ended };
}

export const processes = kindOf(
  'processes',
  { cases: 40, sample: 0, longest: 50_000 },
  input,
  async (runs, folder) => {
    const out = join(folder, 'out');
    const ended = await Promise.all(
      runs.map(async ({ command, signal, at }) => {
        const { child, ended } = started(commands[command], out);
        // Whoever is not stopped sooner has done enough by then.
        const timer = setTimeout(() => child.kill(signal ?? 'SIGINT'), signal === null ? 8000 : at);
        const ran = await ended;
        clearTimeout(timer);
        return ran;
      }),
    );
    for (const ran of ended) {
      const complaint = ran.signal === null ? complaintAbout(ran) : null;
      if (complaint !== null) return complaint;
    }
    if (!existsSync(out)) return null;
    const complaint = complaintAboutFiles(out, { killed: true });
    if (complaint !== null) return complaint;
    return await complaintAboutNext(out);
  },
);

/** What is wrong with the run after those. */
async function complaintAboutNext(out: string): Promise<string | null> {
  const kept = join(out, 'kept');
  if (existsSync(kept)) {
    const resumed = await started([toys, 'check', '--resume', kept], out).ended;
    if (resumed.code !== 0) return `it could not be taken up: ${resumed.stderr}`;
  }
  const next = await started(commands['all of many'], out).ended;
  if (next.code !== 0) return `exit code ${next.code} of the run after: ${next.stderr}`;
  const { runs } = JSON.parse(readFileSync(join(out, 'many.json'), 'utf8'));
  if (runs.length !== 80) return `${runs.length} verdicts of 80`;
  return complaintAboutFiles(out, { killed: true });
}
