import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** The one command that brings compiler, CMake and OpenBLAS, by package manager. */
const COMMANDS = {
  'apt-get': 'apt-get install -y g++ make cmake libopenblas-dev',
  dnf: 'dnf install -y gcc-c++ make cmake openblas-devel',
  apk: 'apk add g++ make cmake openblas-dev',
  pacman: 'pacman -S --needed base-devel cmake openblas',
  brew: 'brew install cmake',
};

/** Each line is a tool with its alternatives. OpenBLAS is CMake's to find. */
const TOOLS = [['cmake'], ['make', 'ninja'], ['g++', 'c++', 'clang++']];

function inPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export function missingTools() {
  if (process.platform === 'win32') return []; // Visual Studio is not in PATH; cmake-js looks for it
  return TOOLS.filter((names) => !names.some(inPath)).map(([name]) => name);
}

/** Whether what a build said means that CMake did not find OpenBLAS. */
export function blasMissing(output) {
  return output.includes('OpenBLAS was not found');
}

/** What a person can type, or undefined where no known package manager is. */
export function installCommand() {
  const manager = Object.keys(COMMANDS).find(inPath);
  if (!manager) return undefined;
  return manager === 'brew' || process.getuid?.() === 0 ? COMMANDS[manager] : `sudo ${COMMANDS[manager]}`;
}

/** Whether this process may install packages without asking: as root on Debian and its kin. */
export function canInstall() {
  return process.getuid?.() === 0 && inPath('apt-get');
}

/** Runs apt-get and appends what it says to the open file `log`. */
export function install(log) {
  const packages = COMMANDS['apt-get'].split(' ').slice(3);
  const apt = (...args) => {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    return spawnSync('apt-get', args, { env, stdio: ['ignore', log, log] }).status === 0;
  };
  apt('update'); // a list that cannot be renewed may still do
  return apt('install', '-y', '--no-install-recommends', ...packages);
}
