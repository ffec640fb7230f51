/** What a trace is of, what it shows, and why it could come to that. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { traceText } from '../../report/trace-text.ts';
import type { PageData, PageTrace, TraceEntry } from '../data.ts';
import { copy } from './copy.ts';
import { useKeys } from './keys.ts';
import { hashOf } from './route.ts';
import { counted, expectedOf, isExpected } from './words.ts';

interface Props {
  readonly data: PageData;
  readonly entry: TraceEntry;
  readonly shown: PageTrace;
  readonly children: ComponentChildren;
}

export function TraceHead({ data, entry, shown, children }: Props) {
  const { trace, title } = shown;
  const [asText, setAsText] = useState(false);
  const [copied, setCopied] = useState('');
  const text = () => traceText(trace, title);
  const copyText = () => copy(text()).then((done) => setCopied(done ? 'Copied' : 'Could not copy'));
  useKeys({ c: copyText });
  const spec = data.specs.find(({ name }) => name === entry.spec);
  const variant = spec?.variants.find(({ name }) => name === entry.variant);
  const run = entry.change === undefined && variant?.runs.find(({ model }) => model === entry.model);
  return (
    <header class="trace-head">
      <nav class="others" aria-label="Traces">
        {children}
        <button type="button" onClick={copyText} title="c">
          {copied || 'Copy as text'}
        </button>
        <button type="button" aria-expanded={asText} onClick={() => setAsText(!asText)}>
          {asText ? 'Hide text' : 'Show text'}
        </button>
      </nav>
      <p class="path">
        {entry.spec}
        {spec && <span> {spec.title}</span>}
      </p>
      <h1>
        {variant ? (
          <a href={hashOf({ view: 'variant', spec: entry.spec, variant: variant.id })}>{entry.variant}</a>
        ) : (
          entry.variant
        )}{' '}
        <small>{entry.model}</small>
      </h1>
      {variant && <p class="about">{variant.about}</p>}
      {entry.change !== undefined && (
        <p class="changed-program">
          With a change: <code>{entry.change}</code>
        </p>
      )}
      <div class="shows">
        <p class="broken">
          <span class="mark" aria-hidden="true">
            ✗
          </span>
          {trace.ending}
        </p>
        {(trace.story?.length ?? 0) > 0 && (
          <ul>
            {trace.story!.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        )}
        <p class="expected">
          {counted(trace.steps.length, 'step')}
          {trace.found !== undefined && `, found by ${trace.found}`}
          {run && (isExpected(run) ? '; expected' : `; UNEXPECTED, expected ${expectedOf(run)}`)}
        </p>
      </div>
      {asText && <pre class="text">{text()}</pre>}
    </header>
  );
}
