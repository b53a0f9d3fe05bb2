import { createHash, randomBytes } from 'node:crypto';
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { descending } from '../base/order.ts';
import { codeOf } from './failures.ts';

/** `new`: being written. `old`: what stood at the path, moved aside for the moment of the switch. */
export type Role = 'new' | 'old';

/** A temporary file or folder of a save to a path, made by any process. */
export interface Leftover {
  readonly path: string;
  readonly role: Role;
  /** Time of the last change of its content, in ms. */
  readonly changed: number;
  /** Whether its save cannot be under way any more. */
  readonly stale: boolean;
}

// Longer than any save takes. It decides where the process cannot be asked: another machine, or a number that is
// in use again, as in containers, where every life of a service has the same one.
const STALE_AFTER_MS = 15 * 60_000;

// Process numbers mean something on one machine only, and folders can be shared.
const HOST = createHash('sha256').update(hostname()).digest('hex').slice(0, 8);

/** A name for a temporary sibling of `target`, hidden and in the same folder: a rename cannot cross file systems. */
export function temporaryName(target: string, role: Role): string {
  const random = randomBytes(6).toString('hex');
  return join(dirname(target), `.${basename(target)}.${role}-${process.pid}-${HOST}-${random}`);
}

/** Temporary siblings of `target`, the last changed first; none where there is no folder to hold them. */
export async function leftoversOf(target: string): Promise<Leftover[]> {
  const folder = dirname(target);
  const start = `.${basename(target)}.`;
  const found: Leftover[] = [];
  for (const name of await namesIn(folder)) {
    const tag = name.startsWith(start)
      ? /^(new|old)-(\d+)-([0-9a-f]{8})-[0-9a-f]{12}$/.exec(name.slice(start.length))
      : null;
    if (tag === null) continue;
    const path = join(folder, name);
    const changed = await changeTime(path);
    if (changed === undefined) continue;
    const stale = Date.now() - changed > STALE_AFTER_MS || (tag[3] === HOST && !isRunning(Number(tag[2])));
    found.push({ path, role: tag[1] as Role, changed, stale });
  }
  return found.sort((a, b) => descending(a.changed, b.changed));
}

/**
 * Undoes what a crash left of saves to `target`: when it came between the two renames of a switch, what stood there
 * before is put back; what remains is removed. Nothing that a save under way still needs is touched, and what cannot
 * be removed now is left for the next save.
 */
export async function cleanUp(target: string): Promise<void> {
  const stale = (await leftoversOf(target)).filter((leftover) => leftover.stale);
  const old = stale.find(({ role }) => role === 'old');
  if (old !== undefined && (await changeTime(target)) === undefined) {
    await rename(old.path, target).catch(() => undefined);
    // It is the only copy as long as nothing stands at the path.
    if ((await changeTime(target)) === undefined) return;
  }
  for (const { path } of stale) await rm(path, { recursive: true, force: true }).catch(() => undefined);
}

/** Whether a rename failed because something stands at its target. */
export function isOccupied(error: unknown): boolean {
  return codeOf(error) === 'ENOTEMPTY' || codeOf(error) === 'EEXIST';
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  }
}

async function changeTime(path: string): Promise<number | undefined> {
  try {
    return (await lstat(path)).mtimeMs;
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs, for another user.
    return codeOf(error) === 'EPERM';
  }
}
