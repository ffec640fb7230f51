/** Where statements are written, for messages: what a `statement` of kernel.ts was made by, as `file:line:column`. Kept
 *  beside them and not in them, so that nothing else can depend on it. Taking a stack costs a microsecond; it becomes
 *  text only if somebody asks. */

const made = new WeakMap<object, Error>();

/** Remembers that `thing` is made here and now; returns it. */
export function placed<T extends object>(thing: T): T {
  made.set(thing, new Error());
  return thing;
}

/** `thing` is made of `from`, and stands where that does. */
export function inPlaceOf<T extends object>(from: object, thing: T): T {
  const place = made.get(from);
  if (place !== undefined) made.set(thing, place);
  return thing;
}

/** Files that only make statements for others. */
const OURS = /model\/program\/(?!locks)[\w-]+\.ts$|specs\/[\w-]+\.ts$/;

/** ` (specs/attach/scenario.ts:12:3)`; of what a function of model/ made that a spec called, both places. Empty if it is
 *  not known. */
export function placeOf(thing: object): string {
  const error = made.get(thing);
  if (error === undefined) return '';
  const frames = framesOf(error).filter(({ file }) => !OURS.test(file));
  const [first] = frames;
  if (first === undefined) return '';
  const spec = frames.find(({ file }) => file.startsWith('specs/'));
  if (spec === undefined || spec === first) return ` (${first.text})`;
  return ` (${first.text}, used at ${spec.text})`;
}

/** A stack's places in our own sources, innermost first; no path of a machine in them. */
function framesOf({ stack = '' }: Error): readonly { readonly file: string; readonly text: string }[] {
  return [...stack.matchAll(/^ +at .*\/((?:model|specs)\/\S+?\.ts):(\d+):(\d+)\)?$/gm)].map(
    ([, file = '', line, column]) => ({ file, text: `${file}:${line}:${column}` }),
  );
}
