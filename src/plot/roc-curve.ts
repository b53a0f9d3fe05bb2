import { isRecord } from '../base/describe.ts';
import { DataError } from '../base/errors.ts';
import { ascending } from '../base/order.ts';
import { plainOf } from '../base/plain.ts';
import { reference } from './axes.ts';
import { type PlotOptions, plotOptions } from './figure.ts';
import { type Line, linesFigure } from './lines.ts';
import { numeral } from './numerals.ts';
import { fieldsOf, finiteOf, listOf, numbersOf, textOf } from './reading.ts';
import { inWords } from './text.ts';

/** One curve of {@link rocCurve}; what `metrics.rocCurve` gives is one. */
export interface RocLine {
  /** Share of the negative rows at or above each threshold. */
  readonly falsePositiveRate: ArrayLike<number>;
  /** Share of the positive rows at or above each threshold. */
  readonly truePositiveRate: ArrayLike<number>;
  /** Not drawn. */
  readonly thresholds?: ArrayLike<number>;
  /** Area under the curve. Default: by the trapezoidal rule. */
  readonly auc?: number;
  /** Such as the class or the model. */
  readonly name?: string;
}

/** What {@link rocCurve} draws: one curve, or several. */
export type RocData = RocLine | { readonly curves: ArrayLike<RocLine> };

interface Curve {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly name: string;
  readonly auc: number | undefined;
}

/**
 * Receiver operating characteristic (Fawcett 2006, "An introduction to ROC analysis"): how many of the positive rows are
 * found for each share of false alarms. The diagonal is chance.
 *
 * | field               | what                                               |
 * | ------------------- | -------------------------------------------------- |
 * | `falsePositiveRate` | `[n]`, 0 to 1                                      |
 * | `truePositiveRate`  | `[n]`, 0 to 1                                      |
 * | `auc`               | area under the curve; default: computed            |
 * | `name`              | name of the curve                                  |
 * | `curves`            | instead of the above: several of them              |
 *
 * Curves differ by dashes; of more than 12 those with the smallest areas are named, and the rest is grey. Where a number is not finite the curve has a gap and no area. Cost: one pass over the
 * points; those nearer than half a pixel to the last are not written.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when the lists of a curve differ in length.
 * @throws {DataError} for a rate outside 0 to 1.
 * @example
 * rocCurve({ falsePositiveRate: [0, 0, 0.5, 1], truePositiveRate: [0, 0.5, 1, 1] });
 */
export function rocCurve(data: RocData, options: PlotOptions = {}): string {
  const own = plotOptions('rocCurve', options);
  const curves = worstFirst(curvesOf(plainOf('rocCurve: data', data)));
  const told = (auc: number | undefined) => (auc === undefined ? '' : `area ${numeral(auc)}`);
  const lines = curves.map(
    ({ x, y, name, auc }): Line => ({
      x,
      y,
      name: auc === undefined ? name : [{ name }, `: ${told(auc)}`],
    }),
  );
  const [first] = curves;
  return linesFigure({
    where: 'rocCurve',
    options: own,
    title: curves.length === 1 && first!.auc !== undefined ? `ROC curve, ${told(first!.auc)}` : 'ROC curves',
    description: curves.length === 0 ? 'No curves.' : `${lines.map(({ name }) => inWords(name)).join('; ')}.`,
    lines,
    xName: 'false positive rate',
    yName: 'true positive rate',
    xAlso: [0, 1],
    yAlso: [0, 1],
    behind: ({ area }) => [reference(area.left, area.bottom, area.right, area.top)],
  });
}

/** Of many curves those with the smallest areas are told apart, so they come first. */
function worstFirst(curves: readonly Curve[]): readonly Curve[] {
  if (curves.length <= 12) return curves;
  return [...curves].sort((a, b) => ascending(a.auc ?? Infinity, b.auc ?? Infinity));
}

function curvesOf(data: RocData): Curve[] {
  if (!isRecord(data) || !('curves' in data)) return [curveOf(data, 'data')];
  const list = listOf('rocCurve', 'curves', fieldsOf('rocCurve: data', data, ['curves']).curves, 'curves');
  return Array.from({ length: list.length }, (_, i) => curveOf(list[i] as RocLine, `curves[${i}]`, i));
}

function curveOf(data: RocLine, at: string, i?: number): Curve {
  const known = ['falsePositiveRate', 'truePositiveRate', 'thresholds', 'auc', 'name'];
  const fields = fieldsOf(`rocCurve: ${at}`, data, known);
  const x = ratesOf('falsePositiveRate', fields.falsePositiveRate);
  const y = ratesOf('truePositiveRate', fields.truePositiveRate, x.length);
  const name = textOf('rocCurve', 'name', fields.name, i === undefined ? 'model' : `curve ${i}`);
  return {
    x,
    y,
    name,
    auc: fields.auc === undefined ? areaOf(x, y) : finiteOf('rocCurve', 'auc', fields.auc),
  };
}

function ratesOf(name: string, values: unknown, length?: number): Float64Array {
  const rates = numbersOf('rocCurve', name, values, length);
  const bad = rates.findIndex((rate) => rate < 0 || rate > 1);
  if (bad !== -1) throw new DataError(`rocCurve: ${name}[${bad}] is ${rates[bad]}, wanted 0 to 1`);
  return rates;
}

function areaOf(x: Float64Array, y: Float64Array): number | undefined {
  let area = 0;
  for (let i = 1; i < x.length; i++) area += ((x[i]! - x[i - 1]!) * (y[i]! + y[i - 1]!)) / 2;
  return x.length > 1 && Number.isFinite(area) ? Math.abs(area) : undefined;
}
