import type { Dirent } from 'node:fs';
import { lstat, readdir, readlink, realpath } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe } from '../base/describe.ts';
import { FileError, OptionError } from '../base/errors.ts';
import { codeOf } from './failures.ts';

/** The file by which a folder is known to be glia's own. */
export const MARKER = 'model.json';

/** What file managers put into any folder they show. */
const CLUTTER: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

const MOST_NAMES_SHOWN = 5;

const MOST_LINKS = 40;

/** A path as text. @throws {OptionError} for what is no path. */
export function pathOf(path: string | URL): string {
  try {
    const text = path instanceof URL ? fileURLToPath(path) : path;
    if (typeof text === 'string' && text !== '' && !text.includes('\0')) return text;
  } catch {
    // A URL that is not a file's.
  }
  throw new OptionError(`this is not a path of a file or folder: ${describe(path)}`);
}

/** Whether a name stands for a file of the folder that it is looked up in, and for nothing else. */
export function isPlainName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[\\/:\0]/.test(name);
}

/** Where a path leads to when links are followed, whether anything is there or not. */
export async function targetOf(path: string): Promise<string> {
  let place = resolve(path);
  for (let links = 0; links < MOST_LINKS; links++) {
    try {
      return await realpath(place);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    const link = await readlink(place).catch(() => undefined);
    if (link === undefined) return place;
    place = resolve(dirname(place), link);
  }
  throw new FileError('links run in a circle', { at: path });
}

/**
 * Checks that a folder may be replaced; gives its permissions, or `undefined` when there is none.
 *
 * @throws {FileError} when it is, or holds, anything that glia did not write.
 */
export async function checkFolder(target: string, known: readonly string[]): Promise<number | undefined> {
  const mode = await modeOf(target, 'folder');
  if (basename(target) === '' || holdsWorkingDirectory(target)) {
    throw refusal('this is the working directory or a folder above it', target);
  }
  if (mode === undefined) return undefined;
  const entries = await entriesOf(target);
  if (entries.length === 0) return mode;
  const foreign = entries.filter(
    (entry) => !entry.isFile() || !(known.includes(entry.name) || entry.name.endsWith('.safetensors')),
  );
  if (foreign.length === 0 && entries.some(({ name }) => name === MARKER)) return mode;
  const shown = (foreign.length === 0 ? entries : foreign).slice(0, MOST_NAMES_SHOWN).map(({ name }) => name);
  throw refusal('the folder holds files that glia did not write', target, shown.join(', '));
}

/**
 * Checks that a file may be replaced; gives its permissions, or `undefined` when there is none.
 *
 * @throws {FileError} for a folder, a device or a link that leads nowhere.
 */
export function checkFile(target: string): Promise<number | undefined> {
  return modeOf(target, 'file');
}

const turns = new Map<string, Promise<void>>();

/** Runs saves to one path one after the other, in the order of the calls. */
export async function inTurn(path: string, save: () => Promise<void>): Promise<void> {
  const key = resolve(path);
  const turn = (turns.get(key) ?? Promise.resolve()).then(save, save);
  turns.set(key, turn);
  try {
    await turn;
  } finally {
    if (turns.get(key) === turn) turns.delete(key);
  }
}

/** What is in a folder; nothing when another save has just moved it aside. */
async function entriesOf(folder: string): Promise<Dirent[]> {
  try {
    return (await readdir(folder, { withFileTypes: true })).filter(({ name }) => !CLUTTER.has(name));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function modeOf(target: string, wanted: 'file' | 'folder'): Promise<number | undefined> {
  try {
    const stat = await lstat(target);
    if (wanted === 'folder' ? stat.isDirectory() : stat.isFile()) return stat.mode & 0o777;
    throw refusal(`there is something else than a ${wanted}`, target);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function holdsWorkingDirectory(target: string): boolean {
  const way = relative(target, process.cwd());
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

function refusal(what: string, at: string, found?: string): FileError {
  return new FileError(`nothing was written: ${what}`, {
    at,
    found,
    hint: 'choose another path, or move it away',
  });
}
