import { chmod, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FileError, OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { type Content, type Draft, draftOf, makeFolders, syncFolder, writeDurably } from './durable.ts';
import { codeOf, fileError } from './failures.ts';
import { cleanUp, isOccupied, temporaryName } from './leftovers.ts';
import { checkFile, checkFolder, inTurn, isPlainName, MARKER, pathOf, targetOf } from './target.ts';

export type { Content } from './durable.ts';
export { readFolder, readFolderFile } from './read-folder.ts';

/** How a folder is replaced. */
export interface ReplaceOptions {
  /** Names of files that an earlier save may have left in the folder, beside `files` and all `.safetensors`. */
  readonly known?: readonly string[];
}

// One is the rule; more are needed only while other processes save to the same path.
const MOST_SWITCHES = 50;

/**
 * Writes a folder of files so that a crash at any moment leaves the old folder or the new one, whole, and `readFolder`
 * sees either. The files are written and synced beside it; two renames switch them in.
 *
 * | it finds at `path`                                                          | it does    |
 * | --------------------------------------------------------------------------- | ---------- |
 * | nothing (folders above are made), or an empty folder                        | writes it  |
 * | a folder with `model.json` and no files but those in `files`, `known` or `*.safetensors` | replaces it |
 * | a link                                                                      | replaces the folder it leads to |
 * | anything else; the working directory or a folder above it                   | refuses    |
 *
 * Saves to one path by one process take turns in the order of their calls. What crashed saves left beside the path is
 * removed once its process is gone or a quarter of an hour has passed.
 *
 * Limits: the renames are atomic on one local file system; on Windows no reader may have a file of the folder open.
 *
 * @param files Contents by plain file name, `model.json` among them; none may change until the promise settles.
 * @throws {OptionError} for names that are no plain file names, or contents that cannot be written.
 * @throws {FileError} when the folder cannot be written; its cause is the system's error. What stands at the path is whole:
 *   the old folder, or the new one when nothing but the last sync failed.
 *
 * @example
 * await replaceFolder('net.glia', { 'model.json': text, 'weights.safetensors': bytes });
 */
export async function replaceFolder(
  path: string | URL,
  files: Readonly<Record<string, Content>>,
  options: ReplaceOptions = {},
): Promise<void> {
  const { known: others = [] } = checkOptions('replaceFolder', options, ['known']);
  const drafts = draftsOf(files);
  const at = pathOf(path);
  const known = [...drafts.keys(), ...others];
  await inTurn(at, () => writeFolder(at, drafts, known));
}

/**
 * Writes a file so that a crash at any moment leaves the old file or the new one, whole, and a reader sees either. Folders
 * above it are made; a link is followed; permissions of the old file stay.
 *
 * @throws {OptionError} for content that cannot be written.
 * @throws {FileError} for a path that is a folder or a device, or when it cannot be written; the old file is whole.
 *
 * @example
 * await replaceFile('why.html', page);
 */
export async function replaceFile(path: string | URL, content: Content): Promise<void> {
  const draft = draftOf(content);
  if (draft === undefined) throw new OptionError('replaceFile: content must be text or bytes');
  const at = pathOf(path);
  await inTurn(at, async () => {
    let temporary: string | undefined;
    try {
      const target = await prepare(at);
      const mode = await checkFile(target);
      temporary = temporaryName(target, 'new');
      await writeDurably(temporary, draft);
      if (mode !== undefined) await chmod(temporary, mode);
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (error) {
      await remove(temporary);
      throw fileError('the file cannot be written', at, error);
    }
  });
}

/** The text, which is written to the path as {@link replaceFile} does where there is one. */
export async function writtenTo(path: string | URL | undefined, text: string): Promise<string> {
  if (path !== undefined) await replaceFile(path, text);
  return text;
}

async function writeFolder(
  at: string,
  drafts: ReadonlyMap<string, Draft>,
  known: readonly string[],
): Promise<void> {
  let temporary: string | undefined;
  try {
    const target = await prepare(at);
    const mode = await checkFolder(target, known);
    temporary = temporaryName(target, 'new');
    await mkdir(temporary);
    for (const [name, draft] of drafts) await writeDurably(join(temporary, name), draft);
    await syncFolder(temporary);
    if (mode !== undefined) await chmod(temporary, mode);
    const replaced = await switchIn(temporary, target, known);
    await syncFolder(dirname(target));
    for (const folder of replaced) await remove(folder);
  } catch (error) {
    await remove(temporary);
    throw fileError('the folder cannot be written', at, error);
  }
}

/** The real place of a path, with the folders above it made and the traces of earlier crashes gone. */
async function prepare(at: string): Promise<string> {
  const target = await targetOf(at);
  await makeFolders(dirname(target));
  await cleanUp(target);
  return target;
}

/** Renames `temporary` to `target`; gives the folders that it took the place of. */
async function switchIn(temporary: string, target: string, known: readonly string[]): Promise<string[]> {
  const replaced: string[] = [];
  for (let tries = 0; tries < MOST_SWITCHES; tries++) {
    await checkFolder(target, known);
    const aside = await moveAside(target);
    try {
      await rename(temporary, target);
      return aside === undefined ? replaced : [...replaced, aside];
    } catch (error) {
      if (aside !== undefined && !(await putBack(aside, target, error))) replaced.push(aside);
      // Another process has switched its folder in meanwhile: now that one is to be replaced.
      if (!isOccupied(error)) throw error;
    }
  }
  throw new FileError('the folder cannot be written: other saves to it come in between all the time', {
    at: target,
  });
}

async function moveAside(target: string): Promise<string | undefined> {
  const aside = temporaryName(target, 'old');
  try {
    await rename(target, aside);
    return aside;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whether the folder stands at its path again; if not, another save has taken its place. */
async function putBack(aside: string, target: string, cause: unknown): Promise<boolean> {
  try {
    await rename(aside, target);
    return true;
  } catch (error) {
    if (isOccupied(error)) return false;
    // Another process took it for a leftover of a crash and has put it back.
    if (codeOf(error) === 'ENOENT') return true;
    throw new FileError(
      'the folder was moved aside and could not be moved back',
      { at: target, old: aside },
      cause,
    );
  }
}

/** Removes what is not needed any more. What cannot be removed now is a leftover for the next save. */
async function remove(path: string | undefined): Promise<void> {
  if (path !== undefined) await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

function draftsOf(files: Readonly<Record<string, Content>>): ReadonlyMap<string, Draft> {
  if (typeof files !== 'object' || files === null || !Object.hasOwn(files, MARKER)) {
    throw new OptionError(`replaceFolder: ${MARKER} must be among the files`, {
      hint: 'a folder without it is not known as one of glia, and could not be replaced later',
    });
  }
  const drafts = new Map<string, Draft>();
  for (const [name, content] of Object.entries(files)) {
    const draft = draftOf(content);
    if (!isPlainName(name)) {
      throw new OptionError(`replaceFolder: ${JSON.stringify(name)} is no plain file name`);
    }
    if (draft === undefined) throw new OptionError(`replaceFolder: ${name} must be text or bytes`);
    drafts.set(name, draft);
  }
  return drafts;
}
