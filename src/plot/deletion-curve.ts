import { plotOptions } from './figure.ts';
import { type Line, linesFigure } from './lines.ts';
import { numeral } from './numerals.ts';
import { pathOf } from './partial-dependence.ts';
import { fieldsOf, finiteOf, listOf, numbersOf, textOf } from './reading.ts';
import { type CurveResult, deletionOf, type FaithfulnessResult } from './results/curves.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { inWords } from './text.ts';

/** One curve of {@link deletionCurve}. */
export interface DeletionLine {
  /** Share of the features that are removed, or put in, 0 to 1. */
  readonly fraction: ArrayLike<number>;
  /** The output there. */
  readonly score: ArrayLike<number>;
  /** Such as the method, or `random order`. */
  readonly name?: string;
  /** Area under the curve, told in the legend. */
  readonly auc?: number;
}

/** What {@link deletionCurve} draws. */
export interface DeletionCurveData {
  /** One for each order in which features are removed. */
  readonly curves: ArrayLike<DeletionLine>;
  /** Unit of the output, such as `probability`. */
  readonly unit?: string;
  /** What is done to the features: `removed` (default) or `inserted`. */
  readonly action?: string;
}

/**
 * Deletion and insertion curves (Petsiuk et al. 2018): how the output falls as features are removed in the order of
 * their contributions, or rises as they are put in. A faithful method falls faster than a random order.
 *
 * | field      | what                                                                  |
 * | ---------- | --------------------------------------------------------------------- |
 * | `curves`   | a list of `{ fraction, score, name, auc }`; `fraction` and `score` `[n]` |
 * | `unit`     | unit of the output                                                    |
 * | `action`   | `removed` or `inserted`                                               |
 *
 * Curves differ by dashes; of more than 12 the first are named, and the rest is grey. Where a number is not finite the curve has a gap. Cost: one pass over the points; those
 * nearer than half a pixel to the last are not written.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when the lists of a curve differ in length.
 * @example
 * deletionCurve({ curves: [{ name: 'lrp', fraction: [0, 0.5, 1], score: [0.9, 0.2, 0.1] }], unit: 'probability' });
 */
export function deletionCurve(
  data: DeletionCurveData | CurveResult | FaithfulnessResult,
  options: ResultOptions = {},
): string {
  const where = 'deletionCurve';
  const own = plotOptions(where, options, RESULT_OPTIONS);
  const fields = fieldsOf(
    `${where}: data`,
    translated(where, data, (given) => deletionOf(where, given, own)),
    ['curves', 'unit', 'action'],
  );
  const list = listOf(where, 'curves', fields.curves, 'curves');
  const lines = Array.from({ length: list.length }, (_, i) => lineOf(list[i] as DeletionLine, i));
  const unit = textOf(where, 'unit', fields.unit, 'output');
  const action = textOf(where, 'action', fields.action, 'removed');
  const words = lines.map(({ x, y, name }) => `${inWords(name)}: ${pathOf(x, y, 'share') ?? 'no points'}`);
  return linesFigure({
    where,
    options: own,
    title: [{ name: unit }, ` as features are ${action}`],
    description: words.length === 0 ? 'No curves.' : `${words.join('. ')}.`,
    lines,
    xName: `share of features ${action}`,
    yName: unit,
    xAlso: [0, 1],
  });
}

function lineOf(data: DeletionLine, i: number): Line {
  const at = `deletionCurve: curves[${i}]`;
  const fields = fieldsOf(at, data, ['fraction', 'score', 'name', 'auc']);
  const x = numbersOf(at, 'fraction', fields.fraction);
  const y = numbersOf(at, 'score', fields.score, x.length);
  const name = textOf(at, 'name', fields.name, `curve ${i}`);
  const area = fields.auc === undefined ? '' : `: area ${numeral(finiteOf(at, 'auc', fields.auc))}`;
  return { name: [{ name }, area], x, y };
}
