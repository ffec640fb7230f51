/** The comment at the head of a printed litmus test. */

interface Head {
  readonly result: string;
  /** What was found besides. */
  readonly said: string;
  readonly about: string;
  readonly ending: string;
  readonly roles: readonly string[];
  readonly legend: readonly string[];
  readonly notes: readonly string[];
}

export function header({ result, said, about, ending, roles, legend, notes }: Head): string {
  const paragraphs = [
    `Result: ${result}`,
    `The CPU part of a counterexample that heddle found. ${about}, which ends in`,
    ending,
    roles.map((role, n) => `P${n} is ${role}.`).join(' '),
    ...(legend.length === 0 ? [] : [`Values: ${legend.join('; ')}.`]),
    ...(notes.length === 0 ? [] : [notes.join(' ')]),
    said,
  ];
  const lines = paragraphs.flatMap((text, p) => [...(p === 0 ? [] : ['']), ...folded(harmless(text))]);
  return `(*\n${lines.map((line) => ` *${line === '' ? '' : ` ${line}`}\n`).join('')} *)\n\n`;
}

/** Nothing that would end the comment, or begin another one. */
const harmless = (text: string): string =>
  text.replaceAll('*)', '* )').replaceAll('(*', '( *').replaceAll('/*', '/ *');

function folded(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= 74)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
