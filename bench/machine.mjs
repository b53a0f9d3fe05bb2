import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import { version } from 'node:process';
import { probeNative } from '../dist/backend/load.js';
import { loadBackend } from '../dist/unstable.js';

/** @typedef {import('../dist/backend/native.js').Addon} Addon */

/**
 * What every line of a benchmark says about where its number comes from.
 *
 * @typedef {object} Origin
 * @property {{ cpu: string, cores: number, isa: string | null, blas: string | null, node: string }} machine
 * @property {string} backend
 * @property {number} threads
 * @property {string} commit Ends in `-dirty` where the tree is not that of the commit.
 * @property {string} date
 */

/**
 * The machine as glia sees it, and the addon where it computes.
 *
 * @returns {{ origin: Origin, addon: Addon | undefined }}
 */
export function findMachine() {
  const { name } = loadBackend();
  const { path, facts, threads } = probeNative();
  const native = name === 'native' && facts !== undefined && path !== undefined;
  return {
    origin: {
      machine: {
        cpu: cpus()[0]?.model.trim() ?? 'unknown',
        cores: availableParallelism(),
        isa: native ? facts.isa : null,
        blas: native ? `${facts.blas.split(' ').slice(0, 2).join(' ')} ${facts.core}`.trim() : null,
        node: version,
      },
      backend: name,
      threads: native ? threads : 1,
      commit: commit(),
      date: new Date().toISOString(),
    },
    addon: native ? createRequire(import.meta.url)(path) : undefined,
  };
}

function commit() {
  // No name of a tag: a commit is looked for by its hash.
  const args = ['describe', '--always', '--dirty', '--exclude=*', '--abbrev=10'];
  const { stdout, status } = spawnSync('git', args, { cwd: import.meta.dirname, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : 'unknown';
}
