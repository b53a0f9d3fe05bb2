import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { env } from 'node:process';
import { Skip } from './report.mjs';

const LAST_LINES = 20;
const TIMEOUT = 300_000; // ms; what hangs must end, and nothing here takes a third of that

/** Runs a program to its end: exit code, signal and what it wrote. */
export function attempt(command, args, options = {}) {
  const result = spawnSync(command, args, {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    timeout: TIMEOUT,
    ...options,
  });
  if (result.error) throw new Error(`${command} ${args.join(' ')}: ${result.error.message}`);
  return result;
}

/** Runs a program that must end well. Gives what it wrote to stdout. */
export function run(command, args, options) {
  const { status, signal, stdout, stderr } = attempt(command, args, options);
  if (status === 0) return stdout;
  const lines = `${stdout}${stderr}`.trimEnd().split('\n').slice(-LAST_LINES).join('\n');
  throw new Error(`${command} ${args.join(' ')}: ended with ${signal ?? status}\n${lines}`);
}

/** Skips the check that calls it, unless the programs are here. */
export function needs(...names) {
  const missing = names.filter((name) => !has(name));
  if (missing.length > 0) throw new Skip(`${missing.join(', ')} not found`);
}

/** The environment without what npm and this project say to the processes they start. */
export function cleanEnv(more = {}) {
  const own = Object.entries(env).filter(([name]) => !/^(npm_|GLIA_|NODE_)/i.test(name));
  return { ...Object.fromEntries(own), ...more };
}

function has(name) {
  return (env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)));
}
