/** One HTML file with everything in it: script, style, and the data packed. It fetches nothing, and says so. */
import { deflateRawSync } from 'node:zlib';
import type { Report } from './page-data.ts';

/** What the page is made of besides the data. */
export interface PageBundle {
  readonly script: string;
  readonly style: string;
}

/** Nothing is loaded from anywhere; the page is what stands in it. */
const POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

/** The document. The same report and bundle make the same bytes. */
export function documentOf({ data, groups }: Report, { script, style }: PageBundle): string {
  const parts = [packed('data', data), ...groups.map((group, i) => packed(`group-${i}`, group))];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>heddle report</title>
<link rel="icon" href="data:,">
<style>${style.replaceAll('</style', '<\\/style')}</style>
</head>
<body>
<noscript><p>This report needs JavaScript, which is in this file; nothing is loaded from elsewhere.</p></noscript>
<div id="page"></div>
${parts.join('\n')}
<script>${script.replaceAll('</script', '<\\/script')}</script>
</body>
</html>
`;
}

/** A part of the data as the page's unpack.ts reads it: JSON, deflated, in base64. */
function packed(id: string, value: unknown): string {
  const bytes = deflateRawSync(JSON.stringify(value), { level: 9 });
  return `<script type="application/octet-stream" id="${id}">${bytes.toString('base64')}</script>`;
}
