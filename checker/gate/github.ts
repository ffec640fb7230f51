/** What GitHub Actions shows of a run: annotations, which are lines on standard output, and the step's summary. */
import { type Case, caseName, codeOf, expectedWords, foundWords, isAsExpected, reasonsOf } from './case.ts';
import type { Changes } from './changes.ts';
import type { Locate } from './locate.ts';

/** GitHub shows ten of a step, and drops the others without a word. */
const most = 10;

/** The workflow commands, with a line end after each: an error for each case that is not as expected and for each
 *  verdict that changed, and a notice if counts did. */
export function annotations(cases: readonly Case[], locate: Locate, changes: Changes | null): string {
  const surprises = cases.filter((it) => !isAsExpected(it)).map((it) => surprise(it, locate));
  const changed = (changes?.verdicts ?? []).map(({ name, spec, variant, before, after }) =>
    command('error', at(locate, spec, variant), `${name}: changed`, `it was ${before}, it is ${after}`),
  );
  const errors = [...surprises, ...changed];
  const shown = errors.length > most ? errors.slice(0, most - 1) : errors;
  const left = errors.length - shown.length;
  const more =
    left === 0 ? [] : [command('error', {}, 'heddle', `${left} more: see the summary, or heddle.sarif`)];
  const counts = changes?.counts.length ?? 0;
  const notice =
    counts === 0
      ? []
      : [
          command(
            'notice',
            {},
            'heddle',
            `the counts of ${counts} ${counts === 1 ? 'job' : 'jobs'} differ from the baseline's`,
          ),
        ];
  return [...shown, ...more, ...notice].map((line) => `${line}\n`).join('');
}

function surprise(it: Case, locate: Locate): string {
  const message = [`expected ${expectedWords(it)}, found ${foundWords(it)}`, ...reasonsOf(it)].join('\n');
  const title = `${caseName(it)}: exit code ${codeOf(it)}`;
  return command('error', at(locate, it.spec, it.run.variant), title, message);
}

type Properties = Readonly<Record<string, string | number>>;

function at(locate: Locate, spec: string, variant: string): Properties {
  const found = locate.variant(spec, variant);
  return found === null ? {} : { file: found.file, line: found.line };
}

/** `::error file=…,line=…,title=…::message`. */
function command(kind: 'error' | 'notice', where: Properties, title: string, message: string): string {
  const properties = Object.entries({ ...where, title }).map(([key, value]) => {
    return `${key}=${escaped(String(value)).replaceAll(':', '%3A').replaceAll(',', '%2C')}`;
  });
  return `::${kind} ${properties.join(',')}::${escaped(message)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}
