import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError } from './errors.ts';

/** What a CommonJS module knows instead of `import.meta.url`: this one is one in some bundles. */
declare const __filename: unknown;

/** This file, or the bundle that it has gone into; undefined where nothing says so. */
function ownFile(): string | undefined {
  try {
    const url: unknown = import.meta.url;
    if (typeof url === 'string') return fileURLToPath(url);
  } catch {
    // Code that was not loaded from a file.
  }
  return typeof __filename === 'string' ? __filename : process.argv[1];
}

let found: string | undefined;

/**
 * Where the package lies: two folders above this file, the same from `src/` and from `dist/`. Where a bundler has moved
 * this code away it is the package that is installed beside the bundle, if there is one; else there is no addon there.
 */
export function packageRoot(): string {
  if (found === undefined) {
    const folder = dirname(ownFile() ?? process.cwd());
    const above = resolve(folder, '../..');
    found = [above, ...installed(folder)].find((one) => manifest(one)?.name === 'glia') ?? above;
  }
  return found;
}

/** Where Node would look for the package from a folder. */
function installed(folder: string): string[] {
  const up = dirname(folder);
  const here = join(folder, 'node_modules', 'glia');
  return up === folder ? [here] : [here, ...installed(up)];
}

function manifest(folder: string): { name?: unknown; version?: unknown } | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  } catch {
    return undefined;
  }
}

/**
 * The version of glia that runs, as `package.json` has it.
 *
 * @throws {FileError} when that file is missing or unreadable.
 */
export function version(): string {
  const { name, version: found } = manifest(packageRoot()) ?? {};
  if (name === 'glia' && typeof found === 'string') return found;
  const at = join(packageRoot(), 'package.json');
  throw new FileError('the package.json of glia cannot be read', { at, hint: 'install glia again' });
}
