/** What herd7 prints for a test, so that eyes and scripts that know it need not change. */
import { match } from 'ts-pattern';
import type { Quantifier } from '../../model/litmus/condition.ts';
import type { Report } from '../../model/litmus/examine.ts';

type Answered = Extract<Report, { kind: 'answered' }>;

const KIND: Readonly<Record<Quantifier, string>> = {
  exists: 'Allowed',
  '~exists': 'Forbidden',
  forall: 'Required',
};

/** As herd7, but that it counts witnesses among executions, and this among outcomes. */
export function herdText(report: Answered): string {
  const { name, quantifier, condition, outcomes, positive, seconds } = report;
  return [
    `Test ${name} ${KIND[quantifier]}`,
    `States ${outcomes.length}`,
    ...outcomes,
    isAsAsked(report) ? 'Ok' : 'No',
    'Witnesses',
    `Positive: ${positive} Negative: ${outcomes.length - positive}`,
    `Condition ${quantifier} ${condition}`,
    observationText(report),
    `Time ${name} ${seconds.toFixed(2)}`,
    '',
    '',
  ].join('\n');
}

export const observationText = ({ name, observation, positive, outcomes }: Answered): string =>
  `Observation ${name} ${observation} ${positive} ${outcomes.length - positive}`;

function isAsAsked({ quantifier, positive, outcomes }: Answered): boolean {
  return match(quantifier)
    .with('exists', () => positive > 0)
    .with('~exists', () => positive === 0)
    .with('forall', () => positive === outcomes.length)
    .exhaustive();
}
