import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the package lies; the same from `src/` and from `dist/`. */
export const ROOT: string = resolve(fileURLToPath(new URL('../../', import.meta.url)));

/** The version of glia that runs, as `package.json` has it. */
export function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
