import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { BackendError } from '../base/errors.ts';
import { smallest } from '../base/order.ts';

/** Most threads that can be asked for. */
export const MOST_THREADS = 1024;

/** The file of that path as text; undefined when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * How many threads may compute: what `GLIA_THREADS` says, or as many as the process has processors, within the
 * limit of its control group.
 *
 * @throws {BackendError} when `GLIA_THREADS` is not a number from 1 to 1024.
 */
export function threadCount(env: NodeJS.ProcessEnv = process.env): number {
  const wanted = env['GLIA_THREADS'];
  if (wanted === undefined || wanted === '')
    return Math.min(availableParallelism(), processorQuota(), MOST_THREADS);
  const count = Number(wanted);
  if (!Number.isInteger(count) || count < 1 || count > MOST_THREADS) {
    throw new BackendError(`GLIA_THREADS is "${wanted}"`, {
      hint: `give a whole number from 1 to ${MOST_THREADS}`,
    });
  }
  return count;
}

const MOUNT = '/sys/fs/cgroup';

/**
 * Processors that the process may keep busy by its control groups (Linux, versions 1 and 2), rounded down but at least
 * 1; infinite where nothing limits it. Each group up to the root may have a limit, and the least one holds. Inside of a
 * container the path of the group may be that of the host, which is not mounted there: the mount is then the group.
 */
export function processorQuota(read: ReadText = readText): number {
  const groups = read('/proc/self/cgroup') ?? '';
  const quotas = ['0::/', '0:cpu:/', ...groups.split('\n')].flatMap((line) => quotasOf(line, read));
  return Math.max(1, Math.floor(smallest(quotas)));
}

/** Quotas of a line of `/proc/self/cgroup`: `hierarchy:controllers:path`, without controllers for version 2. */
function quotasOf(line: string, read: ReadText): number[] {
  const [, controllers, path] = /^\d+:([^:]*):(\/.*)$/.exec(line) ?? [];
  if (controllers === undefined || path === undefined) return [];
  if (controllers === '') return upwards(MOUNT, path).map((folder) => quotaV2(folder, read));
  if (!controllers.split(',').includes('cpu')) return [];
  return ['cpu', 'cpu,cpuacct'].flatMap((mount) =>
    upwards(join(MOUNT, mount), path).map((folder) => quotaV1(folder, read)),
  );
}

/** The folder of a group and those of all groups that it lies in. */
function upwards(mount: string, path: string): string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '..');
  return Array.from({ length: names.length + 1 }, (_, i) => join(mount, ...names.slice(0, i)));
}

/** `cpu.max` holds quota and period in microseconds; the quota may be `max`. */
function quotaV2(folder: string, read: ReadText): number {
  const [quota, period] = (read(join(folder, 'cpu.max')) ?? '').trim().split(' ');
  return share(Number(quota), Number(period));
}

/** A quota of -1 is none. */
function quotaV1(folder: string, read: ReadText): number {
  const number = (name: string) => Number(read(join(folder, name)) ?? Number.NaN);
  return share(number('cpu.cfs_quota_us'), number('cpu.cfs_period_us'));
}

function share(quota: number, period: number): number {
  return quota > 0 && period > 0 ? quota / period : Number.POSITIVE_INFINITY;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
