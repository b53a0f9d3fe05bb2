import { isA, readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { choose, ownOf } from '../base/options.ts';
import { Table } from '../data/table.ts';
import type { Inputs } from '../train/dataset.ts';
import type { Model } from '../train/model.ts';
import type { RowObject, RowPrediction } from '../train/predict.ts';
import { type Session, sessionOf } from '../train/session.ts';
import type { Values } from '../train/values.ts';
import type { Attribution, Explanation } from './explanation.ts';
import { type MethodName, methods } from './methods.ts';
import type { ExplainOptions } from './options.ts';
import { explained, type PictureOptions } from './picture.ts';
import type { Explained } from './subject.ts';

/** Options of {@link explain}. */
export interface ExplainRowOptions extends Omit<ExplainOptions, 'target'> {
  /** How it is explained. Default `'integratedGradients'`. */
  readonly method?: MethodName;
  /** The output that is explained: by number, by the name of its class, or `'predicted'`, which is the default. */
  readonly target?: number | string;
  /** Rows that the model usually sees, such as a hundred of the training set, of methods that compare with them. */
  readonly background?: Explained;
  /** Options of the method itself, such as `nSteps`. */
  readonly [option: string]: unknown;
}

/** Options that no method brings. */
const OWN = ['method', 'target', 'background'];

/** Why a model says what it says of a row. */
export interface Why {
  /** What the model predicts for the row, as `model.predict` gives it. */
  readonly prediction: RowPrediction | Values;
  /**
   * The output that is explained, and its value: a logit, unless `output: 'probability'` was asked for; of a regression
   * on a table the target in its own units.
   */
  readonly outputName: string;
  readonly output: number;
  /** What the attributions are relative to: the same of the baseline, or the mean over the background. */
  readonly baseValue: number;
  /** Inputs and their shares, largest first: original columns with the values that were given. */
  readonly attributions: readonly Attribution[];
  readonly checks: {
    /** |sum of attributions - (output - base value)|; undefined for a method that promises no sum. */
    readonly completenessError: number | undefined;
  };
  /** What is to be said against it. */
  readonly warnings: readonly string[];
  /** The attributions as the method gave them, with options, cost and all numbers. */
  readonly explanation: Explanation;
  /** As `explanation.toHtml`. */
  toHtml(path?: string | URL): Promise<string>;
  /** As `explanation.toSvg`. */
  toSvg(options?: PictureOptions): string;
}

/**
 * Why a model says what it says of one row: what it predicts, what each column did for it, and whether that adds up.
 * `method` names one of the functions of `glia/explain`, which take many rows and say what they compute.
 *
 * | name           | what                                                                      |
 * | -------------- | ------------------------------------------------------------------------- |
 * | `row`          | a row by names, a list of numbers, inputs or a table with one row               |
 * | `attributions` | one for each original column, largest first                               |
 *
 * A background serves methods that compare with one row as `baselines: 'mean'`. Integrated gradients are exact where the
 * model is linear in pieces, unless `nSteps` is given. Units: those of the output. Cost: that of
 * the method and two passes forward.
 *
 * @throws {OptionError} for unknown methods, options and targets, and for more than one row.
 * @throws {ShapeError | DataError} for a row that the model cannot take.
 * @example
 * const why = await explain(model, { age: 41, plan: 'basic' }, { method: 'integratedGradients', target: 'yes' });
 */
export async function explain(
  model: Model,
  row: RowObject | Inputs | Table,
  options: ExplainRowOptions = {},
): Promise<Why> {
  const session = sessionOf('explain', model);
  const { method = 'integratedGradients', ...others } = ownOf('explain', options, OWN);
  const rest: ExplainRowOptions = Object.assign(Object.create(null) as object, others);
  const { run } = choose('explain: method', method, methods);
  if (rest.target === 'all' || readGiven('explain: target', () => Array.isArray(rest.target))) {
    throw new OptionError('explain: target must be one output', {
      hint: `${method}(model, rows, { target: 'all' }) explains every output`,
    });
  }
  const input = oneRow(session, row);
  const explanation = await run(model, input, withBaselines(method, rest));
  if (explanation.rows !== 1) {
    throw new OptionError(`explain: takes one row, got ${explanation.rows}`, {
      hint: `${method}(model, rows) explains many`,
    });
  }
  const { delta, ...about } = explained(explanation, 0);
  return {
    prediction: await predictionOf(model, input),
    ...about,
    attributions: explanation.top(),
    checks: { completenessError: delta === undefined ? undefined : Math.abs(delta) },
    warnings: explanation.warnings,
    explanation,
    toHtml: (path) => explanation.toHtml(path),
    toSvg: (picture) => explanation.toSvg(picture),
  };
}

/** A list of numbers is the row itself. */
function oneRow({ network }: Session, row: RowObject | Inputs | Table): Explained {
  const isFlat = () => ArrayBuffer.isView(row) || (Array.isArray(row) && typeof row[0] === 'number');
  const flat = readGiven('explain: row', isFlat);
  const [shape] = network.inputShapes;
  return flat ? { data: row as unknown as readonly number[], shape: [1, ...shape!] } : (row as Explained);
}

/** Rows to compare with are a background for some methods, and for others what the mean is taken of. */
function withBaselines(method: MethodName, options: ExplainRowOptions): object {
  const means = methods[method].compares === 'mean' && options.background !== undefined;
  return means && options['baselines'] === undefined ? { ...options, baselines: 'mean' } : options;
}

async function predictionOf(model: Model, input: Explained): Promise<RowPrediction | Values> {
  const said = await (isA(input, Table) ? model.predict(input) : model.predict(input as RowObject));
  return Array.isArray(said) ? (said[0] as RowPrediction) : said;
}
