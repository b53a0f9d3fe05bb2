import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { at } from '../setup/project.mjs';
import { cleanEnv, run } from './command.mjs';

/** Lays out the folder of somebody who uses the package, with the programs that the checks run there. */
export function layOut(folder) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "name": "consumer", "private": true }\n');
  cpSync(at('scripts/install/programs'), folder, { recursive: true });
}

/** Such a folder with the tarball installed: no network, no scripts, nothing in npm's cache. Gives the folder. */
export function install(tarball, folder) {
  layOut(folder);
  const cache = join(folder, 'cache');
  const args = [
    'install',
    tarball,
    '--offline',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    `--cache=${cache}`,
  ];
  run('npm', args, { cwd: folder, env: cleanEnv() });
  return folder;
}
