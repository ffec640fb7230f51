/** What a trace is of, what it shows, and why it could come to that. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import type { Trace } from '../../outcome.ts';
import type { WrittenRun } from '../../report/json.ts';
import { traceLong } from '../../report/trace-long.ts';
import { traceText } from '../../report/trace-text.ts';
import type { PageData, PageTrace, TraceEntry } from '../data.ts';
import { copy } from './copy.ts';
import { useKeys } from './keys.ts';
import { hashOf } from './route.ts';
import { counted, expectedOf, isExpected } from './words.ts';

/** As columns, or step by step with what each did to memory. */
type Form = 'text' | 'long';

interface Props {
  readonly data: PageData;
  readonly entry: TraceEntry;
  readonly shown: PageTrace;
  readonly children: ComponentChildren;
}

export function TraceHead({ data, entry, shown, children }: Props) {
  const { trace, title } = shown;
  const [form, setForm] = useState<Form | null>(null);
  const [copied, setCopied] = useState('');
  const text = () => (form === 'long' ? traceLong(trace, title) : traceText(trace, title));
  const copyText = async () => {
    setCopied((await copy(text())) ? 'Copied' : 'Could not copy');
    setTimeout(setCopied, 2000, '');
  };
  useKeys({ c: copyText });
  const spec = data.specs.find(({ name }) => name === entry.spec);
  const variant = spec?.variants.find(({ name }) => name === entry.variant);
  const run =
    entry.change === undefined ? variant?.runs.find(({ model }) => model === entry.model) : undefined;
  return (
    <header class="trace-head">
      <nav class="others" aria-label="Traces">
        {children}
        <button type="button" onClick={copyText} title="as text: c">
          {copied || 'Copy'}
        </button>
        {(['text', 'long'] as const).map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={form === one}
            onClick={() => setForm(form === one ? null : one)}
          >
            {one === 'text' ? 'Text' : 'Long text'}
          </button>
        ))}
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
      <Shows trace={trace} run={run} />
      {form !== null && <pre class="text">{text()}</pre>}
    </header>
  );
}

interface ShowsProps {
  readonly trace: Trace;
  /** Whose trace it is, if the programs are those of the spec. */
  readonly run: WrittenRun | undefined;
}

/** What goes wrong, how it comes to that, and whether that was expected. */
function Shows({ trace, run }: ShowsProps) {
  return (
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
  );
}
