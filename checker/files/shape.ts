/** Tells what is wrong with a value that was read from a file. */
import * as v from 'valibot';

/** Null if `value` is as the schema says; otherwise where it first is not, and how. */
export function misfit(schema: v.GenericSchema, value: unknown): string | null {
  const { success, issues } = v.safeParse(schema, value, { abortEarly: true, abortPipeEarly: true });
  if (success) return null;
  const [issue] = issues;
  const path = v.getDotPath(issue);
  const what =
    issue.expected === null
      ? issue.message
      : `${issue.expected} was expected, not ${clipped(issue.received, 60)}`;
  return path === null ? what : `${path}: ${what}`;
}

/** Something of somebody else's in a message of ours: not too long, and on one line. */
export function clipped(value: unknown, length = 100): string {
  const text = typeof value === 'object' && value !== null ? 'a list or an object' : String(value);
  const visible = text.replace(/\p{C}/gu, '?');
  return visible.length <= length ? visible : `${visible.slice(0, length)}...`;
}
