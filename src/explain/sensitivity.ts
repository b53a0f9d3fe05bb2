import { isA } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Model } from '../train/model.ts';
import { Values } from '../train/values.ts';
import { type Cost, Explanation } from './explanation.ts';
import { checkOneOutput, ONE_OUTPUT_OPTIONS, type OneOutputOptions, valuesOf } from './judged.ts';
import { type ExplainOptions, MOST_DRAWS, type OutputKind, readOptions } from './options.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/**
 * A method of explanation as others take it: `saliency`, or one with options of its own, such as
 * `(model, x, options) => smoothGrad(model, x, { ...options, nSamples: 20 })`.
 */
export type Method = (model: Model, inputs: Explained, options: ExplainOptions) => Promise<Explanation>;

/** Options of {@link sensitivity}. */
export interface SensitivityOptions extends OneOutputOptions {
  /** Moves, the same for every row: `[k, …input]`. Default: drawn from a uniform distribution. */
  readonly perturbations?: Data;
  /** How many are drawn. Default 10. */
  readonly samples?: number;
  /** Every number is moved by at most this, in units of the inputs. Default 0.02. */
  readonly radius?: number;
  /** Seed of the draws. Default 0. */
  readonly seed?: number;
}

/** How much attributions change when their rows hardly do. */
export interface Sensitivity extends Pictured<BarOptions> {
  readonly method: 'sensitivity';
  readonly output: OutputKind;
  /** Largest relative change of each row, `[rows]`: 0 is steady. */
  readonly values: Values;
  /** Mean over the rows. */
  readonly mean: number;
  readonly samples: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * The largest change of a method's attributions near each row, relative to their size (Yeh et al., 2019, definition 3.1):
 *
 *     SENS = max_r ‖φ(x + r) − φ(x)‖ / ‖φ(x)‖,  |r_i| <= radius
 *
 * | name            | shape                                     |
 * | --------------- | ----------------------------------------- |
 * | `inputs`        | `[n, …input]`, a table, or rows by name   |
 * | `perturbations` | `[k, …input]`                             |
 * | `values`        | `[n]`                                     |
 *
 * Where the attributions of a row are all 0 the change itself is given, with a warning. Cost: `k + 1` runs of the method
 * over all rows.
 *
 * @throws {OptionError} for unknown options and what is no method.
 * @throws {ShapeError | DataError} for rows or perturbations that do not fit the model.
 * @example
 * const { mean } = await sensitivity(model, x, saliency, { radius: 0.05 });
 */
export async function sensitivity(
  model: Model,
  inputs: Explained,
  method: Method,
  given: SensitivityOptions = {},
): Promise<Sensitivity> {
  const options = readOptions('sensitivity', given, SENSITIVITY_OPTIONS);
  const { perturbations, samples = 10, radius = 0.02, seed = 0, ...rest } = options;
  const own = methodOf('sensitivity', method);
  checkOneOutput('sensitivity', rest);
  checkNumber('sensitivity', 'samples', samples, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber('sensitivity', 'radius', radius, { least: 0 });
  checkNumber('sensitivity', 'seed', seed, { whole: true });
  const subject = new Subject('sensitivity', model, inputs, rest);
  const { rows, width, x, shape, passes } = subject;
  const moves =
    perturbations === undefined ? drawn(seed, radius, samples * width) : movesOf(subject, perturbations);
  const K = moves.length / width;
  const { signal } = options;
  const explain = async (data: Float32Array, target: ExplainOptions['target']) => {
    const asked = {
      output: subject.output,
      ...(target !== undefined && { target }),
      ...(signal && { signal }),
    };
    const explanation = await own(model, { data, shape: [rows, ...shape] }, asked);
    passes.count(explanation.cost);
    return explanation;
  };
  const first = await explain(x, options.target);
  const base = valuesOf(first);
  const target = [...first.target];
  const largest = new Float64Array(rows);
  const sizes = normsOf(base, width);
  for (let k = 0; k < K; k++) {
    passes.report((k + 1) / (K + 1));
    passes.check();
    const moved = valuesOf(
      await explain(
        x.map((value, i) => value + moves[k * width + (i % width)]!),
        target,
      ),
    );
    const changes = normsOf(
      moved.map((value, i) => value - base[i]!),
      width,
    );
    changes.forEach((change, row) => {
      largest[row] = Math.max(largest[row]!, change / (sizes[row]! || 1));
    });
  }
  passes.report(1);
  const empty = sizes.filter((size) => size === 0).length;
  const result: Plain<Sensitivity> = {
    method: 'sensitivity',
    output: subject.output,
    values: new Values(Float32Array.from(largest), [rows]),
    mean: largest.reduce((sum, value) => sum + value, 0) / rows,
    samples: K,
    cost: passes.cost,
    warnings:
      empty === 0
        ? []
        : [`the attributions of ${empty} of ${rows} rows are all 0: their changes are not relative`],
  };
  return withPicture(result, bar);
}

const SENSITIVITY_OPTIONS = [...ONE_OUTPUT_OPTIONS, 'perturbations', 'samples', 'radius', 'seed'] as const;

/**
 * A method of explanation that somebody gave, which gives explanations or an error.
 *
 * @throws {OptionError} for what is no function, with an example; by the method, for what is no explanation.
 */
export function methodOf(where: string, method: unknown): Method {
  if (typeof method !== 'function') {
    throw new OptionError(`${where}: the method must be a function, got ${describe(method)}`, {
      hint: 'such as saliency, of glia/explain',
    });
  }
  return async (...given) => {
    const explanation: unknown = await method(...given);
    if (isA(explanation, Explanation)) return explanation;
    throw new OptionError(`${where}: the method must give an explanation, got ${describe(explanation)}`);
  };
}

/** Uniform numbers: the same moves serve all rows. */
function drawn(seed: number, radius: number, count: number): Float32Array {
  const random = Random.of(seed, 'sensitivity');
  return Float32Array.from({ length: count }, () => radius * (2 * random.uniform() - 1));
}

function movesOf({ shape }: Subject, given: Data): Float32Array {
  const { data, shape: came } = toMatrix(given, 'perturbations');
  if (sameShape(came.slice(1), shape)) return Float32Array.from(data);
  throw new ShapeError('sensitivity: perturbations do not fit the rows', {
    perturbations: showShape(came),
    wanted: `${showShape(shape)} behind an axis of perturbations`,
  });
}

/** Euclidean norm of each row. */
function normsOf(values: Float32Array, width: number): Float64Array {
  const squares = new Float64Array(values.length / width);
  values.forEach((value, i) => {
    squares[Math.floor(i / width)]! += value * value;
  });
  return squares.map(Math.sqrt);
}
