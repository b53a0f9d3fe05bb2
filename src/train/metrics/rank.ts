import type { BinaryScores } from './scores.ts';
import type { Numeric } from './values.ts';

/** Called at a threshold with the weights of the positive and negative rows that score at least that much. */
export type AtThreshold = (threshold: number, positives: number, negatives: number) => void;

/** Visits the distinct scores from the highest down. Rows of equal score stand or fall together; none may be NaN. */
export function eachThreshold({ scores, positive, weights }: BinaryScores, visit: AtThreshold): void {
  const order = descending(scores);
  let positives = 0;
  let negatives = 0;
  for (let i = 0; i < order.length; ) {
    const threshold = scores[order[i]!]!;
    const before = positives + negatives;
    for (; i < order.length && scores[order[i]!] === threshold; i++) {
      const row = order[i]!;
      const weight = weights === undefined ? 1 : weights[row]!;
      if (positive(row)) positives += weight;
      else negatives += weight;
    }
    if (positives + negatives > before) visit(threshold, positives, negatives);
  }
}

/** Row numbers from the highest score down. */
export function descending(scores: Numeric): Uint32Array {
  if (scores instanceof Float32Array) return radixDescending(scores);
  const order = Uint32Array.from(scores, (_, row) => row);
  return order.sort((a, b) => (scores[a]! < scores[b]! ? 1 : scores[a]! > scores[b]! ? -1 : 0));
}

/**
 * Radix sort by bytes, ten times faster than a comparison sort in JavaScript: a validation set of some 100 000 rows is
 * ranked within the time that the event loop may stand still.
 */
function radixDescending(scores: Float32Array): Uint32Array {
  const keys = descendingKeys(scores);
  let order = Uint32Array.from(scores, (_, row) => row);
  let next = new Uint32Array(scores.length);
  const start = new Uint32Array(257);
  for (let shift = 0; shift < 32; shift += 8) {
    start.fill(0);
    for (const key of keys) start[((key >>> shift) & 255) + 1]!++;
    for (let digit = 0; digit < 256; digit++) start[digit + 1]! += start[digit]!;
    for (const row of order) next[start[(keys[row]! >>> shift) & 255]!++] = row;
    [order, next] = [next, order];
  }
  return order;
}

/** Unsigned integers that fall as the floats rise (after Herf, 2001, "Radix tricks"); -0 counts as 0. */
function descendingKeys(scores: Float32Array): Uint32Array {
  const bits = new Uint32Array(Float32Array.from(scores, (score) => score + 0).buffer);
  return bits.map((word) => (word & 0x80000000 ? word : ~word & 0x7fffffff));
}
