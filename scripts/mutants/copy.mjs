import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { planted } from './plant.mjs';

const MINUTES = 60_000;

/** A copy of the tracked files as they are now, with this project's packages and its build. */
export function copyProject(root) {
  const copy = mkdtempSync(join(tmpdir(), 'glia-mutants-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const path of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const addon = join(root, 'build/Release');
  mkdirSync(join(copy, 'build'));
  if (existsSync(addon)) cpSync(addon, join(copy, 'build/Release'), { recursive: true });
  return copy;
}

/** Builds the copy's addon; from the second time on only what has changed. */
export function build(copy) {
  const { status, stdout, stderr } = spawnSync(execPath, ['scripts/native-build.mjs'], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 20 * MINUTES,
  });
  if (status !== 0) throw new Error(`the addon does not build:\n${`${stdout}${stderr}`.slice(-2000)}`);
}

/** An addon that does not load would let tests pass for want of it. */
function checkLoads(path) {
  const { status, stderr } = spawnSync(execPath, ['-e', `require(${JSON.stringify(path)})`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`the addon does not load: ${stderr.slice(-500)}`);
}

/**
 * Addons with faults, one after the other out of one build folder, so that each compiles only what it changes: the path of
 * each by the name of its fault, or the error.
 */
export async function buildAddons(copy, faults, onBuilt) {
  const made = new Map();
  if (faults.length > 0) build(copy);
  for (const [i, fault] of faults.entries()) {
    const started = Date.now();
    try {
      await planted(copy, fault, () => build(copy));
      const path = join(copy, 'build', `fault-${i}.node`);
      copyFileSync(join(copy, 'build/Release/glia.node'), path);
      checkLoads(path);
      made.set(fault.name, path);
    } catch (error) {
      made.set(fault.name, error);
    }
    onBuilt(fault, Date.now() - started);
  }
  if (faults.length > 0) build(copy);
  return made;
}
