import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { BackendError } from '../base/errors.ts';

const MOST = 1024;

/**
 * How many threads may compute: what `GLIA_THREADS` says, or as many as the process has processors, within the
 * limit of its control group.
 *
 * @throws {BackendError} when `GLIA_THREADS` is not a number from 1 to 1024.
 */
export function threadCount(env: NodeJS.ProcessEnv = process.env): number {
  const wanted = env['GLIA_THREADS'];
  if (wanted === undefined || wanted === '') return Math.min(availableParallelism(), processorQuota(), MOST);
  const count = Number(wanted);
  if (!Number.isInteger(count) || count < 1 || count > MOST) {
    throw new BackendError(`GLIA_THREADS is "${wanted}"`, { hint: `give a whole number from 1 to ${MOST}` });
  }
  return count;
}

/** Processors that a container may keep busy (Linux, control groups v2); the quota is rounded down. */
function processorQuota(): number {
  try {
    const [quota, period] = readFileSync('/sys/fs/cgroup/cpu.max', 'utf8').split(' ').map(Number);
    const processors = Math.floor(quota! / period!);
    return Number.isNaN(processors) ? Number.POSITIVE_INFINITY : Math.max(1, processors);
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
