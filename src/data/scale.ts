/** Ways to bring a column to a common scale. */
export type Scaling = 'standard' | 'minmax' | 'robust' | 'none';

/** `y = (x - shift) / scale`; scale is never 0. */
export interface Affine {
  readonly shift: number;
  readonly scale: number;
}

/**
 * The affine map that a scaling makes of these values. A column of one value gets scale 1, so it becomes 0 and never NaN.
 *
 * | scaling    | `shift` | `scale`                              |
 * | ---------- | ------- | ------------------------------------ |
 * | `standard` | mean    | standard deviation, divisor n        |
 * | `minmax`   | minimum | maximum - minimum                    |
 * | `robust`   | median  | upper quartile - lower quartile      |
 * | `none`     | 0       | 1                                    |
 *
 * Values must be finite, at least one; the result may overflow to infinity.
 *
 * @example
 * fitScale(Float64Array.of(1, 2, 3), 'minmax'); // { shift: 1, scale: 2 }
 */
export function fitScale(values: Float64Array, scaling: Scaling): Affine {
  if (scaling === 'none') return { shift: 0, scale: 1 };
  const [low, high] = range(values);
  // Rounding gives a column of 0.1 a mean beside 0.1 and so a spread above 0: a constant is known by its range.
  if (low === high) return { shift: low, scale: 1 };
  if (scaling === 'minmax') return { shift: low, scale: high - low };
  if (scaling === 'standard') {
    const shift = mean(values);
    return { shift, scale: nonZero(deviation(values, shift)) };
  }
  const sorted = Float64Array.from(values).sort();
  const spread = quantile(sorted, 0.75) - quantile(sorted, 0.25);
  return { shift: quantile(sorted, 0.5), scale: nonZero(spread) };
}

/** Arithmetic mean; a second pass takes away the rounding error of the first. */
export function mean(values: Float64Array): number {
  const unit = unitOf(values);
  const first = sum(values, (value) => value / unit) / values.length;
  return (first + sum(values, (value) => value / unit - first) / values.length) * unit;
}

/** Middle value, the mean of the middle two for an even number. */
export function median(values: Float64Array): number {
  return quantile(Float64Array.from(values).sort(), 0.5);
}

/** Quantile of sorted values with linear interpolation (Hyndman and Fan, 1996, definition 7; the one of NumPy). */
export function quantile(sorted: Float64Array, share: number): number {
  const position = share * (sorted.length - 1);
  const below = Math.floor(position);
  const low = sorted[below]!;
  const high = sorted[Math.min(below + 1, sorted.length - 1)]!;
  const part = position - below;
  // Of two values that are further apart than a number can say, a mean is still between them.
  return Number.isFinite(high - low) ? low + (high - low) * part : low * (1 - part) + high * part;
}

function deviation(values: Float64Array, center: number): number {
  const unit = unitOf(values);
  return Math.sqrt(sum(values, (value) => (value / unit - center / unit) ** 2) / values.length) * unit;
}

/** A power of two near the largest value, by which division is exact: in such units no sum or square over- or underflows. */
function unitOf(values: Float64Array): number {
  const [low, high] = range(values);
  const largest = Math.max(-low, high);
  return largest === 0 ? 1 : 2 ** Math.min(Math.max(Math.floor(Math.log2(largest)), -1022), 1023);
}

function sum(values: Float64Array, term: (value: number) => number): number {
  let total = 0;
  for (const value of values) total += term(value);
  return total;
}

function range(values: Float64Array): [low: number, high: number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

/** More than half of a column may be one value, which leaves no spread between its quartiles. */
function nonZero(scale: number): number {
  return scale === 0 ? 1 : scale;
}
