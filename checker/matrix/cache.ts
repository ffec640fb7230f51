/** Cells that were found before, by everything that they hang on. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import stringify from 'safe-stable-stringify';
import { writeFileWhole } from '../files/whole.ts';
import type { Found } from './cell.ts';
import { matrixSchema } from './matrix.ts';

/** What a cell hangs on. The sources stand for the scenario that the variant is built from, and for the engine. */
export interface CellKey {
  readonly sources: string;
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  readonly maxStates: number;
  /** The changed programs. */
  readonly code: string;
}

export interface Cache {
  read(key: CellKey): Found | null;
  /** Other runs may write the same entry at the same time: each writes the whole of it. */
  write(key: CellKey, found: Found): void;
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Entries are files in `folder`, one a cell. One that cannot be read, or is not what was written, is as good as none. */
export function cacheIn(folder: string): Cache {
  const fileOf = (key: CellKey): string => {
    const name = sha256(stringify({ schema: matrixSchema, ...key })!);
    return join(folder, name.slice(0, 2), `${name}.json`);
  };
  return {
    read(key) {
      try {
        const entry = JSON.parse(readFileSync(fileOf(key), 'utf8')) as { sha256: string; found: Found };
        return entry.sha256 === sha256(stringify(entry.found)!) ? entry.found : null;
      } catch {
        return null;
      }
    },
    write(key, found) {
      writeFileWhole(fileOf(key), `${JSON.stringify({ sha256: sha256(stringify(found)!), found })}\n`);
    },
  };
}
