/** `heddle new`: a folder for a new spec, from a template that runs at once. */
import { fileURLToPath } from 'node:url';
import { Option } from 'commander';
import type { Extension } from '../../checker/cli/run.ts';
import { exitCode } from '../../checker/report/exit-code.ts';
import { type Template, templates, writeSpec } from './write.ts';

const help = `
Writes specs/NAME/ (index.ts: what is claimed, in variants; scenario.ts: what there is and what each CPU does; a test)
and names it in specs/index.ts. It runs at once: a claim that holds, and twins without a barrier that break it.
specs/TUTORIAL.md goes on from there.

  --from cpu    CPUs, and devices that read memory in an order of their own, as programs
  --from smmu   page tables, a device behind an SMMU that walks whenever it likes, the command queue

Example:
  heddle new tg3-tx && heddle check tg3-tx
`;

/** Adds the command to the others. `root`: the folder above specs/. */
export const newCommand =
  (root: string): Extension =>
  (program, io, done) => {
    program
      .command('new')
      .description('write a new spec from a commented template that runs')
      .argument('<name>', 'of the spec, in small letters with hyphens')
      .addOption(new Option('--from <template>', 'what to start from').choices(templates).default('cpu'))
      .addHelpText('after', help)
      .action((name: string, { from }: { readonly from: Template }) => {
        const files = writeSpec(root, from, name);
        io.stdout.write(`${files.map((file) => `  ${file}`).join('\n')}\n${next(name)}`);
        done(exitCode.asExpected);
      });
  };

const next = (name: string): string => `
It holds, and its twins do not:  npx heddle check ${name}
While you edit it:               npx heddle check ${name} --watch
From here on:                    specs/TUTORIAL.md
`;

/** The folder above specs/, where the sources are. */
export const ourRoot = fileURLToPath(new URL('../..', import.meta.url));
