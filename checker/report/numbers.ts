/** Numbers as a person reads them in a table. */

/** 1162332 as `1,162,332`; decimal digits likewise. */
export function count(value: number | string): string {
  return (typeof value === 'string' ? BigInt(value) : value).toLocaleString('en-US', {
    maximumFractionDigits: 0,
  });
}

/** States per second as `850`, `12.3 k` or `1.45 M`; `-` where too little time passed to tell. */
export function rate(states: number, seconds: number): string {
  if (seconds < 0.001) return '-';
  const perSecond = states / seconds;
  if (perSecond >= 1e6) return `${(perSecond / 1e6).toFixed(2)} M`;
  return perSecond >= 1e3 ? `${(perSecond / 1e3).toFixed(1)} k` : perSecond.toFixed(0);
}

/** Bytes as `900 B`, `12 KiB`, `3.4 MiB` or `1.20 GiB`. */
export function memory(bytes: number): string {
  if (bytes >= 2 ** 30) return `${(bytes / 2 ** 30).toFixed(2)} GiB`;
  if (bytes >= 2 ** 20) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return bytes >= 2 ** 10 ? `${(bytes / 2 ** 10).toFixed(0)} KiB` : `${bytes} B`;
}

/** Seconds as `0.004 s`, `1.2 s` or `2 min 05 s`. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(3)} s`;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}
