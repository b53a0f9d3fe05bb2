import { ShapeError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Model } from '../train/model.ts';
import { Values } from '../train/values.ts';
import type { Cost } from './explanation.ts';
import { scoresOf } from './forward.ts';
import { type Judged, ONE_OUTPUT_OPTIONS, type OneOutputOptions, readJudged } from './judged.ts';
import { scoresOfMade } from './made-rows.ts';
import { MOST_DRAWS, type OutputKind, readOptions } from './options.ts';
import { estimate, LEAST_DRAWS, openErrors } from './spread.ts';
import type { Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link infidelity}. */
export interface InfidelityOptions extends OneOutputOptions {
  /** Perturbations: `[k, …input]` for every row, or `[n, k, …input]`. Default: drawn from a normal distribution. */
  readonly perturbations?: Data;
  /** How many are drawn; they serve every row. Default 50. */
  readonly samples?: number;
  /** Their standard deviation, in units of the inputs. Default 0.1. */
  readonly stdev?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}

/** How badly attributions tell what perturbations do. */
export interface Infidelity extends Pictured<BarOptions> {
  readonly method: 'infidelity';
  readonly output: OutputKind;
  /** Of each row, `[rows]`: 0 is perfect. */
  readonly values: Values;
  /** Standard error of each over the perturbations: 1.96 of it hold 95 %. NaN of fewer than 1000, whose squares vary too much. */
  readonly stdError: Values;
  /** Mean over the rows. */
  readonly mean: number;
  /** Perturbations of each row. */
  readonly samples: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * Whether attributions tell how the output changes when the inputs do (Yeh et al., 2019, definition 2.1):
 *
 *     INFD = E_I ( Σ_i I_i · φ_i − (f(x) − f(x − I)) )²
 *
 * | name            | shape                                                              |
 * | --------------- | ------------------------------------------------------------------ |
 * | `judged`        | an explanation of `n` rows, or `{ inputs, values }`, both `[n, …]`  |
 * | `perturbations` | `[k, …input]`, or `[n, k, …input]`                                  |
 * | `values`        | `[n]`                                                              |
 *
 * Attributions are taken as slopes, output per input: those of a gradient are. Units: the square of the output's. The
 * gradient of a linear model has 0. Cost: `k` rows forward a row.
 *
 * @throws {OptionError} for unknown options and what is no explanation.
 * @throws {ShapeError | DataError} for values or perturbations that do not fit the rows.
 * @example
 * const { mean } = await infidelity(model, await saliency(model, x), { stdev: 0.2 });
 */
export async function infidelity(
  model: Model,
  judged: Judged,
  given: InfidelityOptions = {},
): Promise<Infidelity> {
  const options = readOptions('infidelity', given, INFIDELITY_OPTIONS);
  const { perturbations, samples = 50, stdev = 0.1, seed = 0, ...rest } = options;
  checkNumber('infidelity', 'samples', samples, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber('infidelity', 'stdev', stdev, { least: 0 });
  checkNumber('infidelity', 'seed', seed, { whole: true });
  const { subject, values } = readJudged('infidelity', model, judged, rest);
  const { rows, width, x, outputs } = subject;
  const { of: perturbationOf, count: K } = perturbationsFor(subject, perturbations, () =>
    drawn(seed, stdev, samples * width),
  );
  const scores = await scoresOf(subject, x, (done) => 0.1 * done);
  const targets = subject.targets(scores);
  // What the attributions say of each perturbation, noted while its row is made.
  const told = new Float64Array(rows * K);
  const after = await scoresOfMade(
    subject,
    {
      rows: rows * K,
      make(i, into) {
        const row = Math.floor(i / K);
        const perturbation = perturbationOf(row, i % K);
        for (let j = 0; j < width; j++) {
          into[j] = x[row * width + j]! - perturbation[j]!;
          told[i]! += perturbation[j]! * values[row * width + j]!;
        }
      },
      target: (i) => targets[Math.floor(i / K)]!,
    },
    (done) => 0.1 + 0.9 * done,
  );
  const each = Array.from({ length: rows }, (_, row) => {
    const before = scores[row * outputs + targets[row]!]!;
    const misses = Float64Array.from({ length: K }, (_, k) => {
      const i = row * K + k;
      return (told[i]! - (before - after[i]!)) ** 2;
    });
    return estimate(misses, LEAST_DRAWS.squared);
  });
  const result: Plain<Infidelity> = {
    method: 'infidelity',
    output: subject.output,
    values: new Values(
      Float32Array.from(each, ({ mean }) => mean),
      [rows],
    ),
    stdError: new Values(
      Float32Array.from(each, ({ stdError }) => stdError),
      [rows],
    ),
    mean: estimate(each.map(({ mean }) => mean)).mean,
    samples: K,
    cost: subject.passes.cost,
    warnings: openErrors(K, LEAST_DRAWS.squared, 'perturbation', 'samples'),
  };
  return withPicture(result, bar);
}

const INFIDELITY_OPTIONS = [...ONE_OUTPUT_OPTIONS, 'perturbations', 'samples', 'stdev', 'seed'] as const;

/** Normal numbers: the same perturbations serve all rows, which costs as many draws as one. */
function drawn(seed: number, stdev: number, count: number): Float32Array {
  const random = Random.of(seed, 'infidelity');
  return Float32Array.from({ length: count }, () => stdev * random.normal());
}

/** How many perturbations a row has, and each of them. */
function perturbationsFor(
  { rows, width, shape }: Subject,
  given: Data | undefined,
  draw: () => Float32Array,
): { readonly count: number; readonly of: (row: number, k: number) => ArrayLike<number> } {
  const at = (data: Float32Array | Int32Array, i: number) => data.subarray(i * width, (i + 1) * width);
  if (given === undefined) {
    const data = draw();
    return { count: data.length / width, of: (_, k) => at(data, k) };
  }
  const { data, shape: came } = toMatrix(given, 'perturbations');
  const own = sameShape(came, [rows, came[1] ?? 0, ...shape]);
  if (!own && !sameShape(came, [came[0]!, ...shape])) {
    throw new ShapeError('infidelity: perturbations do not fit the rows', {
      perturbations: showShape(came),
      wanted: `${showShape(shape)} behind an axis of perturbations, or of rows and perturbations`,
    });
  }
  const count = came[own ? 1 : 0]!;
  return { count, of: (row, k) => at(data, own ? row * count + k : k) };
}
