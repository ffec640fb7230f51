/** Where in a spec an error comes from: what its author wants to know first. */

const PLACE = /\(?(?:specs|model)\/\S+\.ts:\d+:\d+/;

/** The message, with the innermost place in a spec's folder from where it was thrown, unless it names a place already. */
export function messageWithPlace(error: Error): string {
  const ours = error.name === 'ModelBug' || error.name === 'UsageError';
  const message = ours ? error.message : `${error.name}: ${error.message}`;
  if (PLACE.test(message)) return message;
  const place = placeInSpec(error);
  if (place === null) return message;
  const [first = '', ...rest] = message.split('\n');
  return [`${first} (${place})`, ...rest].join('\n');
}

/** `specs/attach/scenario.ts:12:3`; null if no spec had a part in it. */
function placeInSpec(error: Error): string | null {
  let innermost = error;
  while (innermost.cause instanceof Error) innermost = innermost.cause;
  const frame = /^ +at .*\/(specs\/[\w-]+\/\S+?\.ts:\d+:\d+)\)?$/m.exec(innermost.stack ?? '');
  return frame?.[1] ?? null;
}
