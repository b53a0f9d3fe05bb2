import { epochOrder } from '../../dist/data/index.js';

/**
 * Stratified folds: row numbers of each, shuffled by the seed. Rows are dealt in turn, class after class, so that folds
 * differ by at most one row in size and in each class.
 *
 * @param {readonly (string | null)[]} labels
 * @param {number} count
 * @param {number} seed
 * @returns {number[][]}
 */
export function stratifiedFolds(labels, count, seed) {
  /** @type {Map<string | null, number[]>} */
  const classes = new Map();
  for (const row of epochOrder(labels.length, seed, 0)) {
    const rows = classes.get(labels[row]) ?? [];
    rows.push(row);
    classes.set(labels[row], rows);
  }
  /** @type {number[][]} */
  const folds = Array.from({ length: count }, () => []);
  for (const [i, row] of [...classes.values()].flat().entries()) folds[i % count].push(row);
  return folds;
}
