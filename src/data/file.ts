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

/**
 * Fills as much of `piece` as the file has at `position`, and returns that part of it.
 *
 * @throws {FileError} when the file cannot be read there.
 */
export async function readPiece(
  handle: FileHandle,
  piece: Uint8Array,
  position: number,
  { who, at }: { readonly who: string; readonly at: string },
): Promise<Uint8Array> {
  try {
    const { bytesRead } = await handle.read(piece, 0, piece.length, position);
    return piece.subarray(0, bytesRead);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new FileError(`${who}: the file cannot be read at byte ${position} (${code})`, { at }, cause);
  }
}
