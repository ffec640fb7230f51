/** What is held after a step: caches, queues, memory; what the step changed stands out. */
import { useMemo } from 'preact/hooks';
import type { PageTrace } from '../data.ts';
import { Breakable } from './breakable.tsx';
import { type Held, heldIn, statesOf } from './states.ts';

const SIGNS = { new: '+', gone: '−', kept: ' ' } as const;
const WORDS = { new: 'new: ', gone: 'gone: ', kept: '' } as const;

export function HoldingsPanel({ shown, step }: { readonly shown: PageTrace; readonly step: number }) {
  const { holdings, refused } = shown;
  const states = useMemo(() => (holdings ? statesOf(holdings) : []), [holdings]);
  const after = states[step];
  const held = holdings && after ? heldIn(holdings, states[step - 1], after) : [];
  // The columns of a trace end with the hardware, whose caches are what it is about; memory has no column.
  const named = [...shown.trace.columns]
    .reverse()
    .filter((name) => held.some(({ column }) => column === name));
  const columns = [...new Set([...named, ...held.map(({ column }) => column)])];
  return (
    <aside class="holdings" aria-label="What is held">
      <h2>{step === 0 ? 'Initial state' : `After step ${step}`}</h2>
      {refused !== undefined && <p class="refused">Not known: {refused}.</p>}
      {refused === undefined && held.length === 0 && <p class="refused">Nothing to show.</p>}
      {columns.map((column) => (
        <section key={column}>
          <h3>{column || 'memory'}</h3>
          {held
            .filter((one) => one.column === column)
            .map((one) => (
              <HeldBy key={one.name} held={one} />
            ))}
        </section>
      ))}
    </aside>
  );
}

function HeldBy({ held }: { readonly held: Held }) {
  const changed = held.lines.some(({ change }) => change !== 'kept');
  return (
    <div class={changed ? 'held changed' : 'held'}>
      {held.name !== held.column && <h4>{held.name}</h4>}
      <ul>
        {held.lines.map(({ text, change }, i) => (
          <li key={i} class={change}>
            <span aria-hidden="true">{SIGNS[change]}</span>
            <span class="only-read">{WORDS[change]}</span>
            <Breakable text={text} />
          </li>
        ))}
      </ul>
    </div>
  );
}
