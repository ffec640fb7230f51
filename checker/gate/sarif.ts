/** SARIF 2.1.0, as code scanners exchange it: a result for each job that is not as expected, at the line of its variant,
 *  and the counterexample as a code flow with a thread for each agent, at the lines of the model's functions. */
import type {
  CodeFlow,
  Log,
  ReportingDescriptor,
  Result,
  Run,
  Location as SarifLocation,
  ThreadFlowLocation,
} from 'sarif';
import type { Trace } from '../outcome.ts';
import { type ExitCode, exitCode, mostSerious } from '../report/exit-code.ts';
import { slug } from '../report/slug.ts';
import { heddleVersion } from '../report/version.ts';
import {
  type Case,
  caseName,
  caseSlug,
  codeOf,
  expectedWords,
  foundWords,
  isAsExpected,
  reasonsOf,
} from './case.ts';
import type { Changed, Changes } from './changes.ts';
import { codeOfChanges } from './changes.ts';
import type { Locate, Location } from './locate.ts';

export interface SarifOptions {
  readonly locate: Locate;
  /** Since the baseline, if there is one. */
  readonly changes: Changes | null;
  /** Whether counterexamples that were expected are told too, as notes. */
  readonly expectedToo?: boolean;
}

/** What URIs are relative to. */
const ROOT = '%SRCROOT%';

/** The whole text. */
export function sarifText(cases: readonly Case[], options: SarifOptions): string {
  return `${JSON.stringify(sarifLog(cases, options), null, 1)}\n`;
}

export function sarifLog(
  cases: readonly Case[],
  { locate, changes, expectedToo = false }: SarifOptions,
): Log {
  const told = cases.filter((it) => !isAsExpected(it) || (expectedToo && it.trace !== null));
  const verdicts = changes?.verdicts ?? [];
  const rules = [
    ...new Map(
      [...told.map(ruleOf), ...verdicts.map(() => changedRule)].map((rule) => [rule.id, rule]),
    ).values(),
  ];
  const indexOf = new Map(rules.map(({ id }, i) => [id, i]));
  const results = [
    ...told.map((it) => resultOf(it, locate)),
    ...verdicts.map((it) => resultOfChange(it, locate)),
  ].map((result) => ({ ...result, ruleIndex: indexOf.get(result.ruleId!)! }));
  const run: Run = {
    tool: { driver: { name: 'heddle', version: heddleVersion, rules } },
    invocations: [
      invocation(mostSerious([...cases.map(codeOf), ...(changes === null ? [] : [codeOfChanges(changes)])])),
    ],
    originalUriBaseIds: { [ROOT]: { description: { text: 'The root of the repository with the specs.' } } },
    columnKind: 'utf16CodeUnits',
    results,
  };
  return { $schema: 'https://json.schemastore.org/sarif-2.1.0.json', version: '2.1.0', runs: [run] };
}

function invocation(code: ExitCode): NonNullable<Run['invocations']>[number] {
  const ran = code !== exitCode.fault && code !== exitCode.interrupted;
  return { executionSuccessful: ran, exitCode: code };
}

const changedRule = rule('changed', 'A verdict differs from the one in the baseline.');

/** What kind of finding it is: one rule for each invariant, and one for each other way to be unexpected. */
function ruleOf(it: Case): ReportingDescriptor & { readonly id: string } {
  const { verdict } = it.run;
  if (verdict.kind === 'violated')
    return rule(
      `violated/${verdict.invariant.replace(/\s+/g, '-')}`,
      `The invariant ${verdict.invariant} is broken.`,
    );
  return {
    holds: rule('not-violated', 'What was expected to go wrong does not.'),
    deadlock: rule('deadlock', 'Everybody waits for somebody.'),
    endless: rule('endless', 'A run never ends.'),
    vacuous: rule('vacuous', 'Nothing is broken, but what would have to happen first never happens.'),
    incomplete: rule('incomplete', 'A bound was hit before every state was visited.'),
    fault: rule('fault', 'The model or heddle itself has a bug.'),
  }[verdict.kind];
}

