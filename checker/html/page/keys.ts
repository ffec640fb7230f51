/** Keys of a view. */
import { useEffect, useRef } from 'preact/hooks';

/** What to do for each key, by its name in KeyboardEvent.key. */
export type Keys = Readonly<Record<string, () => void>>;

/** Listens while the component is there. Keys that go into a field, or come with Ctrl and the like, are left alone;
 *  `alsoInFields` are taken even there. */
export function useKeys(keys: Keys, alsoInFields: readonly string[] = []): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    const listener = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isFor(event.target, event.key) && !alsoInFields.includes(event.key)) return;
      const action = latest.current[event.key];
      if (!action) return;
      event.preventDefault();
      action();
    };
    document.addEventListener('keydown', listener);
    return () => document.removeEventListener('keydown', listener);
  }, []);
}

/** Whether what has the focus makes something of the key itself. A slider does of arrows, but not of letters. */
function isFor(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) return false;
  if (target.matches('input[type=range]')) return key.length > 1;
  return target.matches('input:not([type=checkbox]), textarea, select');
}
