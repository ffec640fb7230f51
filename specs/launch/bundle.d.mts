export interface Bundled {
  /** The folder above model/, checker/, specs/ and bench/. */
  readonly root: string;
  /** Where bundles are kept; '' for nowhere. */
  readonly cache: string;
  readonly entries: Readonly<Record<string, string>>;
}
export type Build = (what: Omit<Bundled, 'cache'> & { readonly into: string }) => Promise<unknown>;
export function bundleFor(what: Bundled, build?: Build): Promise<string | null>;
export function keep(folder: string): boolean;
