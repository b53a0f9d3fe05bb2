import { cpSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/**
 * Where the headers of Node-API lie in the package. Who installs it has no node_modules for them, and may have no
 * network. CMakeLists.txt looks here; `postpack` removes the folder, so that in a clone there is nothing to go stale.
 */
const FOLDER = 'vendor';

/** What is taken: the folder that holds the headers, in each package. */
const PACKAGES = { 'node-api-headers': 'include' };

/** Copies the headers of Node-API and their licences from node_modules into the package's folder for them. */
export function copyHeaders(root, vendor = join(root, FOLDER)) {
  rmSync(vendor, { recursive: true, force: true });
  for (const [name, folder] of Object.entries(PACKAGES)) {
    const from = dirname(createRequire(join(root, 'package.json')).resolve(`${name}/package.json`));
    const to = join(vendor, name);
    mkdirSync(to, { recursive: true });
    copy(join(from, folder), to, (file) => file.endsWith('.h'));
    copy(from, to, (file) => file.startsWith('LICENSE'));
  }
}

export function removeHeaders(root) {
  rmSync(join(root, FOLDER), { recursive: true, force: true });
}

function copy(from, to, wanted) {
  const files = readdirSync(from).filter(wanted);
  if (files.length === 0) throw new Error(`${from}: the files to be packed are not there`);
  for (const file of files) cpSync(join(from, file), join(to, file));
}
