import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';

/**
 * Updates that an option of a schedule means: a number below 1 is a fraction of the run, else it is a count.
 *
 * @throws {OptionError} when a fraction is asked of a run whose length is not known.
 */
export function updates(where: string, name: string, value: number, totalSteps: number): number {
  if (value >= 1 || value === 0) return value;
  if (Number.isFinite(totalSteps)) return Math.round(value * totalSteps);
  throw new OptionError(`${where}: ${name} is a fraction, and the length of the run is not known`, {
    hint: `give ${name} as a number of updates`,
  });
}

/** Checks an option that {@link updates} reads: a fraction below 1, or a whole number. */
export function checkUpdates(where: string, name: string, value: unknown, least = 0): number {
  const number = checkNumber(where, name, value, least === 0 ? { least: 0 } : { above: 0 });
  return number < 1 ? number : checkNumber(where, name, number, { whole: true });
}

/**
 * Length of a schedule: its own `steps`, else that of the run.
 *
 * @throws {OptionError} when neither is known.
 */
export function lengthOf(where: string, steps: number | undefined, totalSteps: number): number {
  if (steps !== undefined) return steps;
  if (Number.isFinite(totalSteps) && totalSteps > 0) return totalSteps;
  throw new OptionError(`${where}: the length of the run is not known`, {
    hint: 'give it as the option steps',
  });
}

/** `from` at pct 0, `to` at pct 1, along half a cosine. */
export function cosineBetween(from: number, to: number, pct: number): number {
  return to + ((from - to) / 2) * (1 + Math.cos(Math.PI * pct));
}
