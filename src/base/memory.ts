import { totalmem } from 'node:os';
import { BackendError } from './errors.ts';

/** Bytes of a number of either type. */
const BYTES = 4;

/** Numbers that one typed array can hold, in every version of Node.js that glia runs on. */
const MOST_NUMBERS = 2 ** 32;

/** Bytes that the process may have: what the machine has, or what its control group is allowed. */
function memory(): number {
  const allowed = process.constrainedMemory?.() ?? 0;
  return allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
}

/**
 * Refuses so many numbers of 4 bytes, before any of them is allocated, where there is not that much memory in all.
 * Systems promise more than they have, and end the process that makes use of it.
 *
 * @throws {BackendError} saying what needs how much.
 */
export function checkMemory(what: string, numbers: number): void {
  const bytes = BYTES * numbers;
  if (bytes <= memory()) return;
  throw new BackendError(`${what} needs ${gigabytes(bytes)}, more memory than there is`, {
    memory: gigabytes(memory()),
    hint: 'use smaller batches or narrower layers',
  });
}

/**
 * Refuses so many numbers of one tensor, as {@link checkMemory}, or where no array can hold them.
 *
 * @throws {BackendError}
 */
export function checkTensorMemory(what: string, numbers: number): void {
  checkMemory(what, numbers);
  if (numbers <= MOST_NUMBERS) return;
  throw new BackendError(`${what} has ${numbers} numbers, and an array holds ${MOST_NUMBERS} at most`);
}

/**
 * What `make` gives, which allocates; that there was no memory for it becomes an error of glia's.
 *
 * @throws {BackendError}
 */
export function allocating<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError) || !/allocation failed|Invalid .*length/.test(error.message))
      throw error;
    throw new BackendError(
      `${what}: no memory for it`,
      { hint: 'use smaller batches or narrower layers' },
      error,
    );
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
