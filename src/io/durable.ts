import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { oneOrMore } from '../base/check.ts';
import { bytesOf } from '../base/dtype.ts';
import { FileError } from '../base/errors.ts';
import { codeOf } from './failures.ts';

/** What a file is to hold: text, bytes, or pieces that are written one after the other. */
export type Content = string | Uint8Array | readonly Uint8Array[];

/** Content as it was when it was handed over. */
export interface Draft {
  readonly pieces: readonly Uint8Array[];
  readonly bytes: number;
}

/** Takes content for a later write; `undefined` for a value that is none. */
export function draftOf(content: unknown): Draft | undefined {
  const given =
    typeof content === 'string' ? [Buffer.from(content)] : oneOrMore('writing', 'content', content);
  const pieces = given.map(bytesOf);
  if (!pieces.every((piece) => piece !== undefined)) return undefined;
  return { pieces, bytes: pieces.reduce((bytes, piece) => bytes + piece.byteLength, 0) };
}

/**
 * Writes a new file and waits until the disk has it.
 *
 * @throws {FileError} when less arrived than was handed over; system errors as they are.
 */
export async function writeDurably(path: string, draft: Draft): Promise<void> {
  // 'wx': a file that is there already is somebody else's.
  const handle = await open(path, 'wx');
  try {
    for (const piece of draft.pieces) await handle.writeFile(piece);
    await checkWhole(handle, draft.bytes, path);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Memory that shrinks between call and write would leave a short file without any error. */
async function checkWhole(handle: FileHandle, bytes: number, at: string): Promise<void> {
  const { size } = await handle.stat();
  if (size === bytes) return;
  throw new FileError('the file was not written whole', {
    at,
    wanted: `${bytes} bytes`,
    got: `${size} bytes`,
  });
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
