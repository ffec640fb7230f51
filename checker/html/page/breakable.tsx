/** C that may be broken between lines where a reader would break it, before a browser breaks it anywhere. */
import { Fragment } from 'preact';

/** `text`, with places to break after what joins names. */
export function Breakable({ text }: { readonly text: string }) {
  return text.split(/(?<=[_.(,=]|->|::)(?=[^_.(),=\s])/).map((part, i) => (
    <Fragment key={i}>
      {i > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
