import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Why there should be no package yet: no addon was built for it, so that whoever installs it would compute in
 * TypeScript, many times slower, and learn it from a warning. Undefined where there is one, or where
 * GLIA_BACKEND=typescript says that none is wanted.
 */
export function addonsMissing(root, env = process.env) {
  const folder = join(root, 'prebuilds');
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }).map(String) : [];
  if (files.some((file) => file.endsWith('.node')) || env.GLIA_BACKEND === 'typescript') return undefined;
  return (
    'this package would have no addon: prebuilds/ is empty, and who installs it would compute in TypeScript.\n' +
    '  build one for this machine first   npm run prebuildify\n' +
    '  or pack it without                 GLIA_BACKEND=typescript npm pack'
  );
}
