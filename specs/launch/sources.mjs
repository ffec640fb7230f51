import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export const OWN = ['model', 'checker', 'specs', 'bench'];

/** Whether a file of ours by that name may be part of a bundle. */
export function isSource(name) {
  return /(?<!\.test)\.(ts|js|mjs|json)$/.test(name);
}

/** Every file of ours that may be part of a bundle, as paths from `root`. */
export function sources(root) {
  const found = [];
  const walk = (folder) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = `${folder}/${entry.name}`;
      if (entry.isDirectory()) walk(path);
      else if (isSource(entry.name)) found.push(path);
    }
  };
  for (const folder of OWN) if (existsSync(join(root, folder))) walk(folder);
  return found.sort();
}
