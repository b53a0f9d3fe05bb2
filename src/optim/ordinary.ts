import type { Optimizer } from './optimizer.ts';

/** Gradients and weights below 2 to the power of this are ordinary. */
export const ORDINARY_EXPONENT = 40;

/** Ordinary numbers that are fed, such as learning rates, are at most this. */
const FED = 2 ** 20;

/** Ordinary options, but for 0, are at least and at most this. */
export const ORDINARY_OPTIONS = [2 ** -40, 2 ** 10] as const;

const bounded = new WeakSet<Optimizer['update']>();

/** Remembers whether an update is bounded, from the options that decide it. */
export function noteBounds(update: Optimizer['update'], config: Readonly<Record<string, unknown>>): void {
  const [least, most] = ORDINARY_OPTIONS;
  const numbers = Object.values(config).filter((value) => typeof value === 'number');
  if (numbers.every((value) => value === 0 || (value >= least && value <= most))) bounded.add(update);
}

/**
 * Whether an update by ordinary gradients leaves ordinary weights finite, and the state of the optimizer that only such
 * updates have made. So it is for the rules of the library with ordinary options: a gradient with its penalty is below
 * 2⁵¹, its square below 2¹⁰², and what is divided by ε below 2⁹¹, times a learning rate of at most 2²⁰. It is not known
 * of a rule that somebody else wrote.
 */
export function isBounded({ update }: Optimizer): boolean {
  return bounded.has(update);
}

/** Whether numbers that are fed to an update are ordinary; each is alone in its array. */
export function areOrdinary(fed: readonly ArrayLike<number>[]): boolean {
  for (let i = 0; i < fed.length; i++) if (!(Math.abs(fed[i]![0]!) <= FED)) return false;
  return true;
}
