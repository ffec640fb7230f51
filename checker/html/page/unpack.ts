/** The packed parts of the document, unpacked when they are asked for. ../document.ts packs them. */
import type { PageData, PageTrace, TraceEntry } from '../data.ts';

/** What was deflated into the element `id`. */
async function unpack(id: string): Promise<unknown> {
  const text = document.getElementById(id)?.textContent ?? '';
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const inflated = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
  return new Response(inflated).json();
}

/** Everything but the traces. */
export async function unpackData(): Promise<PageData> {
  return (await unpack('data')) as PageData;
}

const groups = new Map<number, Promise<readonly PageTrace[]>>();

/** One trace; the others of its group are there at once from then on. */
export async function unpackTrace({ id, group }: TraceEntry): Promise<PageTrace> {
  const traces = groups.get(group) ?? unpack(`group-${group}`).then((it) => it as readonly PageTrace[]);
  groups.set(group, traces);
  const found = (await traces).find((trace) => trace.id === id);
  if (!found) throw new Error(`the trace ${id} is not in its part of the file`);
  return found;
}
