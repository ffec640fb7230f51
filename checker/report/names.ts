/** What the files in the output folder are called. */
import type { Job } from './job.ts';
import { slug } from './slug.ts';

export const junitFile = 'junit.xml';
export const sarifFile = 'heddle.sarif';
export const ktapFile = 'heddle.ktap';
export const summaryFile = 'summary.md';
export const shardFile = 'shard.json';

/** `<spec>.json`. */
export function resultsFile(spec: string): string {
  return `${spec}.json`;
}

/** `traces/<spec>--<variant>--<model>`, to which `.txt` and `.json` are added. */
export function traceFile({ spec, variant, model }: Job): string {
  return `traces/${spec.name}--${slug(variant.name)}--${slug(model)}`;
}

/** Whether a file in traces/ belongs to the spec, from this run or an earlier one. */
export function isTraceFileOf(spec: string, file: string): boolean {
  return file.startsWith(`${spec}--`) && /\.(txt|json)$/.test(file);
}
