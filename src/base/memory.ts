import { totalmem } from 'node:os';
import { BackendError } from './errors.ts';

/** Bytes of a number of either type. */
const BYTES = 4;

/** Numbers that one typed array can hold, in every version of Node.js that glia runs on. */
const MOST_NUMBERS = 2 ** 32;

const HINT = 'use smaller batches or narrower layers';

let found: number | undefined;

/** Bytes that the process may have: what the machine has, or what its control group is allowed. */
function memory(): number {
  if (found === undefined) {
    const allowed = process.constrainedMemory?.() ?? 0;
    found = allowed > 0 ? Math.min(allowed, totalmem()) : totalmem();
  }
  return found;
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
    hint: HINT,
  });
}

/**
 * What `make` gives, an array of so many numbers. Refused before anything is allocated where there is not that much
 * memory in all, or no array can hold them; that there is not so much now becomes an error of glia's, too.
 *
 * @throws {BackendError} saying what needs how much.
 */
export function allocating<T>(what: string, numbers: number, make: () => T): T {
  checkMemory(what, numbers);
  if (numbers > MOST_NUMBERS)
    throw new BackendError(`${what}: ${numbers} numbers, and an array holds ${MOST_NUMBERS} at most`);
  try {
    return make();
  } catch (error) {
    if (!(error instanceof RangeError) || !/allocation failed|Invalid .*length/.test(error.message))
      throw error;
    throw new BackendError(`${what}: no memory for ${numbers} numbers`, { hint: HINT }, error);
  }
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toPrecision(3)} GB`;
}
