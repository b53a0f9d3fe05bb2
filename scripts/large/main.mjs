#!/usr/bin/env node
// npm run test:large: what takes more memory than a test may. Trains on 5 GB of zeros, more than one buffer of Node 20
// may hold of the addon's memory, on each backend in a process of its own: it trains, or gives an error of glia's.
// Needs 16 GiB of free memory; where there is less it says so and passes.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { freemem } from 'node:os';
import { env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const WANTED = 16 * 2 ** 30;
const child = fileURLToPath(new URL('./train.mjs', import.meta.url));

/** Bytes that can be had: on Linux also what files are cached in, which freemem leaves out. */
function available() {
  try {
    return 1024 * Number(/MemAvailable:\s+(\d+)/.exec(readFileSync('/proc/meminfo', 'utf8'))[1]);
  } catch {
    return freemem();
  }
}

const gib = (bytes) => `${(bytes / 2 ** 30).toFixed(1)} GiB`;

let failed = 0;
for (const backend of ['native', 'typescript']) {
  if (available() < WANTED) {
    console.log(
      `${backend}: SKIPPED: it needs ${gib(WANTED)} of free memory, and there are ${gib(available())}`,
    );
    continue;
  }
  const { status, signal } = spawnSync(execPath, [child], {
    env: { ...env, GLIA_BACKEND: backend },
    stdio: 'inherit',
  });
  console.log(`${backend}: ${status === 0 ? 'ok' : `FAILED, ${signal ?? `exit code ${status}`}`}`);
  if (status !== 0) failed++;
}
exit(failed);
