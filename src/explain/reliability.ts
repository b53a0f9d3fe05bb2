import { largest } from '../base/order.ts';
import type { Numeric } from '../train/metrics/values.ts';

/** Rows whose confidence, the probability of their most probable class, lies in an interval open below. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly count: number;
  /** Share of them whose most probable class is the true one; 0 where there are none. */
  readonly accuracy: number;
  /** Mean confidence; 0 where there are none. */
  readonly confidence: number;
}

/** Bins of the same width, and how far accuracy and confidence lie apart in them. */
export interface Reliability {
  readonly bins: readonly CalibrationBin[];
  /** Expected calibration error: mean distance of accuracy and confidence over the rows. */
  readonly ece: number;
  /** Maximum calibration error: the largest distance of a bin. */
  readonly mce: number;
  /** Share of the rows whose most probable class is the true one. */
  readonly accuracy: number;
}

/** Sorts rows into bins by confidence; `probabilities` are `[rows, columns]`, or those of class 1 in one column. */
export function reliabilityOf(
  probabilities: Numeric,
  columns: number,
  actual: Int32Array,
  bins: number,
): Reliability {
  const sums = Array.from({ length: bins }, () => ({ count: 0, right: 0, confidence: 0 }));
  actual.forEach((label, row) => {
    const { best, confidence } = mostProbable(probabilities, columns, row);
    const bin = sums[binOf(confidence, bins)]!;
    bin.count++;
    bin.right += Number(best === label);
    bin.confidence += confidence;
  });
  const made = sums.map(({ count, right, confidence }, i) => ({
    low: i / bins,
    high: (i + 1) / bins,
    count,
    accuracy: count === 0 ? 0 : right / count,
    confidence: count === 0 ? 0 : confidence / count,
  }));
  const gaps = made.map(({ accuracy, confidence }) => Math.abs(accuracy - confidence));
  return {
    bins: made,
    ece: made.reduce((sum, { count }, i) => sum + (count / actual.length) * gaps[i]!, 0),
    mce: largest(gaps),
    accuracy: sums.reduce((sum, { right }) => sum + right, 0) / actual.length,
  };
}

/** The most probable class, the first of equals, and its probability. */
function mostProbable(p: Numeric, columns: number, row: number): { best: number; confidence: number } {
  if (columns === 1) {
    const yes = p[row]!;
    return yes > 0.5 ? { best: 1, confidence: yes } : { best: 0, confidence: 1 - yes };
  }
  let best = 0;
  for (let k = 1; k < columns; k++) if (p[row * columns + k]! > p[row * columns + best]!) best = k;
  return { best, confidence: p[row * columns + best]! };
}

/** The bin whose interval, open below, holds a confidence. */
function binOf(confidence: number, bins: number): number {
  // The product may round across an edge, so that the edges themselves decide.
  let bin = Math.min(Math.max(Math.ceil(confidence * bins) - 1, 0), bins - 1);
  if (confidence <= bin / bins && bin > 0) bin--;
  else if (confidence > (bin + 1) / bins && bin < bins - 1) bin++;
  return bin;
}
