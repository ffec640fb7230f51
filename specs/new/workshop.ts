/** A place like ours where specs can be added and tried: everything else is a link to ours. */
import { cpSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

const OURS = ['model', 'checker', 'node_modules', 'package.json', 'biome.json', 'tsconfig.json'];

/** Makes it in the empty folder `root`, and returns that. `ours`: the folder above specs/. */
export function workshop(ours: string, root: string): string {
  for (const name of OURS) symlinkSync(join(ours, name), join(root, name));
  mkdirSync(join(root, 'specs'));
  for (const name of readdirSync(join(ours, 'specs'))) {
    if (name !== 'index.ts' && name !== 'new')
      symlinkSync(join(ours, 'specs', name), join(root, 'specs', name));
  }
  cpSync(join(ours, 'specs/new'), join(root, 'specs/new'), { recursive: true });
  cpSync(join(ours, 'specs/index.ts'), join(root, 'specs/index.ts'));
  return root;
}
