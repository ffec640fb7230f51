/** The terminal of `heddle trace --step`: reads commands line by line, from a keyboard or a pipe, and prints replies. */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { createInterface, type Interface } from 'node:readline';
import { reason } from '../files/reason.ts';
import { writeFileWhole } from '../files/whole.ts';
import { help, parse } from './commands.ts';
import { type Reply, reply } from './session.ts';
import { promptOf, standingText } from './step-text.ts';
import type { Session } from './way.ts';

export interface Terminal {
  readonly lines: AsyncIterable<string>;
  write(text: string): void;
  /** Asks for the next line. */
  prompt(text: string): void;
  /** Whether what is typed is not to be seen unless it is written. */
  readonly echoes: boolean;
}

/** Steps through a trace until its reader has enough. */
export async function step(session: Session, title: string, terminal: Terminal): Promise<void> {
  let here = session;
  terminal.write(`${title}\n${help}\n\n${standingText(here)}\n`);
  terminal.prompt(promptOf(here));
  for await (const line of terminal.lines) {
    if (terminal.echoes) terminal.write(`${line}\n`);
    const answer = reply(here, parse(line));
    here = answer.session;
    if (answer.ends) return;
    terminal.write(`${answer.save === undefined ? answer.text : saved(answer.save, answer.text)}\n`);
    terminal.prompt(promptOf(here));
  }
  terminal.write('\n');
}

function saved({ file, content, overwrite }: NonNullable<Reply['save']>, done: string): string {
  if (!overwrite && existsSync(file)) return `${file} is there already; "w! ${file}" overwrites it.`;
  try {
    writeFileWhole(file, content);
    return done;
  } catch (error) {
    return `${file} cannot be written: ${reason(error)}`;
  }
}

/** The process's own: a keyboard if both ends are one, else whatever is piped in. */
export function processTerminal(write: (text: string) => void): Terminal & { close(): void } {
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const reader: Interface = createInterface({
    input: process.stdin,
    ...(isTerminal ? { output: process.stdout } : {}),
    terminal: isTerminal,
  });
  reader.on('SIGINT', () => reader.close());
  return {
    lines: reader,
    write,
    prompt(text) {
      if (!isTerminal) return write(text);
      reader.setPrompt(text);
      reader.prompt();
    },
    echoes: !isTerminal,
    close: () => reader.close(),
  };
}
