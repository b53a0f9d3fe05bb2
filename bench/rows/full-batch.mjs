/**
 * @typedef {import('../../dist/index.js').Model} Model
 * @typedef {import('../../dist/index.js').FitOptions} FitOptions
 */

/**
 * Some steps of full-batch descent on a few rows. The rows are repeated, unshuffled, and a batch is one copy of them:
 * the same steps as one epoch each, but many of them go to the backend in one call, which is several times as fast.
 *
 * @param {Model} model
 * @param {readonly (readonly number[])[]} x
 * @param {readonly (readonly number[])[]} y
 * @param {number} steps
 * @param {Pick<FitOptions, 'loss' | 'optimizer'>} options
 */
export async function fitFullBatch(model, x, y, steps, options) {
  await model.fit(repeat(x, steps), repeat(y, steps), {
    ...options,
    batchSize: x.length,
    epochs: 1,
    shuffle: false,
  });
}

/**
 * @param {readonly (readonly number[])[]} rows
 * @param {number} times
 */
function repeat(rows, times) {
  const once = rows.flat();
  const data = Float32Array.from({ length: times * once.length }, (_, i) => once[i % once.length]);
  return { data, shape: [times * rows.length, rows[0].length] };
}

/**
 * Whether every output is on its target's side of one half.
 *
 * @param {Model} model
 * @param {readonly (readonly number[])[]} x
 * @param {readonly (readonly number[])[]} y
 * @returns {Promise<boolean>}
 */
export async function solves(model, x, y) {
  const targets = y.flat();
  const { data } = await model.predict(x);
  return data.every((output, i) => output > 0.5 === targets[i] > 0.5);
}

/**
 * Share of the seeds 0, 1, … for which `trial` comes out true, with a progress line now and then.
 *
 * @param {string} what
 * @param {number} seeds
 * @param {(seed: number) => Promise<boolean>} trial
 * @param {(text: string) => void} say
 * @returns {Promise<number>}
 */
export async function rateOver(what, seeds, trial, say) {
  const every = Math.ceil(seeds / 5);
  let solved = 0;
  for (let seed = 0; seed < seeds; seed++) {
    if (await trial(seed)) solved++;
    if ((seed + 1) % every === 0 || seed + 1 === seeds) say(`${what}: ${solved} of ${seed + 1} seeds`);
  }
  return solved / seeds;
}
