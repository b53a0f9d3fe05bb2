import type { BigIntStats } from 'node:fs';
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { MARKER, targetOf } from '../io/target.ts';
import { type Arguments, UsageError } from './arguments.ts';
import type { Command } from './command.ts';
import { pathIn } from './files.ts';

/** A path of the command line: how it was named, how it was typed, and where it is. */
interface Named {
  readonly name: string;
  readonly text: string;
  readonly path: string;
}

/** What there is at a path and at each folder above it, the path itself first; links are followed. */
interface Place {
  readonly real: string;
  readonly stats: BigIntStats | undefined;
}

/**
 * Refuses a command that would write over, into or around what it reads, or write twice to one place. Files are compared
 * by what they are, not by how they are spelled: by links that are followed, and by device and inode, which a hard link
 * or a file system that minds no case share. Nothing is read but where things are.
 *
 * @throws {UsageError} naming both.
 */
export async function refuseOverwriting(command: Command, args: Arguments, cwd: string): Promise<void> {
  const { reads, writes } = pathsOf(command, args, cwd);
  for (const [i, write] of writes.entries()) {
    const others = [...reads, ...writes.slice(0, i)];
    const to = await placesOf(write.path);
    for (const other of others) {
      const found = await meeting(to, await placesOf(other.path));
      if (found !== undefined) throw new UsageError(WORDS[found](shown(write), shown(other)));
    }
    if (await isModel(dirname(to[0]!.real))) {
      throw new UsageError(`${shown(write)} lies in the folder of a saved model, which holds nothing else`);
    }
  }
}

/** Paths by the table of options: every word without dashes is read. */
function pathsOf({ positionals, options }: Command, args: Arguments, cwd: string) {
  const named = (name: string, text: string): Named => ({ name, text, path: resolve(pathIn(cwd, text)) });
  const of = (role: 'read' | 'write') =>
    Object.entries(options).flatMap(([name, { path }]) => {
      const text = path === role ? args.path(name) : undefined;
      return text === undefined ? [] : [named(`--${name}`, text)];
    });
  const words = args.positionals.map((text, i) => named(positionals[i]!, text));
  return { reads: [...words, ...of('read')], writes: of('write') };
}

type Meeting = 'same' | 'inside' | 'around' | 'linked';

const WORDS: Readonly<Record<Meeting, (write: string, other: string) => string>> = {
  same: (write, other) => `${write} is the same as ${other}: it would be overwritten`,
  inside: (write, other) => `${write} lies in ${other}`,
  around: (write, other) => `${write} is a folder that holds ${other}`,
  linked: (write, other) => `${write} is a file of ${other}: it would be overwritten`,
};

async function meeting(to: readonly Place[], from: readonly Place[]): Promise<Meeting | undefined> {
  if (isSame(to[0]!, from[0]!)) return 'same';
  if (to.slice(1).some((folder) => isSame(folder, from[0]!))) return 'inside';
  if (from.slice(1).some((folder) => isSame(folder, to[0]!))) return 'around';
  return (await holdsLink(from[0]!, to[0]!)) ? 'linked' : undefined;
}

/** File systems that number nothing say 0. */
function isSame(a: Place, b: Place): boolean {
  if (a.real === b.real) return true;
  if (a.stats === undefined || b.stats === undefined) return false;
  return a.stats.ino !== 0n && a.stats.ino === b.stats.ino && a.stats.dev === b.stats.dev;
}

/** Whether a file has a second name in a folder. */
async function holdsLink(folder: Place, file: Place): Promise<boolean> {
  if (!folder.stats?.isDirectory() || !file.stats?.isFile() || file.stats.nlink < 2n) return false;
  for (const name of await readdir(folder.real).catch(() => [])) {
    const real = join(folder.real, name);
    if (isSame(file, { real, stats: await statOf(real) })) return true;
  }
  return false;
}

async function isModel(folder: string): Promise<boolean> {
  const files = await Promise.all([MARKER, 'weights.safetensors'].map((name) => statOf(join(folder, name))));
  return files.every((stats) => stats?.isFile());
}

async function placesOf(path: string): Promise<Place[]> {
  const places: Place[] = [];
  for (let real = await realOf(path); ; real = dirname(real)) {
    places.push({ real, stats: await statOf(real) });
    if (dirname(real) === real) return places;
  }
}

/** Where a path leads, with the links of the folders above it followed, too, where nothing is there yet. */
async function realOf(path: string): Promise<string> {
  const target = await targetOf(path).catch(() => path);
  try {
    return await realpath(target);
  } catch {
    const above = dirname(target);
    return above === target ? target : join(await realOf(above), basename(target));
  }
}

function statOf(path: string): Promise<BigIntStats | undefined> {
  return stat(path, { bigint: true }).catch(() => undefined);
}

function shown({ name, text }: Named): string {
  return `${name} ${JSON.stringify(text)}`;
}
