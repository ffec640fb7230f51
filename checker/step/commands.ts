/** The commands of `heddle trace --step`, as they are typed. */

export type Command =
  | { readonly kind: 'forward' | 'back'; readonly steps: number }
  | { readonly kind: 'first' | 'last' | 'list' | 'changes' | 'options' | 'return' | 'help' | 'quit' }
  | { readonly kind: 'go'; readonly step: number }
  | { readonly kind: 'state'; readonly names: readonly string[] }
  | { readonly kind: 'take'; readonly option: number }
  | { readonly kind: 'save'; readonly file: string; readonly overwrite: boolean }
  | { readonly kind: 'wrong'; readonly why: string };

export const help = [
  '  Enter, n [K]  forward, one step or K   o       what can be done here',
  '  b [K]         back                     t N     take number N of them',
  '  first, last   to an end of the trace   r       return to the saved trace',
  '  N, g N        to where N are done      w FILE  save the way (w! overwrites)',
  '  s [NAME]      the state, or a part     l       list the steps',
  '  c             what changed last        h, q    help, quit',
].join('\n');

/** Whole words for the letters. */
const words: Readonly<Record<string, string>> = {
  '': 'n',
  f: 'n',
  next: 'n',
  forward: 'n',
  back: 'b',
  '^': 'first',
  $: 'last',
  end: 'last',
  go: 'g',
  state: 's',
  show: 's',
  changes: 'c',
  options: 'o',
  other: 'o',
  take: 't',
  return: 'r',
  list: 'l',
  save: 'w',
  'save!': 'w!',
  help: 'h',
  '?': 'h',
  quit: 'q',
  exit: 'q',
};

const plain = {
  first: 'first',
  last: 'last',
  l: 'list',
  c: 'changes',
  o: 'options',
  r: 'return',
  h: 'help',
  q: 'quit',
} as const;

/** What a line asks for; anything else is 'wrong', with a sentence. */
export function parse(line: string): Command {
  const [first = '', ...rest] = line.trim().split(/\s+/);
  if (/^\d+$/.test(first) && rest.length === 0) return { kind: 'go', step: Number(first) };
  const word = Object.hasOwn(words, first) ? words[first]! : first;
  if (Object.hasOwn(plain, word)) {
    if (rest.length > 0) return wrong(`"${first}" stands alone.`);
    return { kind: plain[word as keyof typeof plain] };
  }
  switch (word) {
    case 'n':
    case 'b': {
      const steps = rest.length === 0 ? 1 : numberOf(rest);
      const kind = word === 'n' ? 'forward' : 'back';
      return steps === null || steps === 0
        ? wrong(`"${first}" takes a number of steps, as in "${word} 3".`)
        : { kind, steps };
    }
    case 'g': {
      const step = numberOf(rest);
      return step === null ? wrong('"g" takes the number of a step, as in "g 5".') : { kind: 'go', step };
    }
    case 't': {
      const option = numberOf(rest);
      return option === null
        ? wrong('"t" takes a number that "o" shows, as in "t 2".')
        : { kind: 'take', option };
    }
    case 's':
      return { kind: 'state', names: rest };
    case 'w':
    case 'w!': {
      const file = line.trim().slice(first.length).trim();
      return file === ''
        ? wrong(`"${word}" takes the name of a file.`)
        : { kind: 'save', file, overwrite: word === 'w!' };
    }
    default:
      return wrong(`There is no command "${first}"; "h" lists them.`);
  }
}

const wrong = (why: string): Command => ({ kind: 'wrong', why });

function numberOf(words: readonly string[]): number | null {
  return words.length === 1 && /^\d{1,9}$/.test(words[0]!) ? Number(words[0]) : null;
}
