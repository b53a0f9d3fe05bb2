// A Debian 11 in a folder. Its glibc, 2.31, is older than 2.34, where the functions for threads moved and took a version
// that older systems do not have.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { env, execPath } from 'node:process';
import { at, progress, root, withLog } from '../setup/project.mjs';
import { glibcVersion } from './target.mjs';
import { compareVersions } from './versions.mjs';

const SUITE = 'bullseye';
const PACKAGES = at('scripts/prebuild/debian.sh');

/** Nothing is wrong with the project: this machine cannot make the system that it is built in. */
export class NoDebian extends Error {}

/** Whether what is linked here asks for a glibc that older systems do not have. */
export function isTooNew() {
  const version = glibcVersion();
  return version !== undefined && compareVersions(version, '2.34') >= 0;
}

/** Runs a script of the project there, with this very Node.js, and gives its exit code. */
export function runInOldDebian(script, args) {
  const folder = makeOldDebian();
  // The mounts are gone with the process, whatever happens to it.
  const enter = `
    mkdir -p "$1$2"
    touch "$1/usr/local/bin/node"
    mount --bind "$2" "$1$2"
    mount --bind "$3" "$1/usr/local/bin/node"
    mount --rbind /proc "$1/proc"
    folder=$1
    shift 3
    exec chroot "$folder" node "$@"`;
  const { status } = spawnSync(
    'unshare',
    ['--mount', 'sh', '-euc', enter, 'sh', folder, root, execPath, script, ...args],
    {
      stdio: 'inherit',
      env: { ...env, PATH: '/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin', GLIA_WERROR: '1' },
    },
  );
  return status ?? 1;
}

/** Its folder. It is made if it is not there, or was made of other packages: a minute, and two gigabytes. */
export function makeOldDebian() {
  const folder = at('build/prebuild/debian');
  const stamp = join(folder, 'glia.stamp');
  const key = createHash('sha256').update(readFileSync(PACKAGES)).digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === key) return folder;
  if (process.getuid() !== 0) {
    throw new NoDebian(
      `glibc ${glibcVersion()} is too new to link with, and only root can make an older system for it. ` +
        'Run this as root, or in a container as docs/releasing.md shows.',
    );
  }
  if (spawnSync('unshare', ['--mount', 'true']).status !== 0)
    throw new NoDebian(
      'a Debian to build in needs mounts of its own, which are not allowed here (unshare --mount)',
    );
  progress(`making a Debian to build in: ${folder}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  withLog('debian', (log) => {
    const run = (...command) => runInto(log, command);
    if (spawnSync('debootstrap', ['--version']).error) {
      run('apt-get', 'update');
      run('apt-get', 'install', '-y', '--no-install-recommends', 'debootstrap');
    }
    run('debootstrap', '--variant=minbase', '--include=ca-certificates', SUITE, folder);
    copyFileSync(PACKAGES, join(folder, 'debian.sh'));
    run('chroot', folder, 'sh', '/debian.sh', ...(process.arch === 'x64' ? ['arm64'] : []));
  });
  writeFileSync(stamp, key);
  return folder;
}

function runInto(log, [command, ...args]) {
  const options = { env: { ...env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: ['ignore', log, log] };
  const { status, error } = spawnSync(command, args, options);
  if (status === 0) return;
  throw new NoDebian(`${command} ${args.join(' ')} ${error?.message ?? 'failed'} (all: build/debian.log)`);
}
