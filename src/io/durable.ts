import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileError } from '../base/errors.ts';
import { codeOf } from './failures.ts';

/** What a file is to hold: text, bytes, or pieces that are written one after the other. */
export type Content = string | Uint8Array | readonly Uint8Array[];

/** Whether a value can be written. */
export function isContent(value: unknown): value is Content {
  if (typeof value === 'string' || value instanceof Uint8Array) return true;
  return Array.isArray(value) && value.every((piece) => piece instanceof Uint8Array);
}

/**
 * Writes a new file and waits until the disk has it.
 *
 * @throws {FileError} when less arrived than was given; system errors as they are.
 */
export async function writeDurably(path: string, content: Content): Promise<void> {
  // 'wx': a file that is there already is somebody else's.
  const handle = await open(path, 'wx');
  try {
    await writeAll(handle, content, path);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function writeAll(handle: FileHandle, content: Content, at: string): Promise<void> {
  const pieces = typeof content === 'string' ? [Buffer.from(content)] : [content].flat();
  const wanted = pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0);
  for (const piece of pieces) await handle.writeFile(piece);
  // Memory that is detached while it waits for the disk is written as nothing, without an error.
  const { size } = await handle.stat();
  if (size !== wanted) {
    throw new FileError('the file was not written whole', {
      at,
      wanted: `${wanted} bytes`,
      got: `${size} bytes`,
    });
  }
}

/** Waits until the disk has the names in a folder: a rename lasts only when its folder is synced. */
export async function syncFolder(path: string): Promise<void> {
  // Windows cannot open folders; NTFS keeps a journal of names by itself.
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } catch (error) {
    // Some network file systems know no sync of a folder.
    if (codeOf(error) !== 'EINVAL' && codeOf(error) !== 'ENOTSUP') throw error;
  } finally {
    await handle.close();
  }
}

/** Makes a folder with all folders above it, and waits until the disk has them. */
export async function makeFolders(path: string): Promise<void> {
  const first = await mkdir(path, { recursive: true });
  if (first === undefined) return;
  const top = dirname(first);
  for (let folder = dirname(path); folder.length >= top.length; folder = dirname(folder)) {
    await syncFolder(folder);
    if (folder === dirname(folder)) return;
  }
}
