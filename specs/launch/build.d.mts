import type { Bundled } from './bundle.mjs';
export function build(what: Omit<Bundled, 'cache'> & { readonly into: string }): Promise<readonly string[]>;
