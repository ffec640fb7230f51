/** Dark or light: as the system has it, until the reader says otherwise. */

const KEY = 'heddle-theme';

export type Theme = 'dark' | 'light';

/** What is shown now. */
export function theme(): Theme {
  const chosen = document.documentElement.dataset.theme;
  if (chosen === 'dark' || chosen === 'light') return chosen;
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
}

export function setTheme(wanted: Theme): void {
  document.documentElement.dataset.theme = wanted;
  // A browser may refuse to remember anything for a file.
  attempt(() => localStorage.setItem(KEY, wanted));
}

/** Takes up what the reader chose the last time. */
export function restoreTheme(): void {
  const chosen = attempt(() => localStorage.getItem(KEY));
  if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
}

function attempt<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
