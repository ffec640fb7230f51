/** START HERE for `heddle trace --step`: what each command makes of where a reader stands. Pure: a command gives another
 *  session and a text; the terminal (terminal.ts) reads the one and prints the other. */
import type { Trace } from '../outcome.ts';
import { traceFileText } from '../report/trace-file.ts';
import { replay } from '../trace/replay.ts';
import { type Command, help } from './commands.ts';
import { changedText, stateText } from './state-text.ts';
import { listText, optionsText, standingText } from './step-text.ts';
import { endOf, optionsOf, type Session, valuesAt, wayOf } from './way.ts';

/** What a command comes to. */
export interface Reply {
  readonly session: Session;
  readonly text: string;
  readonly ends?: true;
  /** A file to be written; the text is for after that. */
  readonly save?: { readonly file: string; readonly content: string; readonly overwrite: boolean };
}

/** Does what the command says. A model that fails where the reader wants to go is told, and the reader stays. */
export function reply(session: Session, command: Command): Reply {
  try {
    return done(session, command);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { session, text: `The model fails there: ${error.message}` };
  }
}

function done(session: Session, command: Command): Reply {
  const stay = (text: string): Reply => ({ session, text });
  switch (command.kind) {
    case 'wrong':
      return stay(command.why);
    case 'help':
      return stay(help);
    case 'quit':
      return { session, text: '', ends: true };
    case 'forward':
      return forward(session, command.steps);
    case 'back':
      return session.at === 0
        ? stay('This is the start.')
        : moved(session, Math.max(0, session.at - command.steps));
    case 'first':
      return moved(session, 0);
    case 'last':
      return moved(session, wayOf(session).length);
    case 'go':
      return goTo(session, command.step);
    case 'list':
      return stay(listText(session));
    case 'state':
      return stay(stateText(session.system, valuesAt(session, session.at), command.names));
    case 'changes':
      return stay(changes(session));
    case 'options':
      return stay(optionsText(session));
    case 'take':
      return takeOption(session, command.option);
    case 'return':
      return returned(session);
    case 'save':
      return saving(session, command);
  }
}

function moved(session: Session, at: number): Reply {
  const there = { ...session, at };
  return { session: there, text: standingText(there) };
}

function forward(session: Session, steps: number): Reply {
  const { length } = wayOf(session);
  if (session.at < length) return moved(session, Math.min(length, session.at + steps));
  const { repeats } = session.saved.trace;
  if (session.own === null && repeats !== undefined) {
    return {
      session,
      text: `From here it goes on for ever with step ${repeats + 1}: "g ${repeats}" leads there.`,
    };
  }
  const whose = session.own === null ? 'the saved trace' : 'your branch';
  const more =
    optionsOf(session).length === 0
      ? endOf(session, valuesAt(session, length))
      : '"o" shows what can be done from here.';
  return { session, text: `This is the end of ${whose}. ${more}` };
}

function goTo(session: Session, step: number): Reply {
  const { length } = wayOf(session);
  if (step <= length) return moved(session, step);
  return { session, text: `There is no step ${step}: there are ${length}.` };
}

function changes(session: Session): string {
  const { at, system } = session;
  if (at === 0) return 'Nothing has been done yet.';
  return changedText(system, valuesAt(session, at - 1), valuesAt(session, at));
}

function takeOption(session: Session, n: number): Reply {
  const options = optionsOf(session);
  const option = options[n - 1];
  if (option === undefined) {
    const text =
      options.length === 0
        ? `Nothing can be done here. ${endOf(session, valuesAt(session, session.at))}`
        : `There is no choice ${n} here: "o" lists ${options.length === 1 ? 'the only one' : `the ${options.length} that there are`}.`;
    return { session, text };
  }
  const { at, own } = session;
  if (option.isNext) return moved(session, at + 1);
  const { step, after } = option;
  const from = own === null ? at : Math.min(own.from, at);
  const before = own === null ? [] : own.steps.slice(0, at - from);
  const left =
    own === null
      ? [`You leave the saved trace after ${at === 0 ? 'its start' : `step ${at}`}; "r" leads back to it.`]
      : [];
  const there = { ...session, own: { from, steps: [...before, { step, after }] }, at: at + 1 };
  return { session: there, text: [...left, standingText(there)].join('\n') };
}

function returned(session: Session): Reply {
  if (session.own === null) return { session, text: 'You are on the saved trace.' };
  return moved({ ...session, own: null }, Math.min(session.at, session.own.from));
}

function saving(session: Session, { file, overwrite }: Extract<Command, { kind: 'save' }>): Reply {
  const { system, saved } = session;
  const steps = wayOf(session).map(({ step }) => step);
  if (steps.length === 0) return { session, text: 'There are no steps to save.' };
  const trace: Trace = { ...replay(system, steps), found: 'stepping by hand (heddle trace --step)' };
  const content = traceFileText({ ...saved, trace: session.own === null ? saved.trace : trace });
  const what = steps.length === 1 ? '1 step is' : `${steps.length} steps are`;
  const text = `${what} saved in ${file}. It ends so: ${trace.ending}`;
  return { session, text, save: { file, content, overwrite } };
}
