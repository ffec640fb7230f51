/** What the keys do. */
import { useEffect, useRef } from 'preact/hooks';

const KEYS: readonly (readonly [keys: readonly string[], does: string])[] = [
  [['j', '↓', '→'], 'next step'],
  [['k', '↑', '←'], 'step before'],
  [['PgDn', 'PgUp'], 'ten steps on or back'],
  [['Home', 'End'], 'initial state, last step'],
  [['n', ']'], 'next trace'],
  [['p', '['], 'trace before'],
  [['c'], 'copy the trace as text'],
  [['/'], 'search the verdicts'],
  [['t'], 'dark or light'],
  [['Esc'], 'back to the verdicts'],
  [['?'], 'this list'],
];

export function Help({ close }: { readonly close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} class="help" aria-labelledby="help-title" onClose={close}>
      <h2 id="help-title">Keys</h2>
      <dl>
        {KEYS.map(([keys, does]) => (
          <div key={does}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <p>The address of every view and every step can be passed on; it works wherever this file lies.</p>
      <button type="button" onClick={close}>
        Close
      </button>
    </dialog>
  );
}
