/** How much a number must change to be an improvement; both at least 0. */
export interface Margin {
  /** In units of the number. */
  readonly absolute?: number;
  /** As a share of the size of the best one, whatever its sign. */
  readonly relative?: number;
}

/**
 * Whether a number is better than the best so far, which is undefined before the first. What is not finite is never
 * better, not even than nothing: a run whose first metric is NaN has no best epoch yet.
 *
 * @example
 * isImprovement(-1.2, -1, 'lower', { relative: 0.1 }); // true: it lies below -1 - 0.1·|-1|
 */
export function isImprovement(
  value: number,
  best: number | undefined,
  better: 'higher' | 'lower',
  { absolute = 0, relative = 0 }: Margin = {},
): boolean {
  if (!Number.isFinite(value)) return false;
  if (best === undefined) return true;
  const gain = better === 'higher' ? value - best : best - value;
  return gain > absolute + relative * Math.abs(best);
}
