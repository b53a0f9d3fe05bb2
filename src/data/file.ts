import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { FileError } from '../base/errors.ts';

/**
 * Opens a regular file for reading; `who` asks, for errors.
 *
 * @throws {FileError} for a file that is missing, unreadable, a folder or a device.
 */
export async function openFile(path: string | URL, who: string): Promise<FileHandle> {
  const at = String(path);
  let handle: FileHandle;
  try {
    // A FIFO that nobody writes to would block an ordinary open for ever. Windows has neither FIFO nor flag.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const summary = code === 'ENOENT' ? 'there is no such file' : `the file cannot be opened (${code})`;
    throw new FileError(`${who}: ${summary}`, { at }, cause);
  }
  const stat = await handle.stat();
  if (stat.isFile()) return handle;
  await handle.close();
  throw new FileError(`${who}: this is ${stat.isDirectory() ? 'a folder' : 'not a regular file'}`, { at });
}
