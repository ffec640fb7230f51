/** `npm run table`: writes the tables of specs/README.md that stand between its markers, from the specs as they are and
 *  from what results/ says of them. A time is that of results/junit.xml if it is of the same run, or else stays. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { writeFileWhole } from '../checker/files/whole.ts';
import { earlierRuns, type WrittenRun } from '../checker/report/json.ts';
import { expectationWords } from '../checker/report/judge.ts';
import { junitFile, resultsFile } from '../checker/report/names.ts';
import { count } from '../checker/report/numbers.ts';
import type { Spec, Variant } from '../checker/spec.ts';
import { specs } from './index.ts';
import { propertiesOf, systems } from './systems.ts';

const BEGIN = '<!-- `npm run table` writes what follows -->';
const END = '<!-- until here -->';
const NOT_RUN = 'not run yet';

export interface Row {
  readonly spec: string;
  readonly variant: string;
  readonly about: string;
  readonly properties: string;
  readonly expected: string;
  readonly found: string;
  readonly states: string;
  readonly time: string;
}

/** `holds (sc, tso); violated: noStaleTranslation (armv8)`. */
export function expectedWords({ expect }: Variant): string {
  const models = Object.keys(expect);
  const words = (model: string): string => expectationWords(expect[model]!);
  return [...new Set(models.map(words))]
    .map((w) => `${w} (${models.filter((m) => words(m) === w).join(', ')})`)
    .join('; ');
}

/** The model whose states and time are shown: the last, which reorders most. */
const lastModel = ({ expect }: Variant): string => Object.keys(expect).at(-1)!;

/** What came of the variant: `as expected` only if each of its models was run. */
function foundWords({ expect }: Variant, runs: readonly WrittenRun[]): string {
  if (Object.keys(expect).some((model) => !runs.some((run) => run.model === model))) return NOT_RUN;
  const wrong = runs.filter(
    ({ model, expected, exitCode }) =>
      exitCode !== 0 || expectationWords(expected) !== expectationWords(expect[model]!),
  );
  if (wrong.length === 0) return 'as expected';
  return wrong.map(({ model, verdict }) => `**${verdict.kind}** (${model})`).join(', ');
}

/** A tenth of a second is as much as a busy machine tells. */
export function roughly(seconds: number): string {
  if (seconds < 0.05) return '< 0.1 s';
  return seconds < 9.95 ? `${seconds.toFixed(1)} s` : `${seconds.toFixed(0)} s`;
}

/** Seconds in junit.xml, by spec, `variant (model)`, and number of states. */
export function timesIn(junit: string): ReadonlyMap<string, number> {
  const text = (attribute: string): string =>
    attribute.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)));
  const cases = junit.matchAll(
    /<testcase classname="([^"]*)" name="([^"]*)" time="([\d.]+)">\s*<properties>\s*<property name="states" value="(\d+)"/g,
  );
  return new Map(
    [...cases].map(([, spec = '', name = '', time, states]) => [
      `${spec}/${text(name)}/${states}`,
      Number(time),
    ]),
  );
}

const cells = (row: Row): readonly string[] => [
  `\`${row.variant.replaceAll('|', '\\|')}\``,
  row.about.replaceAll('|', '\\|').replaceAll('__', '\\_\\_').replaceAll('*', '\\*').replaceAll('<', '&lt;'),
  row.properties,
  row.expected,
  row.found,
  row.states,
  row.time,
];

