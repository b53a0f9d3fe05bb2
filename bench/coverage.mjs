import { studentQuantile } from '../dist/explain/spread.js';
import { CLAIMS } from './coverage-claims.mjs';
import { games } from './coverage-games.mjs';
import { models } from './coverage-models.mjs';

/**
 * How often an interval of 95 % holds the truth, where the truth is known: over 2,000 seeds, and all numbers of each. Where
 * intervals hold 95 %, those of one number hold 94 to 96 % of 2,000.
 *
 * @typedef {object} Case What one call draws; it may claim several things.
 * @property {number} samples
 * @property {readonly Claimed[]} claimed
 * @property {(seed: number) => Promise<readonly Estimates[]> | readonly Estimates[]} draw For each of `claimed`.
 *
 * @typedef {object} Claimed
 * @property {typeof CLAIMS[number]} claim
 * @property {string} of What is estimated.
 * @property {number} freedom Degrees of freedom of Student's quantile; infinite where the standard error has it in it.
 * @property {ArrayLike<number>} truth
 *
 * @typedef {{ values: ArrayLike<number>, stdError: ArrayLike<number> }} Estimates
 */

const [SEEDS, QUICK_SEEDS] = [2000, 2];

/** @param {import('./main.mjs').Context} context */
export async function* coverage({ quick, say }) {
  const cases = [...games(quick), ...(await models())];
  const measured = cases.flatMap(({ claimed }) => claimed.map(({ claim }) => claim));
  for (const claim of CLAIMS) if (!measured.includes(claim)) throw new Error(`nothing measures ${claim}`);
  for (const one of cases) {
    const [{ claim, of }] = one.claimed;
    say(`${claim} of ${of}, ${one.samples} samples`);
    yield* covered(one, quick ? QUICK_SEEDS : SEEDS);
  }
}

/** Values are float32. */
const ROUNDING = 2 ** -22;

/** @param {Case} one @param {number} seeds */
async function* covered({ samples, claimed, draw }, seeds) {
  const held = claimed.map(() => 0);
  for (let seed = 0; seed < seeds; seed++) {
    for (const [k, { values, stdError }] of (await draw(seed)).entries()) {
      const { truth, freedom } = claimed[k];
      const t = studentQuantile(freedom);
      for (let i = 0; i < truth.length; i++) {
        const far = Math.abs(values[i] - truth[i]);
        if (far <= t * stdError[i] + ROUNDING * Math.abs(truth[i])) held[k]++;
      }
    }
  }
  for (const [k, { claim, of, truth }] of claimed.entries()) {
    yield { what: 'coverage', claim, of, samples, seeds, covered: held[k] / seeds / truth.length };
  }
}
