/** Reads a page back, for tests. */
import { inflateRawSync } from 'node:zlib';
import type { PageData, PageTrace } from './data.ts';

/** What is packed into a document. */
export function unpacked(html: string): { readonly data: PageData; readonly groups: readonly PageTrace[][] } {
  const parts = [...html.matchAll(/<script type="application\/octet-stream" id="([^"]+)">([^<]*)</g)];
  const values = new Map(
    parts.map(([, id, text]) => [
      id,
      JSON.parse(inflateRawSync(Buffer.from(text!, 'base64')).toString()) as unknown,
    ]),
  );
  const data = values.get('data') as PageData;
  values.delete('data');
  return { data, groups: [...values.values()] as PageTrace[][] };
}
