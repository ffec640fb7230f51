/** What a run tells the shell. The README's table of exit codes is this one. */

export const exitCode = {
  asExpected: 0,
  fault: 1,
  usage: 2,
  deadlock: 11,
  broken: 12,
  endless: 13,
  vacuous: 14,
  incomplete: 20,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

const mostSeriousFirst: readonly ExitCode[] = [
  exitCode.interrupted,
  exitCode.fault,
  exitCode.usage,
  exitCode.broken,
  exitCode.deadlock,
  exitCode.endless,
  exitCode.vacuous,
  exitCode.incomplete,
];

/** The one code of a run in which several apply: the most serious. An interrupted run always says so. */
export function mostSerious(codes: readonly ExitCode[]): ExitCode {
  return mostSeriousFirst.find((code) => codes.includes(code)) ?? exitCode.asExpected;
}
