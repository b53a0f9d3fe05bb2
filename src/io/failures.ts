import { FileError } from '../base/errors.ts';

const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EROFS', 'the file system is read-only'],
  ['EACCES', 'permission denied'],
  ['EPERM', 'permission denied'],
  ['ENOENT', 'there is no such file or folder'],
  ['ENOTDIR', 'a part of the path is a file, not a folder'],
  ['EISDIR', 'this is a folder'],
  ['ELOOP', 'this is a link, or links run in a circle'],
  ['ENAMETOOLONG', 'the name is too long'],
  ['EMFILE', 'too many files are open'],
  ['EIO', 'the disk reports an error'],
]);

/** The `code` of a system error such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  const code: unknown =
    typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/**
 * A `FileError` for what went wrong with the file `at`; one that is a `FileError` already stays as it is.
 *
 * @param who The call that failed, and what it was doing.
 */
export function fileError(
  who: string,
  at: string,
  cause: unknown,
  facts: Record<string, string> = {},
): FileError {
  if (cause instanceof FileError) return cause;
  const code = codeOf(cause);
  const meaning = MEANINGS.get(code ?? '') ?? (cause instanceof Error ? cause.message : String(cause));
  return new FileError(
    `${who}: ${meaning}`,
    { at, ...(code === undefined ? {} : { code }), ...facts },
    cause,
  );
}
