// What a row promises, next to what came out. A bound is never moved to fit a figure.

/**
 * A figure, the bound it was held to, and whether it kept it.
 *
 * @typedef {{ value: number, wanted: string, ok: boolean }} Check
 */

/**
 * @param {number} value
 * @param {number} floor
 * @returns {Check}
 */
export function atLeast(value, floor) {
  return { value: round(value), wanted: `>= ${floor}`, ok: value >= floor };
}

/**
 * @param {number} value
 * @param {number} middle
 * @param {number} margin
 * @returns {Check}
 */
export function within(value, middle, margin) {
  return {
    value: round(value),
    wanted: `${middle} +- ${margin}`,
    // Half a unit of the fifth digit lets 0.41 be within 0.46 +- 0.05, which it is not in binary.
    ok: Math.abs(value - middle) <= margin + 5e-6,
  };
}

/**
 * @param {readonly number[]} values
 * @returns {number}
 */
export function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Five decimals: finer than a row of any test set here.
 *
 * @param {number} value
 * @returns {number}
 */
export function round(value) {
  return Number(value.toFixed(5));
}
