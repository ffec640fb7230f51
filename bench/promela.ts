/** The reference model in SPIN's language, with the same distinct states. What differs from one CPU, page or SMMU to
 *  the next is unrolled, sets of pages are bit masks and every step is one d_step, so that SPIN has the least work. */
import { type Size, switches } from './reference-model.ts';

/** Bits of an int, Promela's largest type, without its sign. */
const MOST_PAGES = 31;

/** The model as the text of a `.pml` file. Commands and stores are numbered: a page number means TLBI or the clear of
 *  its PTE; numbers from K * P are SYNC of a CPU in a command queue, and version or STE in a store buffer. */
export function promela(size: Size): string {
  const { k: K, p: P, m: M, tso = false } = size;
  if (K * P > MOST_PAGES) throw new RangeError(`${K * P} pages; masks hold ${MOST_PAGES}`);
  const lines = [
    `/* Unmap against attach: ${switches(size)} */`,
    ...globals(size),
    ...each(K, (k) => unmapper(size, k)),
    ...attacher(size),
    ...each(M, (m) => smmu(size, m)),
    ...(tso ? each(K + 1, (b) => drain(size, b)) : []),
  ];
  return `${lines.join('\n')}\n`;
}

function each<T>(count: number, make: (i: number) => readonly T[]): readonly T[] {
  return Array.from({ length: count }, (_, i) => make(i)).flat();
}

function globals({ k: K, p: P, m: M, tso = false }: Size): readonly string[] {
  const mask = maskType(K * P);
  return [
    `${mask} pte = ${2 ** (K * P) - 1};`,
    `${mask} freed;`,
    'byte version;',
    ...each(K, (k) => [`byte pending${k};`]),
    ...each(M, (m) => [
      `bit ste${m}${m === 0 ? ' = 1' : ''};`,
      `${mask} tlb${m};`,
      `chan commands${m} = [${2 * K}] of { byte };`,
    ]),
    ...(tso ? each(K + 1, (b) => [`chan buffer${b} = [2] of { byte };`]) : []),
  ];
}

function maskType(pages: number): string {
  if (pages <= 8) return 'byte';
  return pages <= 15 ? 'short' : 'int';
}

/** A store by CPU number `b` and the guard that it waits for: into its buffer if it has one, else into memory. */
function store({ tso = false }: Size, b: number, what: number, landed: string): string {
  return tso ? `d_step { nfull(buffer${b}) -> buffer${b}!${what} }` : `d_step { true -> ${landed} }`;
}

const without = (mask: string, page: number): string => `${mask} = ${mask} & ~${1 << page}`;
const into = (mask: string, page: number): string => `${mask} = ${mask} | ${1 << page}`;

function unmapper(size: Size, k: number): readonly string[] {
  const { p: P, m: M, nobar = false, wrongU = false } = size;
  const read = `d_step { ${nobar || wrongU ? 'true' : isDrained(size, k)} -> seen = version };`;
  const pageSteps = (n: number): readonly string[] => {
    const own = k * P + n;
    const clear = `${store(size, k, own, without('pte', own))};`;
    const tlbs = each(M, (m) => [`tlb${m}`]).join(' | ');
    return [
      ...(wrongU ? [read, clear] : [clear, read]),
      ...push(size, k, own, 0),
      `d_step { pending${k} == 0 -> ${into('freed', own)}; assert(!((${tlbs}) & ${1 << own})) };`,
    ];
  };
  return ['', `active proctype cpu${k}() {`, 'byte seen;', ...each(P, pageSteps), 'end: false', '}'];
}

/** TLBI and SYNC to SMMU `m` and to those after it that the version seen has. */
function push(size: Size, k: number, page: number, m: number): readonly string[] {
  const { k: K, p: P, m: M } = size;
  const drained = isDrained(size, k);
  const sent = `commands${m}!${page}; commands${m}!${K * P + k}; pending${k}++`;
  const last = (guard: string): string => `d_step { ${guard} -> ${sent}; seen = 0 }`;
  if (m + 1 === M) return [`${last(drained)};`];
  return [
    'if',
    `:: ${last(`${drained} && seen == ${m}`)}`,
    `:: d_step { ${drained} && seen > ${m} -> ${sent} };`,
    ...push(size, k, page, m + 1),
    'fi;',
  ];
}

function isDrained({ tso = false }: Size, b: number): string {
  return tso ? `empty(buffer${b})` : 'true';
}

function attacher(size: Size): readonly string[] {
  const { k: K, p: P, m: M, wrongA = false } = size;
  const attach = (i: number): readonly string[] => {
    const m = i + 1;
    const publish = store(size, K, K * P + m, `version = ${m}`);
    const writeSte = store(size, K, K * P + M + m, `ste${m} = 1`);
    return (wrongA ? [writeSte, publish] : [publish, writeSte]).map((text) => `  ${text};`);
  };
  return ['', 'active proctype attacher() {', ...each(M - 1, attach), 'end: false', '}'];
}

/** What a number taken from a queue means, as the options of an `if`. */
function meanings(meaning: readonly (readonly [number, string])[]): readonly string[] {
  return ['    if', ...meaning.map(([number, effect]) => `    :: got == ${number} -> ${effect}`), '    fi;'];
}

function smmu({ k: K, p: P }: Size, m: number): readonly string[] {
  const walk = (page: number): readonly string[] => {
    const bit = 1 << page;
    const guard = `ste${m} && (pte & ${bit}) && !(tlb${m} & ${bit})`;
    return [`  :: d_step { ${guard} -> ${into(`tlb${m}`, page)}; assert(!(freed & ${bit})) }`];
  };
  const taken = [
    ...each(K * P, (page) => [[page, without(`tlb${m}`, page)] as const]),
    ...each(K, (k) => [[K * P + k, `pending${k}--`] as const]),
  ];
  return [
    '',
    `active proctype smmu${m}() {`,
    '  byte got;',
    'end:',
    '  do',
    ...each(K * P, walk),
    `  :: d_step { nempty(commands${m}) -> commands${m}?got;`,
    ...meanings(taken),
    '    got = 0 }',
    '  od',
    '}',
  ];
}

function drain({ k: K, p: P, m: M }: Size, b: number): readonly string[] {
  const landed =
    b < K
      ? each(P, (n) => [[b * P + n, without('pte', b * P + n)] as const])
      : each(M - 1, (i) => [
          [K * P + i + 1, `version = ${i + 1}`] as const,
          [K * P + M + i + 1, `ste${i + 1} = 1`] as const,
        ]);
  return [
    '',
    `active proctype drain${b}() {`,
    '  byte got;',
    'end:',
    '  do',
    `  :: d_step { nempty(buffer${b}) -> buffer${b}?got;`,
    ...meanings(landed),
    '    got = 0 }',
    '  od',
    '}',
  ];
}
