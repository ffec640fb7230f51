/** What the system said, in words. */

/** What the system said, without its stack; where somebody can do something about it, what. */
export function reason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const help = helps[(error as NodeJS.ErrnoException).code ?? ''];
  return help === undefined ? error.message : `${error.message} (${help})`;
}

const helps: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full: make room, or choose a place on another one',
  EDQUOT: 'your share of the disk is used up: make room, or choose a place on another one',
  EROFS: 'nothing can be written there: choose another place',
  EACCES: 'you have no permission: choose another place, or have it given',
  EPERM: 'you have no permission: choose another place, or have it given',
  ENAMETOOLONG: 'the name is too long: choose a shorter one',
  EEXIST: 'a file stands where a folder is needed: choose another place',
  ENOTDIR: 'a file stands where a folder is needed: choose another place',
  EISDIR: 'a folder stands where a file is needed: choose another place',
  ELOOP: 'symbolic links that lead to each other: choose another place',
  EMFILE: 'too many files are open: raise the limit with ulimit -n',
  ENFILE: 'too many files are open on this machine',
  EFBIG: 'a file may not become that large: raise the limit with ulimit -f',
  ERR_FS_FILE_TOO_LARGE: 'a file of 2 GiB or more is none of ours',
  ERR_STRING_TOO_LONG: 'a file of 512 MiB or more is none of ours',
};
