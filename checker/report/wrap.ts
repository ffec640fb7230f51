/** Line breaking for prose and for C: at spaces, else after C punctuation, else inside an identifier. */

/** `text` as one line of printable characters that cannot end a C comment. */
export function printable(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .replace(/\p{Cc}/gu, '')
    .replace(/\*\//g, '* /')
    .trim();
}

/** `text` in lines of at most `width` characters; every line after the first starts with `hang`. */
export function wrap(text: string, width: number, hang = ''): readonly string[] {
  const lines: string[] = [];
  let rest = text;
  let indent = '';
  while (indent.length + rest.length > width) {
    const at = bestBreak(rest, Math.max(1, width - indent.length));
    lines.push(indent + rest.slice(0, at).trimEnd());
    rest = rest.slice(at).trimStart();
    indent = hang;
  }
  return [...lines, indent + rest];
}

/** How many of the breaks of `wrap` are inside a word. */
export function cuts(text: string, width: number, hang = ''): number {
  let at = 0;
  return wrap(text, width, hang)
    .slice(0, -1)
    .filter((line, i) => {
      at += line.length - (i === 0 ? 0 : hang.length);
      const isCut = text[at] !== ' ' && breakCost(text, at) > 1 / 4;
      while (text[at] === ' ') at++;
      return isCut;
    }).length;
}

/** Where to break `text` so that at most `room` characters come before: the fuller the line the better, less what
 *  the kind of break costs. */
function bestBreak(text: string, room: number): number {
  let best = room;
  let bestScore = 0;
  for (let at = 1; at <= room; at++) {
    const score = at - room * breakCost(text, at);
    if (score >= bestScore) [best, bestScore] = [at, score];
  }
  return best;
}

/** The part of a line that one would leave empty rather than break here. */
function breakCost(text: string, at: number): number {
  if (text[at] === ' ') return 0;
  const before = text.slice(0, at);
  if (/[(,|]$/.test(before)) return 1 / 4;
  if (before.endsWith('->')) return 2 / 3;
  return before.endsWith('_') ? 3 / 4 : 1;
}
