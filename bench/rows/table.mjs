import { encoder } from './encoder.mjs';
import { mlp } from './mlp.mjs';
import { wdbc } from './wdbc.mjs';
import { xor } from './xor.mjs';

/**
 * What a row finds: the figures that it is accepted by, and any others.
 *
 * @typedef {{ checks: Record<string, import('./judge.mjs').Check>, [figure: string]: unknown }} Findings
 */

/**
 * A published or measured result that glia has to reproduce. Its bounds hold for its own number of seeds.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {string} about
 * @property {number} seeds Seeds 0, 1, … that it runs with unless told otherwise.
 * @property {(options: { seeds: number, say: (text: string) => void }) => Promise<Findings>} run
 */

/** @type {readonly Row[]} */
export const rows = [xor, encoder, mlp, wdbc];
