import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { arch, platform } from 'node:process';
import { at } from '../setup/project.mjs';
import { run } from './command.mjs';
import { Skip } from './report.mjs';

/** The oldest of each line that is promised, where npm has it, and the newest of those that have no end yet. */
const VERSIONS = ['20.19.0', '22.12.0', '24.21.0', '26.10.0'];

/** What this checks by is kept here from run to run. */
export const CACHE = at('build/install');

/** Node's versions, each with a function that gives its program and fetches it first if need be. */
export function nodes() {
  return VERSIONS.map((version) => [version, () => fetchNode(version)]);
}

/** The oldest Node that is promised. */
export function oldestNode() {
  return fetchNode(VERSIONS[0]);
}

/** Whether the package brings an addon for this platform. */
export function hasPrebuild() {
  const folder = at(`prebuilds/${platform}-${arch}`);
  return existsSync(folder) && readdirSync(folder).some((file) => file.endsWith('.node'));
}

function fetchNode(version) {
  if (platform !== 'linux') throw new Skip(`Node is fetched for Linux only, this is ${platform}`);
  return join(fetchPackage(`node-linux-${arch}`, version), 'bin/node');
}

/** The folder of an npm package, unpacked as it is: nothing in it is run. */
export function fetchPackage(name, version) {
  const folder = join(CACHE, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const part = `${folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const args = ['pack', `${name}@${version}`, '--pack-destination', part, '--silent'];
  try {
    run('npm', args, { cwd: part });
  } catch {
    throw new Skip(`${name} ${version} could not be fetched`);
  }
  const [file] = readdirSync(part);
  run('tar', ['xzf', file, '--strip-components=1'], { cwd: part });
  rmSync(join(part, file));
  renameSync(part, folder);
  return folder;
}
