/** A counterexample as a file that `heddle trace` can replay: traces/*.json, documented in results/README.md. */
import { createHash } from 'node:crypto';
import stringify from 'safe-stable-stringify';
import { clipped, misfit } from '../files/shape.ts';
import type { Trace } from '../outcome.ts';
import { UsageError } from '../system.ts';
import { savedTraceShape } from './trace-shape.ts';
import { heddleVersion } from './version.ts';

/** Goes up when a field changes its meaning or goes away. */
export const traceSchema = 1;

/** What a saved trace says; all of it is covered by the hash. */
export interface SavedTrace {
  readonly spec: string;
  readonly variant: string;
  readonly model: string;
  /** If it is one of changed programs: what was changed, for readers, and as whoever builds the system knows it. */
  readonly change?: SavedChange;
  readonly trace: Trace;
}

export interface SavedChange {
  readonly text: string;
  readonly edit: unknown;
}

/** The text of the file. */
export function traceFileText(saved: SavedTrace): string {
  const body = bodyOf(saved);
  const head = { kind: 'heddle trace', schema: traceSchema, heddle: heddleVersion, sha256: hash(body) };
  return `${JSON.stringify({ ...head, ...body }, null, 2)}\n`;
}

/** The trace in the file `name` with the content `text`; a UsageError says why it cannot be used. */
export function parseTraceFile(text: string, name: string): SavedTrace {
  const file = parseJson(text, name);
  if (!isRecord(file) || file.kind !== 'heddle trace') {
    throw new UsageError(`${name} is not a trace that heddle saved (those are in results/traces/*.json).`);
  }
  if (file.schema !== traceSchema) {
    throw new UsageError(
      `${name} has trace schema ${clipped(file.schema)}, written by heddle ${clipped(file.heddle)}; this heddle ${heddleVersion} ` +
        `reads schema ${traceSchema}. Run \`heddle check\` again to get the trace anew.`,
    );
  }
  const body = bodyOf(file as unknown as SavedTrace);
  const sum = hash(body);
  if (sum === null || file.sha256 !== sum) {
    throw new UsageError(`${name} is damaged: its content does not match its hash. Was it edited by hand?`);
  }
  const wrong = misfit(savedTraceShape, file);
  if (wrong !== null) throw new UsageError(`${name} is not a trace that heddle saved: ${wrong}.`);
  return body;
}

const bodyOf = ({ spec, variant, model, change, trace }: SavedTrace): SavedTrace => {
  return { spec, variant, model, ...(change === undefined ? {} : { change }), trace };
};

function parseJson(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    const cut = /^\s*\{/.test(text) ? 'is cut short or damaged' : 'is not JSON';
    throw new UsageError(
      `${name} ${cut}: it cannot be parsed. A saved trace is a file in results/traces/*.json.`,
    );
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A hash of the content that does not depend on layout or on the order of keys. */
function hash(body: SavedTrace): string | null {
  try {
    return createHash('sha256')
      .update(stringify(body) ?? '')
      .digest('hex');
  } catch (error) {
    // Of something nested so deeply that it cannot have been written by us.
    if (error instanceof RangeError) return null;
    throw error;
  }
}
