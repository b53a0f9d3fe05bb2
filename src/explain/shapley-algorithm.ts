import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { Random } from '../base/random.ts';
import { exactShapley } from './exact-shapley.ts';
import type { Design } from './game.ts';
import { kernelShapley } from './kernel-shapley.ts';
import { permutationShapley } from './permutation-shapley.ts';

/** How Shapley values are found: from all coalitions, by a fit to some, or along some orders of the players. */
export type ShapleyAlgorithm = 'exact' | 'kernel' | 'permutation';

const ALGORITHMS = { auto: true, exact: true, kernel: true, permutation: true } as const;
/** Rows that an exact game may take where nobody asked for it: some tens of milliseconds of a small network. */
const BUDGET = 2 ** 18;
/** Most players of an algorithm: of all coalitions, and of a fit, whose inverse takes a second. */
const MOST = { exact: 20, kernel: 1024, permutation: Number.POSITIVE_INFINITY } as const;

/** @throws {OptionError} for an algorithm that does not exist. */
export function checkAlgorithm(algorithm: 'auto' | ShapleyAlgorithm): void {
  choose('shap: algorithm', algorithm, ALGORITHMS);
}

/**
 * The algorithm that is meant, for so many players and rows of background.
 *
 * @throws {OptionError} for more players than it takes.
 */
export function algorithmFor(
  asked: 'auto' | ShapleyAlgorithm,
  players: number,
  background: number,
): ShapleyAlgorithm {
  const cheap = players <= MOST.exact && 2 ** players * background <= BUDGET;
  const usual = cheap ? 'exact' : players <= MOST.kernel ? 'kernel' : 'permutation';
  const algorithm = asked === 'auto' ? usual : asked;
  if (players <= MOST[algorithm]) return algorithm;
  throw new OptionError(
    `shap: ${players} players are too many for algorithm '${algorithm}', which takes ${MOST[algorithm]}`,
    {
      hint: `put inputs that belong together in groups, or ask for '${algorithm === 'exact' ? 'kernel' : 'permutation'}'`,
    },
  );
}

/** The coalitions of an algorithm; the same seed gives the same. */
export function designOf(
  algorithm: ShapleyAlgorithm,
  players: number,
  nSamples: number,
  seed: number,
): Design {
  // One player gets all, and nobody nothing, whatever is asked for.
  if (algorithm === 'exact' || players < 2) return exactShapley(players);
  const random = Random.of(seed, `shap ${algorithm} ${players}`);
  if (algorithm === 'kernel') return fitOf(players, nSamples, random, seed);
  const orders = Math.max(2, Math.floor(nSamples / (2 * (players - 1))));
  return permutationShapley(
    Array.from({ length: orders }, () => random.permutation(players)),
    players,
  );
}

let latest: { readonly key: string; readonly design: Design } | undefined;

/** The fit of the last call if it is the same: explaining row by row, it takes as long as the row. */
function fitOf(players: number, nSamples: number, random: Random, seed: number): Design {
  const key = `${players} ${nSamples} ${seed}`;
  if (latest?.key !== key) latest = { key, design: kernelShapley(players, nSamples, random) };
  return latest.design;
}
