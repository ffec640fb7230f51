/** For tests: a signal that is aborted once it has been looked at so often. */
export function abortedAfter(looks: number): AbortSignal {
  let looked = 0;
  return {
    get aborted() {
      looked += 1;
      return looked > looks;
    },
  } as AbortSignal;
}