/** The name is for readers, and left out where it would be the id again, as the standard wants it. */
function rule(id: string, text: string): ReportingDescriptor & { readonly id: string } {
  const name = id.replace(/(^|[/-])([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
  const isAnother = name.toLowerCase() !== id.toLowerCase();
  return { id, ...(isAnother ? { name } : {}), shortDescription: { text } };
}

function resultOf(it: Case, locate: Locate): Result & { readonly ruleId: string } {
  const { spec, run, trace } = it;
  const found = isAsExpected(it)
    ? `${foundWords(it)}, as expected`
    : `expected ${expectedWords(it)}, found ${foundWords(it)}`;
  const text = [`${caseName(it)}: ${found}.`, ...reasonsOf(it), ...(trace?.story ?? [])].join('\n');
  const at = locate.variant(spec, run.variant);
  return {
    ruleId: ruleOf(it).id,
    ...(isAsExpected(it)
      ? ({ kind: 'informational', level: 'none' } as const)
      : ({ kind: 'fail', level: levelOf(codeOf(it)) } as const)),
    message: { text },
    locations: [place(at, { fullyQualifiedName: caseName(it) })],
    partialFingerprints: { 'heddleJob/v1': caseSlug(it) },
    ...(trace === null || trace.steps.length === 0 ? {} : { codeFlows: [codeFlow(trace, spec, at, locate)] }),
  };
}

function levelOf(code: ExitCode): 'error' | 'warning' {
  return code === exitCode.incomplete || code === exitCode.interrupted ? 'warning' : 'error';
}

function resultOfChange(
  { name, spec, variant, model, before, after }: Changed,
  locate: Locate,
): Result & { readonly ruleId: string } {
  return {
    ruleId: changedRule.id,
    kind: 'fail',
    level: 'error',
    message: { text: `${name}: was ${before} in the baseline, is ${after}.` },
    locations: [place(locate.variant(spec, variant), { fullyQualifiedName: name })],
    partialFingerprints: { 'heddleJob/v1': `changed/${spec}/${slug(variant)}/${slug(model)}` },
  };
}

interface Logical {
  readonly fullyQualifiedName: string;
  readonly kind?: string;
}

function place(at: Location | null, logical: Logical, text?: string): SarifLocation {
  return {
    ...(at === null ? {} : { physicalLocation: physical(at) }),
    logicalLocations: [logical],
    ...(text === undefined ? {} : { message: { text } }),
  };
}

function physical({ file, line }: Location): NonNullable<SarifLocation['physicalLocation']> {
  return { artifactLocation: { uri: encodeURI(file), uriBaseId: ROOT }, region: { startLine: line } };
}

/** What one agent shows, with its place in the order of everything. */
interface Event {
  readonly column: string;
  readonly order: number;
  readonly text: string;
  readonly fn?: string;
  readonly isEffect: boolean;
}

/** One thread for each column that shows anything. What has no function of its own stands at `at`, the variant. */
function codeFlow(trace: Trace, spec: string, at: Location | null, locate: Locate): CodeFlow {
  const events = eventsOf(trace);
  const columns = [...new Set([...trace.columns, ...events.map(({ column }) => column)])];
  const location = ({ order, text, fn, column, isEffect }: Event): ThreadFlowLocation => ({
    executionOrder: order,
    importance: isEffect ? 'important' : 'essential',
    kinds: isEffect ? ['effect'] : ['statement'],
    location: place(
      (fn === undefined ? null : locate.fn(spec, fn)) ?? at,
      fn === undefined
        ? { fullyQualifiedName: column, kind: 'agent' }
        : { fullyQualifiedName: fn, kind: 'function' },
      text,
    ),
  });
  return {
    message: { text: trace.ending },
    threadFlows: columns.flatMap((column) => {
      const own = events.filter((event) => event.column === column);
      return own.length === 0 ? [] : [{ id: column, locations: own.map(location) }];
    }),
  };
}

/** Everything that the trace shows, in its order, from 1. */
function eventsOf(trace: Trace): readonly Event[] {
  const prelude = (trace.prelude ?? []).map(({ agent, lines }) => ({ column: agent, lines, effects: [] }));
  const steps = trace.steps.map(({ agent, column = agent, lines, effects }) => ({ column, lines, effects }));
  return [...prelude, ...steps]
    .flatMap(({ column, lines, effects }) => [
      ...lines
        .filter(({ text }) => text !== '')
        .map(({ text, notes = [], fn }) => ({
          column,
          text: [text, ...notes].join('; '),
          ...(fn === undefined ? {} : { fn }),
          isEffect: false,
        })),
      ...effects.map((effect) => ({ column: effect.column, text: effect.text, isEffect: true })),
    ])
    .map((event, i) => ({ ...event, order: i + 1 }));
}
