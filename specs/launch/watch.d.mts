export function watchedCommand(argv: readonly string[]): readonly string[] | null;
interface Output {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}
export interface Run {
  outdated?: boolean;
  once(event: 'exit', callback: (code: number | null, by: string | null) => void): unknown;
  kill(signal?: 'SIGKILL'): unknown;
}
export function watch(what: {
  readonly root: string;
  readonly script: string;
  readonly argv: readonly string[];
  readonly signal: AbortSignal;
  readonly stdout?: Output;
}): Promise<void>;
export function rerun(what: {
  readonly start: () => Run;
  readonly changes: (changed: () => void) => unknown;
  readonly signal: AbortSignal;
  readonly stdout: Output;
  readonly quiet?: number;
}): Promise<void>;
