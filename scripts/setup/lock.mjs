import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const GIVE_UP_AFTER = 30 * 60_000; // ms; longer than any set-up takes
const WITHOUT_OWNER = 5_000; // ms that a lock may go without naming its process

/** Waits for the lock `folder` and holds it until the process ends. `onWait` is called once if another holds it. */
export function lock(folder, onWait) {
  mkdirSync(dirname(folder), { recursive: true });
  const start = Date.now();
  for (let waits = 0; !taken(folder); ) {
    if (isStale(folder)) {
      rmSync(folder, { recursive: true, force: true });
      continue;
    }
    if (waits++ === 0) onWait();
    if (Date.now() - start > GIVE_UP_AFTER) throw new Error(`another set-up holds ${folder}`);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  }
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
}

function taken(folder) {
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
  writeFileSync(join(folder, 'pid'), String(process.pid));
  return true;
}

/** Whether the process that took the lock is gone, or never came to write its number. */
function isStale(folder) {
  try {
    process.kill(Number(readFileSync(join(folder, 'pid'), 'utf8')) || Number.NaN, 0);
    return false;
  } catch (error) {
    if (error.code === 'ESRCH') return true;
    if (error.code === 'EPERM') return false;
    const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
    return Date.now() - made > WITHOUT_OWNER;
  }
}
