/** Matrices and their counterexamples in the output folder. */
import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readInput } from '../files/input.ts';
import { misfit } from '../files/shape.ts';
import { reason, removeFiles, writeWhole } from '../report/folder.ts';
import { slug } from '../report/slug.ts';
import { UsageError } from '../system.ts';
import { type Matrix, matrixSchema } from './matrix.ts';
import { matrixShape } from './matrix-shape.ts';

const FOLDER = 'matrix';
export const cacheFolder = (out: string): string => join(out, FOLDER, '.cache');

/** `matrix/<spec>.json`, with the variant's name where the spec has several that are merged code. */
export function matrixFile(spec: string, variant: string, isOnly: boolean): string {
  return `${FOLDER}/${spec}${isOnly ? '' : `--${slug(variant)}`}.json`;
}

/** What nobody notices, beside the matrices that say so; `.txt` as well. */
export const survivorsFile = `${FOLDER}/survivors.json`;

/** The longest name that every file system takes, less an ending and room for unfinished names. */
const LONGEST = 200;

/** `matrix/traces/<spec>--<variant>--<model>--<change>`, to which `.txt` and `.json` are added. */
export function cellTraceFile(spec: string, variant: string, model: string, id: string): string {
  const name = [spec, slug(variant), slug(model), id.replace(/[^A-Za-z0-9_.-]+/g, '-')].join('--');
  if (name.length <= LONGEST) return `${FOLDER}/traces/${name}`;
  const rest = createHash('sha256').update(name).digest('hex').slice(0, 16);
  return `${FOLDER}/traces/${name.slice(0, LONGEST - 17)}-${rest}`;
}

/** Writes the matrix, and removes traces of it that it no longer names. */
export function writeMatrix(out: string, matrix: Matrix, isOnly: boolean): void {
  writeWhole(out, matrixFile(matrix.spec, matrix.variant, isOnly), `${JSON.stringify(matrix, null, 1)}\n`);
  const cells = [
    ...Object.values(matrix.unchanged),
    ...matrix.rows.flatMap(({ cells }) => Object.values(cells)),
  ];
  const named = new Set(cells.flatMap(({ trace }) => (trace === undefined ? [] : [trace])));
  const own = `${matrix.spec}--${slug(matrix.variant)}--`;
  removeFiles(join(out, FOLDER, 'traces'), (file) => {
    return file.startsWith(own) && !named.has(`${FOLDER}/traces/${file.replace(/\.(txt|json)$/, '')}`);
  });
}

/** Every matrix in the output folder, by the names of their files. */
export function readMatrices(out: string): readonly Matrix[] {
  const folder = join(out, FOLDER);
  let names: readonly string[];
  try {
    names = readdirSync(folder).filter(
      (name) => name.endsWith('.json') && `${FOLDER}/${name}` !== survivorsFile,
    );
  } catch (error) {
    throw new UsageError(`no matrices in ${folder}: ${reason(error)}. \`heddle matrix\` makes them.`);
  }
  if (names.length === 0) throw new UsageError(`no matrices in ${folder}. \`heddle matrix\` makes them.`);
  return [...names].sort().map((name) => parsed(join(folder, name)));
}

function parsed(path: string): Matrix {
  let found: Matrix;
  try {
    found = JSON.parse(readInput(path)) as Matrix;
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${reason(error)}. \`heddle matrix\` makes it anew.`);
  }
  if (found?.kind !== 'heddle matrix' || found.schema !== matrixSchema)
    throw new UsageError(`${path} is no matrix of schema ${matrixSchema}. \`heddle matrix\` makes it anew.`);
  const wrong = misfit(matrixShape, found);
  if (wrong !== null) throw new UsageError(`${path} is damaged: ${wrong}. \`heddle matrix\` makes it anew.`);
  return found;
}
