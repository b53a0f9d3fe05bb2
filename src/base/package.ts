import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError } from './errors.ts';

/** Where the package lies; the same from `src/` and from `dist/`. */
export const ROOT: string = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/**
 * The version of glia that runs, as `package.json` has it.
 *
 * @throws {FileError} when that file is missing or unreadable.
 */
export function version(): string {
  const at = join(ROOT, 'package.json');
  try {
    return (JSON.parse(readFileSync(at, 'utf8')) as { version: string }).version;
  } catch (error) {
    throw new FileError('the package.json of glia cannot be read', { at, hint: 'install glia again' }, error);
  }
}
