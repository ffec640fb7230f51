/** Colours, where they are wanted: on a terminal that has not declined them. */
import { styleText } from 'node:util';

export interface Paint {
  readonly good: (text: string) => string;
  readonly bad: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
}

const plain = (text: string): string => text;

/** Leaves every text as it is. */
export const noPaint: Paint = { good: plain, bad: plain, faint: plain, strong: plain };

const ansi: Paint = {
  good: (text) => styleText('green', text, { validateStream: false }),
  bad: (text) => styleText(['bold', 'red'], text, { validateStream: false }),
  faint: (text) => styleText('dim', text, { validateStream: false }),
  strong: (text) => styleText('bold', text, { validateStream: false }),
};

/** The colours for a stream: none unless it is a terminal, nor where NO_COLOR (no-color.org) or TERM=dumb asks
 *  for none. */
export function paintFor(isTerminal: boolean, env: Readonly<Record<string, string | undefined>>): Paint {
  const declined = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return isTerminal && !declined ? ansi : noPaint;
}
