import type { Optimizer } from '../../src/optim/index.ts';
import * as optim from '../../src/optim/index.ts';

export type MakesOptimizer = (options?: Readonly<Record<string, unknown>>) => Optimizer;

/** Every export that makes an optimizer, by name. */
export const optimizers: readonly (readonly [string, MakesOptimizer])[] = Object.entries(
  optim as unknown as Readonly<Record<string, MakesOptimizer>>,
).filter(([, make]) => {
  try {
    return typeof make().update === 'function';
  } catch {
    return false;
  }
});
