/** Where TypeScript computes, a step of more operations than this takes seconds and is left out. */
const TOO_SLOW = 1e9;

/**
 * @param {Pick<import('./main.mjs').Context, 'addon'>} context
 * @param {number} flops
 */
export function isTooSlow({ addon }, flops) {
  return addon === undefined && flops > TOO_SLOW;
}

/**
 * How many threads computed. A small program runs on one; from outside that shows only in the processors that it keeps
 * busy.
 *
 * @param {number} busy
 * @param {number} threads The most that there may be.
 */
export function threadsUsed(busy, threads) {
  return Math.max(1, Math.min(threads, Math.round(busy)));
}

/**
 * Times as the rates that people compare: a second, in operations, and as a share of what the machine could do.
 *
 * @param {Pick<import('./main.mjs').Context, 'origin' | 'roof'>} context
 * @param {import('./pace.mjs').Times} times of a step or call
 * @param {{ batch: number, flops: number, bytes?: number }} work of a step or call
 */
export function ratesOf({ origin, roof }, { median, best, busy }, { batch, flops, bytes = 0 }) {
  return {
    us: median * 1e6,
    bestUs: best * 1e6,
    steps: 1 / median,
    samples: batch / median,
    gflops: flops / median / 1e9,
    busy,
    ...roof.share(median, { flops, bytes, threads: threadsUsed(busy, origin.threads) }),
  };
}
