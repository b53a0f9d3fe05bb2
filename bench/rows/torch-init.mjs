import { init } from '../../dist/index.js';

/**
 * First values as PyTorch's `Linear` draws them, weight and bias uniform in ±1/√in: the reference runs of some rows
 * start so, and their figures hold for that start.
 *
 * @param {number} fanIn
 */
export function likeTorch(fanIn) {
  const bound = 1 / Math.sqrt(fanIn);
  const draw = init.uniform({ low: -bound, high: bound });
  return { init: draw, biasInit: draw };
}
