import { measureProducts } from './products.mjs';
import { threadCounts } from './roof.mjs';

/**
 * The limits of the machine on one thread and on all, and how near products come to them.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* limits({ addon, origin, roof, pace }) {
  if (addon === undefined) {
    yield { what: 'skipped', section: 'limits', why: 'the TypeScript backend has no limits of its own' };
    return;
  }
  roof.measure(pace.limit);
  for (const { threads, flops, barrier, bandwidth } of roof.limits) {
    yield { what: 'limit', limit: 'fma', threads, gflops: flops / 1e9 };
    if (threads > 1) yield { what: 'limit', limit: 'barrier', threads, ns: barrier * 1e9 };
    for (const { bytes, read, triad } of bandwidth) {
      yield { what: 'limit', limit: 'bandwidth', threads, bytes, read: read / 1e9, triad: triad / 1e9 };
    }
  }
  yield* measureProducts(addon, threadCounts(origin.threads), pace, roof);
}
