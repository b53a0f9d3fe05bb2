import { checkText } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import type { Shape } from '../base/shape.ts';
import type { Data } from '../data/matrix.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Model } from '../train/model.ts';
import { type Activity, activityOf, type TopRow } from './activity.ts';
import { type CutLayer, layersToCut } from './cut.ts';
import type { Cost } from './explanation.ts';
import { featureAt } from './feature.ts';
import { type LossChoice, targetsOf } from './labelled.ts';
import { type Lesion, lesionsOf } from './lesion.ts';
import { type ExplainOptions, readOptions } from './options.ts';
import { type Explained, Subject } from './subject.ts';
import { type Tuning, type TuningPoint, tuningOf } from './tuning.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link neurons}. */
export interface NeuronsOptions extends Pick<ExplainOptions, 'featureNames' | 'signal' | 'onProgress'> {
  /** Name of one layer. Default: all that have weights or are an activation, but for the output. */
  readonly layer?: string;
  /** Targets of the rows: lesions then say what they do to loss and accuracy. A table with the target brings them. */
  readonly y?: Data;
  /** Default: the loss of the last training. */
  readonly loss?: LossChoice;
  /** The input of all tuning curves, by position or name. Default: for each unit the one that it correlates with most. */
  readonly feature?: number | string;
  /** Points of a tuning curve at most. Default 10. */
  readonly bins?: number;
  /** What a silenced unit is set to: its mean over the rows, or 0; false for no lesions. Default `'mean'`. */
  readonly lesion?: 'mean' | 'zero' | false;
  /** Rows of the largest activations that are named. Default 5. */
  readonly top?: number;
}

/** A unit of a layer, as a physiologist would see it. */
export interface Neuron {
  readonly unit: number;
  readonly mean: number;
  readonly variance: number;
  /** Share of the rows with an activation above 0. */
  readonly active: number;
  /** A rectifier that is 0 for all rows. */
  readonly dead: boolean;
  /** Share of the rows within a hundredth of a bound, of activations that have two, such as tanh and sigmoid. */
  readonly saturated?: number;
  /** The input of the tuning curve. */
  readonly feature: string;
  /** Pearson's correlation with it; NaN where one of both never changes. */
  readonly correlation: number;
  /** Mean activation of rows in about equal groups by the input, as the number that goes into the model. */
  readonly tuning: readonly TuningPoint[];
  readonly lesion?: Lesion;
  readonly top: readonly TopRow[];
}

/** The units of a layer. */
export interface LayerNeurons {
  readonly layer: string;
  /** Shape of its value for a row; units are numbered through it row by row. */
  readonly shape: Shape;
  readonly neurons: readonly Neuron[];
  /** How many are dead. */
  readonly dead: number;
}

/** The units of a model. */
export interface Neurons extends Pictured<BarOptions> {
  readonly method: 'neurons';
  readonly rows: number;
  readonly layers: readonly LayerNeurons[];
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * What each unit of a network does over some rows: how active it is, whether it is dead or saturated, which input it
 * answers to, and what the network loses without it.
 *
 * | name        | shape                                        |
 * | ----------- | -------------------------------------------- |
 * | `inputs`    | `[n, …input]`, a table, or rows by name      |
 * | `options.y` | targets as the loss takes them               |
 *
 * A lesion is what a neurologist would see: the mean change of the outputs, and with targets the rise of the loss and the
 * fall of the accuracy, when the unit says always the same. Of a layer that is called several times the last call is
 * looked at. Cost: three passes forward, and for lesions one through the layers behind for each unit and row.
 *
 * @throws {OptionError} for unknown options, layers and inputs.
 * @throws {ShapeError | DataError} for rows or targets that the model cannot take.
 * @example
 * const { layers } = await neurons(model, x, { y });
 * layers[0].neurons.filter(({ dead }) => dead).map(({ unit }) => unit);
 */
export async function neurons(model: Model, inputs: Explained, given: NeuronsOptions = {}): Promise<Neurons> {
  const options = readOptions('neurons', given, KNOWN);
  const { layer, lesion = 'mean', bins = 10, top = 5, feature } = options;
  if (layer !== undefined) checkText('neurons', 'layer', layer);
  checkNumber('neurons', 'bins', bins, { least: 1, most: 65535, whole: true });
  checkNumber('neurons', 'top', top, { least: 0, whole: true });
  if (lesion !== false) choose('neurons: lesion', lesion, { mean: true, zero: true });
  const { featureNames, signal, onProgress } = options;
  const subject = new Subject('neurons', model, inputs, {
    ...(featureNames && { featureNames }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  });
  const layers = layersToCut('neurons', subject, layer);
  const at = feature === undefined ? undefined : oneFeature(subject, feature);
  const labelled = targetsOf('neurons', subject, inputs, options.y, options.loss);
  const activities = await activityOf(subject, layers, top, (done) => 0.1 * done);
  const found: LayerNeurons[] = [];
  for (const [i, one] of layers.entries()) {
    const activity = activities[i]!;
    const share = (done: number): number => 0.1 + (0.9 * (i + done)) / layers.length;
    const tuning = await tuningOf(subject, one, activity, { feature: at, bins }, (done) => share(0.1 * done));
    const silenced = lesion !== false && !one.isOutput;
    const lesions = silenced
      ? await lesionsOf(subject, one, activity, lesion, labelled, (done) => share(0.1 + 0.9 * done))
      : undefined;
    const units = Array.from({ length: one.units }, (_, unit) =>
      neuronOf(one, unit, activity, tuning[unit]!, lesions?.[unit], subject),
    );
    found.push({
      layer: one.layer,
      shape: one.shape,
      neurons: units,
      dead: units.filter(({ dead }) => dead).length,
    });
  }
  subject.passes.report(1);
  const result: Plain<Neurons> = {
    method: 'neurons',
    rows: subject.rows,
    layers: found,
    cost: subject.passes.cost,
    warnings: warningsOf(found),
  };
  return withPicture(result, bar);
}

const KNOWN = [
  'featureNames',
  'signal',
  'onProgress',
  'layer',
  'y',
  'loss',
  'feature',
  'bins',
  'lesion',
  'top',
] as const;

function neuronOf(
  { bounds: [low, high] }: CutLayer,
  unit: number,
  { mean, variance, active, saturated, top }: Activity,
  { feature, correlation, points }: Tuning,
  lesion: Lesion | undefined,
  { featureNames }: Subject,
): Neuron {
  return {
    unit,
    mean: mean[unit]!,
    variance: variance[unit]!,
    active: active[unit]!,
    dead: low === 0 && high === Number.POSITIVE_INFINITY && active[unit] === 0,
    ...(saturated && { saturated: saturated[unit]! }),
    feature: featureNames[feature]!,
    correlation,
    tuning: points,
    ...(lesion && { lesion }),
    top: top[unit]!,
  };
}

function warningsOf(layers: readonly LayerNeurons[]): string[] {
  return layers
    .filter(({ dead }) => dead > 0)
    .map(({ layer, dead, neurons: all }) => `${layer}: ${dead} of ${all.length} units are dead`);
}

function oneFeature(subject: Subject, feature: number | string): number {
  const positions = featureAt('neurons', subject, feature);
  if (positions.length === 1) return positions[0]!;
  const names = positions.map((i) => subject.featureNames[i]!);
  throw new OptionError(`neurons: ${feature} became ${positions.length} numbers, a tuning curve has one`, {
    hint: `one of ${names.join(', ')}`,
  });
}
