/** @typedef {import('../dist/backend/native.js').MachineLimits} MachineLimits */

/**
 * Work as the machine sees it: operations, and bytes that must be read at least once, over and over.
 *
 * @typedef {{ flops: number, bytes?: number, threads: number }} Work
 */

/** One thread, and all. @param {number} threads */
export function threadCounts(threads) {
  return [...new Set([1, threads])];
}

/** The least time that work can take (the roofline of Williams, Waterman and Patterson, 2009). */
export class Roof {
  /**
   * By the number of threads; none where TypeScript computes.
   *
   * @type {readonly MachineLimits[]}
   */
  limits = [];

  /**
   * @param {((threads: number, milliseconds: number) => MachineLimits) | undefined} measured
   * @param {number} threads
   */
  constructor(measured, threads) {
    this.measured = measured;
    this.threads = threads;
  }

  /** Measures again and keeps the better: a limit is what nothing disturbed. @param {number} milliseconds for each */
  measure(milliseconds) {
    if (this.measured === undefined) return;
    const { measured, limits } = this;
    this.limits = threadCounts(this.threads).map((threads, i) => {
      const found = measured(threads, milliseconds);
      return limits[i] === undefined ? found : better(limits[i], found);
    });
  }

  /**
   * Which part of the least time `seconds` is, and what sets that time.
   *
   * @param {number} seconds
   * @param {Work} work
   * @returns {{ share: number | null, by: 'fma' | 'bandwidth' | null }}
   */
  share(seconds, { flops, bytes = 0, threads }) {
    const limits = this.#on(threads);
    if (limits === undefined) return { share: null, by: null };
    const compute = flops / limits.flops;
    const move = bytes / readRate(limits, bytes / limits.threads);
    return { share: Math.max(compute, move) / seconds, by: compute >= move ? 'fma' : 'bandwidth' };
  }

  /** The limits for the nearest number of threads that they are known for. @param {number} threads */
  #on(threads) {
    const distance = (/** @type {MachineLimits} */ one) => Math.abs(one.threads - threads);
    return [...this.limits].sort((a, b) => distance(a) - distance(b))[0];
  }
}

/**
 * @param {MachineLimits} one
 * @param {MachineLimits} other
 * @returns {MachineLimits}
 */
function better(one, other) {
  return {
    threads: one.threads,
    flops: Math.max(one.flops, other.flops),
    barrier: Math.min(one.barrier, other.barrier),
    bandwidth: one.bandwidth.map(({ bytes, read, triad }, i) => ({
      bytes,
      read: Math.max(read, other.bandwidth[i].read),
      triad: Math.max(triad, other.bandwidth[i].triad),
    })),
  };
}

/**
 * Bytes a second that all threads read when each goes through `bytes`, over and over.
 *
 * @param {MachineLimits} limits
 * @param {number} bytes
 */
function readRate({ bandwidth }, bytes) {
  const distance = (/** @type {{ bytes: number }} */ one) =>
    Math.abs(Math.log(one.bytes / Math.max(1, bytes)));
  return [...bandwidth].sort((a, b) => distance(a) - distance(b))[0].read;
}
