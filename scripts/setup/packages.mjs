import { env, execPath, platform } from 'node:process';
import { fail, logged, progress, read } from './project.mjs';

/** Whether node_modules is what package-lock.json says, by the note that npm itself keeps in it. */
export function packagesDone() {
  const installed = JSON.parse(read('node_modules/.package-lock.json') || '{}').packages;
  const wanted = JSON.parse(read('package-lock.json')).packages;
  const same = (path, { version, integrity, optional }) =>
    installed[path]
      ? installed[path].version === version && installed[path].integrity === integrity
      : optional;
  return (
    Boolean(installed) && Object.entries(wanted).every(([path, entry]) => path === '' || same(path, entry))
  );
}

export function packages() {
  progress('installing packages (npm ci)');
  const args = ['ci', '--include=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const npm = env.npm_execpath?.endsWith('npm-cli.js') ? env.npm_execpath : undefined;
  const done = npm
    ? logged('npm', execPath, [npm, ...args])
    : logged('npm', 'npm', args, platform === 'win32');
  if (!done) fail('npm ci failed', 'npm');
}