/** The rows of tables in a README.md, each below the heading of its spec. */
export function rowsIn(readme: string): readonly Row[] {
  let spec = '';
  return readme.split('\n').flatMap((line): readonly Row[] => {
    spec = line.match(/^#### `([^`]*)`/)?.[1] ?? spec;
    const [variant, about = '', properties = '', expected = '', found = '', states = '', time = ''] = line
      .slice(2, -2)
      .split(/(?<!\\) \| /);
    const name = variant?.match(/^`(.*)`$/)?.[1]?.replaceAll('\\|', '|');
    if (!line.startsWith('| `') || name === undefined || spec === '') return [];
    return [{ spec, variant: name, about, properties, expected, found, states, time }];
  });
}

interface Sources {
  readonly specs: readonly Spec[];
  /** The text of `<spec>.json`; empty if there is none. */
  readonly results: (spec: string) => string;
  readonly junit: string;
  /** specs/README.md as it was. */
  readonly readme: string;
}

function rowOf(spec: Spec, variant: Variant, runs: readonly WrittenRun[], before: Before): Row {
  const system = variant.build(lastModel(variant));
  const names = system.invariants.map(({ name }) => name);
  const mine = runs.filter((run) => run.variant === variant.name);
  const { effort } = mine.find(({ model }) => model === lastModel(variant)) ?? {};
  const states = effort === undefined ? '' : count(effort.states);
  return {
    spec: spec.name,
    variant: variant.name,
    about: variant.about,
    properties: propertiesOf(spec, variant, names, system.mustEnd === true).join(' '),
    expected: expectedWords(variant),
    found: foundWords(variant, mine),
    states,
    time: effort === undefined ? '' : before(spec.name, variant, effort.states),
  };
}

/** How long it took to visit so many states. */
type Before = (spec: string, variant: Variant, states: number) => string;

function timesBefore({ junit, readme }: Sources): Before {
  const times = timesIn(junit);
  const rows = rowsIn(readme);
  return (spec, variant, states) => {
    const seconds = times.get(`${spec}/${variant.name} (${lastModel(variant)})/${states}`);
    if (seconds !== undefined) return roughly(seconds);
    const same = (r: Row): boolean => r.spec === spec && r.variant === variant.name;
    return rows.find((r) => same(r) && r.states === count(states))?.time ?? '';
  };
}

/** What stands between the markers. */
function tables(sources: Sources): string {
  const { specs } = sources;
  const before = timesBefore(sources);
  const grouped = systems.flatMap((group) => group.specs);
  const others = specs.map(({ name }) => name).filter((name) => !grouped.includes(name));
  const all = others.length === 0 ? systems : [...systems, { title: 'Others', specs: others }];
  return all
    .flatMap((group, i) => [
      `### ${i + 1}. ${group.title}`,
      ...(group.besides === undefined ? [] : [group.besides]),
      ...group.specs.flatMap((name) => {
        const spec = specs.find((s) => s.name === name);
        return spec === undefined ? [`#### \`${name}\``, 'Not in `heddle list` yet.'] : specText(spec);
      }),
    ])
    .join('\n\n');

  function specText(spec: Spec): readonly string[] {
    const runs = earlierRuns(sources.results(spec.name));
    const rows = spec.variants.map((v) => cells(rowOf(spec, v, runs, before)));
    const head = ['variant', 'what is different', 'properties', 'expected', 'found', 'states', 'time'];
    const rule = head.map((_, i) => (i > 4 ? '--:' : '---'));
    const line = (c: readonly string[]): string => `| ${c.join(' | ')} |`;
    return [
      `#### \`${spec.name}\`: ${spec.title}`,
      `Models ${spec.source}.`,
      [head, rule, ...rows].map(line).join('\n'),
    ];
  }
}

/** README.md with its tables written again. */
export function withTables(sources: Sources): string {
  const { readme } = sources;
  const [from, to] = [readme.indexOf(BEGIN), readme.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`specs/README.md needs the lines ${BEGIN} and ${END}`);
  return `${readme.slice(0, from + BEGIN.length)}\n\n${tables(sources)}\n\n${readme.slice(to)}`;
}

function main(): void {
  const folder = fileURLToPath(new URL('../results/', import.meta.url));
  const file = fileURLToPath(new URL('README.md', import.meta.url));
  const read = (path: string): string => (existsSync(path) ? readFileSync(path, 'utf8') : '');
  const results = (spec: string): string => read(`${folder}${resultsFile(spec)}`);
  const readme = read(file);
  writeFileWhole(file, withTables({ specs, results, junit: read(`${folder}${junitFile}`), readme }));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
