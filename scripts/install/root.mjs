// Whole systems with a shell, Node and npm, and little or nothing else: what a package meets in a container.
import { cpSync, existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { getuid } from 'node:process';
import { attempt, needs, run } from './command.mjs';
import { CACHE, fetchPackage, oldestNode } from './nodes.mjs';
import { Skip } from './report.mjs';

const SUITE = 'bookworm';
const NPM = '10.8.2'; // the one that comes with the oldest Node promised
const TOOLCHAIN = 'g++ make cmake libopenblas-dev';

/** Unpacks a system with nothing but Node and npm into `folder`. */
export function bareRoot(folder) {
  unpack('bare', folder, (root) => {
    bootstrap(root);
    addNode(root);
  });
}

/** Unpacks one that has also what `npm run build:native` needs. */
export function toolchainRoot(folder) {
  unpack('toolchain', folder, (root) => {
    bareRoot(root);
    const apt = `apt-get update && apt-get install -y --no-install-recommends ${TOOLCHAIN} && apt-get clean`;
    try {
      inside(root, apt, { network: true });
    } catch (error) {
      throw new Skip(`apt-get: ${error.message.split('\n').at(-1)}`);
    }
  });
}

/**
 * Runs a shell command in the system, in its folder /app: a network without a single card, a process table of its own,
 * an environment with nothing but HOME and PATH.
 */
export function inside(root, command, { network = false } = {}) {
  const enter = 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" env -i "$@"';
  const environment = [
    'HOME=/root',
    'PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    'DEBIAN_FRONTEND=noninteractive',
  ];
  const spaces = ['--mount', '--pid', '--fork', ...(network ? [] : ['--net'])];
  const shell = ['sh', '-c', `mkdir -p /app && cd /app && ${command}`];
  return run('unshare', [...spaces, 'sh', '-c', enter, root, ...environment, ...shell]);
}

/** Makes the system once and keeps it as a tar. */
function unpack(name, folder, make) {
  if (getuid?.() !== 0) throw new Skip('needs root for chroot');
  needs('unshare', 'chroot', 'tar');
  const tar = join(CACHE, `${name}.tar`);
  mkdirSync(folder, { recursive: true });
  if (existsSync(tar)) return void run('tar', ['xpf', tar, '-C', folder]);
  make(folder);
  run('tar', ['cpf', `${tar}.part`, '--exclude=./dev/*', '-C', folder, '.']);
  renameSync(`${tar}.part`, tar);
}

function bootstrap(root) {
  needs('debootstrap');
  const { status, stdout } = attempt('debootstrap', ['--variant=minbase', SUITE, root]);
  if (status !== 0) throw new Skip(`debootstrap: ${stdout.trimEnd().split('\n').at(-1)}`);
}

function addNode(root) {
  const local = join(root, 'usr/local');
  cpSync(oldestNode(), join(local, 'bin/node'));
  cpSync(fetchPackage('npm', NPM), join(local, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  symlinkSync('../lib/node_modules/npm/bin/npx-cli.js', join(local, 'bin/npx'));
}
