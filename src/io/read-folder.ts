import { constants } from 'node:fs';
import { type FileHandle, lstat, open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { FileError } from '../base/errors.ts';
import { codeOf, fileError } from './failures.ts';
import { leftoversOf } from './leftovers.ts';
import { isPlainName, pathOf, targetOf } from './target.ts';

/** Reads one file of the folder, of at most `maxBytes`. */
export type ReadFile = (name: string, maxBytes: number) => Promise<Uint8Array>;

const MOST_TRIES = 20;

// One read of the system takes at most 2^31 - 1 bytes.
const LARGEST_READ = 2 ** 30;

/**
 * Reads files of a folder that `replaceFolder` writes, all of one save: when another save is switched in meanwhile,
 * `use` is called again with the new one. Where a crash left nothing at the path, it reads what stood there before.
 *
 * A name must be that of a regular file in the folder itself; links are not followed, devices are not opened, and the
 * size is checked before memory is taken.
 *
 * @throws {FileError} when the folder or a file is missing, unreadable, too large or not a file; and what `use` throws.
 *
 * @example
 * const model = await readFolder('net.glia', async (read) => ({
 *   config: await read('model.json', 2 ** 24),
 *   weights: await read('weights.safetensors', 2 ** 32),
 * }));
 */
export async function readFolder<T>(path: string | URL, use: (read: ReadFile) => Promise<T>): Promise<T> {
  const at = pathOf(path);
  let found = false;
  // Between seeing that nothing is at the path and looking beside it, a switch can end: so even that is tried again.
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const place = await placeOf(at);
    const before = await identity(place);
    if (before === undefined) continue;
    found = true;
    const attempt = await settle(use((name, maxBytes) => readOne(place, at, name, maxBytes)));
    // What was read from two different folders is no model, and an error on the way may come from the switch.
    if ((await identity(place)) !== before) continue;
    if ('error' in attempt) throw attempt.error;
    return attempt.value;
  }
  throw new FileError(
    found ? 'the folder is replaced faster than it can be read' : 'there is no such folder',
    { at },
  );
}

/**
 * Reads one file of a folder that `replaceFolder` writes. For several files of one save use `readFolder`.
 *
 * @throws {FileError} when the folder or the file is missing, unreadable, larger than `maxBytes` or not a file.
 *
 * @example
 * const config = JSON.parse(Buffer.from(await readFolderFile('net.glia', 'model.json', 2 ** 24)).toString());
 */
export function readFolderFile(path: string | URL, name: string, maxBytes: number): Promise<Uint8Array> {
  return readFolder(path, (read) => read(name, maxBytes));
}

async function settle<T>(promise: Promise<T>): Promise<{ value: T } | { error: unknown }> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

/** The folder itself, or, in the moment of a switch or after a crash in it, the one that was moved aside. */
async function placeOf(at: string): Promise<string> {
  try {
    const target = await targetOf(at);
    if ((await identity(target)) !== undefined) return target;
    const aside = (await leftoversOf(target)).find(({ role }) => role === 'old');
    return aside?.path ?? target;
  } catch (error) {
    throw fileError('the folder cannot be read', at, error);
  }
}

/** What tells a folder from another one that stands, or stood, at the same path; `undefined` where there is none. */
async function identity(folder: string): Promise<string | undefined> {
  try {
    const found = await stat(folder, { bigint: true });
    if (!found.isDirectory()) throw new FileError('this is not a folder', { at: folder });
    return `${found.dev}:${found.ino}:${found.birthtimeNs}`;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw fileError('the folder cannot be read', folder, error);
  }
}

async function readOne(folder: string, shown: string, name: string, maxBytes: number): Promise<Uint8Array> {
  const at = join(shown, name);
  if (!isPlainName(name)) {
    throw new FileError('this is not the name of a file in the folder', {
      at: shown,
      got: JSON.stringify(name),
    });
  }
  try {
    const path = join(folder, name);
    const { size } = checkSize(await lstat(path), maxBytes, at);
    // The flags keep what was checked: a link put there meanwhile is not followed, a pipe is not waited for.
    const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);
    const handle = await open(path, flags);
    try {
      checkSize(await handle.stat(), maxBytes, at);
      return await readWhole(handle, size, at);
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw fileError('the file cannot be read', at, error);
  }
}

function checkSize(found: { isFile(): boolean; readonly size: number }, maxBytes: number, at: string) {
  if (!found.isFile()) throw new FileError('this is not a regular file', { at });
  if (found.size <= maxBytes) return found;
  throw new FileError('the file is too large', {
    at,
    wanted: `at most ${maxBytes} bytes`,
    got: `${found.size} bytes`,
  });
}

/** Reads `size` bytes, and one more to see that there is none. */
async function readWhole(handle: FileHandle, size: number, at: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(size);
  let done = 0;
  while (done < size) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(LARGEST_READ, size - done), done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  const { bytesRead: more } = await handle.read(new Uint8Array(1), 0, 1, size);
  if (done === size && more === 0) return bytes;
  throw new FileError('the file changed while it was read', { at });
}
