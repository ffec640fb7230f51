/** C that may be broken between lines where a reader would break it, before a browser breaks it anywhere. */
import { Fragment } from 'preact';

/** Names from here on may be broken behind an underscore. */
const LONG_NAME = /\w{22,}/g;

/** Behind what opens, joins or follows a name. */
const JOINT = /(?<=[(,=]|->)(?=[^(),=\s>])/g;

const MARK = '\u200b';

/** `text`, with places to break. */
export function Breakable({ text }: { readonly text: string }) {
  const marked = text
    .replace(LONG_NAME, (name) => name.replace(/(?<=[^_]_)(?=[^_])/g, MARK))
    .replace(JOINT, MARK);
  return marked.split(MARK).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
