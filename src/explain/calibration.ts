import { DataError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Data } from '../data/index.ts';
import type { Table } from '../data/table.ts';
import { reliabilityDiagram } from '../plot/reliability-diagram.ts';
import { brier, logLoss } from '../train/metrics/probability.ts';
import type { Input } from '../train/metrics/values.ts';
import type { Model } from '../train/model.ts';
import type { Cost } from './explanation.ts';
import { type ExplainOptions, readOptions } from './options.ts';
import { type Reliability, reliabilityOf } from './reliability.ts';
import { optionsOf, type Scored, score } from './scored.ts';
import type { Explained } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link calibration} and of `temperature`. */
export interface CalibrationOptions extends Pick<ExplainOptions, 'signal' | 'onProgress'> {
  /** Intervals of the confidence. Default 10. */
  readonly bins?: number;
}

/** What {@link calibration} found; plain data. */
export interface Calibration extends Reliability, Pictured {
  readonly method: 'calibration';
  /** Brier score, as `metrics.brier` has it: squared distance of class 1 of two classes, of more the sum over them. */
  readonly brier: number;
  /** Mean negative log-likelihood, in nats. */
  readonly nll: number;
  readonly rows: number;
  readonly classes: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/** Probabilities of float32 classes add up to 1 by far closer than this. */
const ROUNDING = 1e-3;
/** Rows a bin below which its accuracy is mostly chance. */
const FEW = 10;

/**
 * Whether a model is right as often as it says: of the rows that it is 80 % sure of, 80 % should be right (Guo et al.,
 * 2017, equations 3 and 5; Naeini, Cooper and Hauskrecht, 2015).
 *
 *     ECE = Σ_b n_b / n · |accuracy_b - confidence_b|,    MCE = max_b |accuracy_b - confidence_b|
 *
 * | name            | shape                                                                             |
 * | --------------- | --------------------------------------------------------------------------------- |
 * | `probabilities` | `[n, k]`, or `[n]` or `[n, 1]` of class 1                                         |
 * | `labels`        | `[n]` or one-hot `[n, k]`; the shape of the probabilities of class 1              |
 * | `bins`          | intervals (low, high] of the same width of the probability of the most probable class |
 *
 * It takes probabilities and labels, or a model with a table, or a model with rows and labels. Cost: one pass forward a
 * row of a model.
 *
 * @throws {DataError} for numbers that are no probabilities, and labels that are no classes.
 * @throws {ShapeError} when probabilities and labels do not belong together; nothing is broadcast.
 * @throws {OptionError} for unknown options.
 * @example
 * const { ece, bins } = await calibration(model, xTest, yTest);
 */
export function calibration(
  probabilities: Input,
  labels: Input,
  options?: CalibrationOptions,
): Promise<Calibration>;
export function calibration(model: Model, table: Table, options?: CalibrationOptions): Promise<Calibration>;
export function calibration(
  model: Model,
  inputs: Explained,
  labels: Data,
  options?: CalibrationOptions,
): Promise<Calibration>;
export async function calibration(...given: readonly unknown[]): Promise<Calibration> {
  const options = optionsOf<CalibrationOptions>(given);
  const { bins, ...rest } = checkBins('calibration', options);
  const scored = await score('calibration', given as never, { ...rest, output: 'probability' });
  checkSums(scored);
  const { scores, columns, actual, cost } = scored;
  const predictions = { data: scores, shape: [actual.length, columns] };
  const truth = columns === 1 ? { data: actual, shape: [actual.length, 1] } : actual;
  const warnings =
    actual.length < FEW * bins
      ? [`${actual.length} rows for ${bins} bins: much of what accuracy and confidence lie apart is chance`]
      : [];
  const result: Plain<Calibration> = {
    method: 'calibration',
    brier: brier(predictions, truth),
    nll: logLoss(predictions, truth),
    ...reliabilityOf(scores, columns, actual, bins),
    rows: actual.length,
    classes: Math.max(columns, 2),
    cost,
    warnings,
  };
  return withPicture(result, reliabilityDiagram);
}

/** Options of both functions, with their defaults. */
export function checkBins(
  where: string,
  options: CalibrationOptions,
): CalibrationOptions & { readonly bins: number } {
  const { bins = 10, ...rest } = readOptions(where, options, ['bins', 'signal', 'onProgress']);
  return { ...rest, bins: checkNumber(where, 'bins', bins, { least: 1, most: 10_000, whole: true }) };
}

function checkSums({ scores, columns, actual }: Scored): void {
  for (let row = 0; row < actual.length && columns > 1; row++) {
    let sum = 0;
    for (let k = 0; k < columns; k++) sum += scores[row * columns + k]!;
    if (Math.abs(sum - 1) <= ROUNDING) continue;
    throw new DataError(`calibration: the probabilities of row ${row} add up to ${sum}`, {
      wanted: 1,
      hint: 'these look like logits: softmax gives probabilities; a model gives them when its loss is known',
    });
  }
}
