import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

/** The absolute path of a file of the project. */
export const at = (path) => join(root, path);

/** A file's text, empty if there is none. */
export const read = (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : '');

/** Speaks on stderr: stdout belongs to the program that set-up goes before. */
export const say = (text) => void process.stderr.write(`glia: ${text}\n`);

/** Says what `--quiet` keeps silent. */
export const progress = (text) => void (argv.includes('--quiet') || say(text));

/** Calls `work` with an open file build/`name`.log to write to. */
export function withLog(name, work) {
  const log = openSync(at(`build/${name}.log`), 'w');
  try {
    return work(log);
  } finally {
    closeSync(log);
  }
}

/** Runs a program with its output in build/`name`.log and tells whether it went well. */
export function logged(name, command, args, shell = false) {
  const { status, signal, error } = withLog(name, (log) =>
    spawnSync(command, args, { cwd: root, shell, stdio: ['ignore', log, log] }),
  );
  if (error) say(`${command}: ${error.message}`);
  if (signal) exit(1); // someone ended it: no verdict on what it did
  return status === 0;
}

/** Ends set-up, showing the last lines of build/`name`.log. */
export function fail(what, name) {
  say(
    `${what} (all: build/${name}.log)\n${read(`build/${name}.log`).trimEnd().split('\n').slice(-20).join('\n')}`,
  );
  exit(1);
}
