import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { heatmap } from '../plot/heatmap.ts';
import { partialDependence as curve } from '../plot/partial-dependence.ts';
import type { ResultOptions } from '../plot/results/result.ts';
import type { Model } from '../train/model.ts';
import type { Cost } from './explanation.ts';
import { type Feature, featureOf, featuresOf, type Known, observedOf } from './features.ts';
import { checkGrid, checkGridNames, type GridColumn, type GridOptions, gridOf } from './grid.ts';
import { EXPLAIN_OPTIONS, type OutputKind, readOptions } from './options.ts';
import { askedOutputs, type OutputOptions, overRows } from './outputs.ts';
import { type Explained, Subject } from './subject.ts';
import { scoreVariants } from './variants.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link partialDependence}. */
export interface PartialDependenceOptions extends OutputOptions, GridOptions {
  /** The column, by name or position: of a model with preprocessing an original one, else a number of the row. */
  readonly feature?: string | number;
  /** Two columns, for a surface; or one. */
  readonly features?: readonly (string | number)[];
  /** The mean over the rows, each row's own curve (ICE), or both. Default `'average'`. */
  readonly kind?: 'average' | 'individual' | 'both';
}

/** What {@link partialDependence} found; plain data. */
export interface PartialDependence extends Pictured<ResultOptions> {
  readonly method: 'partialDependence';
  readonly output: OutputKind;
  /** What the numbers are measured in: what `output` says, or the column that the model predicts values of. */
  readonly unit: string;
  readonly outputNames: readonly string[];
  /** The one or two columns, and the values at which they are evaluated. */
  readonly grid: readonly GridColumn[];
  /** `[outputs][points]`: means over the rows. Points are the values, of two columns those of the second run fastest. */
  readonly average?: readonly (readonly number[])[];
  /** `[outputs][rows][points]`: what the model says of each row at the points. */
  readonly individual?: readonly (readonly (readonly number[])[])[];
  readonly rows: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

const KINDS: Readonly<Record<NonNullable<PartialDependenceOptions['kind']>, true>> = {
  average: true,
  individual: true,
  both: true,
};
/** Numbers of the curves of all rows at most: a gigabyte of them. */
const MOST_KEPT = 2 ** 27;
const OPTIONS = ['feature', 'features', 'kind', 'gridSize', 'percentiles', 'grid'];

/**
 * What the model says on average where a column has a certain value and all others stay as they are (Friedman, 2001,
 * equation 53), and what it says of each row (individual conditional expectation; Goldstein et al., 2015).
 *
 *     PD_j(v) = 1/n Σ_i f(x_i with x_ij = v)
 *
 * | name         | shape                                                             |
 * | ------------ | ----------------------------------------------------------------- |
 * | `inputs`     | `[n, …input]`, a table, or rows by name                           |
 * | `average`    | `[outputs][points]`, points = product of the lengths of the grids |
 * | `individual` | `[outputs][n][points]`                                            |
 *
 * A numeric column is evaluated at `gridSize` values between two percentiles (scikit-learn's rule), in the units that
 * the user knows; a categorical one at its categories. Where columns go together, it asks for rows that do not exist:
 * {@link ale} does not. Units: those of the output. Cost: one pass forward for each row and point.
 *
 * @throws {OptionError} for unknown options, columns and targets.
 * @throws {ShapeError | DataError} for rows that the model cannot take, and percentiles that are equal.
 * @example
 * const { grid, average } = await partialDependence(model, table, { feature: 'age', output: 'probability' });
 */
export async function partialDependence(
  model: Model,
  inputs: Explained,
  options: PartialDependenceOptions,
): Promise<PartialDependence> {
  const where = 'partialDependence';
  const own = readOptions(where, options, [...EXPLAIN_OPTIONS, ...OPTIONS]);
  const { feature, features, kind = 'average', gridSize, percentiles, grid: given, ...rest } = own;
  choose(`${where}: kind`, kind, KINDS);
  checkGrid(where, own);
  const subject = new Subject(where, model, inputs, overRows(where, rest));
  const columns = columnsOf(where, subject, feature, features);
  checkGridNames(where, own, columns);
  const grid = columns.map((column) => gridOf(where, column, subject, own));
  const asked = askedOutputs(subject);
  if (kind !== 'average') checkRoom(where, subject.rows, grid, asked.length);
  const curves = await curvesOf(subject, columns, grid, asked, kind !== 'average');
  const result: Plain<PartialDependence> = {
    method: where,
    output: subject.output,
    unit: subject.unit,
    outputNames: asked.map((k) => subject.outputNames[k]!),
    grid: columns.map((column, i) => ({
      feature: column.name,
      values: grid[i]!,
      observed: observedOf(column, subject),
    })),
    ...(kind !== 'individual' && { average: curves.average }),
    ...(curves.individual && { individual: curves.individual }),
    rows: subject.rows,
    cost: subject.passes.cost,
    warnings: subject.warnings,
  };
  return withPicture(result, columns.length === 1 ? curve : heatmap);
}

function columnsOf(
  where: string,
  subject: Subject,
  feature: string | number | undefined,
  features: readonly (string | number)[] | undefined,
): Feature[] {
  if ((feature === undefined) === (features === undefined))
    throw new OptionError(`${where}: give feature, or features: a column or two`);
  const wanted = features ?? [feature!];
  if (!Array.isArray(wanted) || wanted.length < 1 || wanted.length > 2)
    throw new OptionError(`${where}: features must be a list of one column or two`);
  const columns = wanted.map((one) => featureOf(where, featuresOf(subject), one));
  if (columns.length === 2 && columns[0]!.name === columns[1]!.name)
    throw new OptionError(`${where}: features are twice "${columns[0]!.name}"`);
  return columns;
}

function checkRoom(where: string, rows: number, grid: readonly (readonly Known[])[], outputs: number): void {
  const numbers = grid.reduce((product, { length }) => product * length, rows * outputs);
  if (numbers <= MOST_KEPT) return;
  throw new OptionError(`${where}: the curves of ${rows} rows have ${numbers} numbers`, {
    wanted: `at most ${MOST_KEPT}`,
    hint: "take fewer rows, a smaller gridSize, one output, or kind: 'average'",
  });
}

/** Scores of all rows at all points: summed up over the rows, and kept if they are wanted. */
async function curvesOf(
  subject: Subject,
  columns: readonly Feature[],
  grid: readonly (readonly Known[])[],
  asked: readonly number[],
  keep: boolean,
): Promise<{ average: number[][]; individual: number[][][] | undefined }> {
  const { x, rows, width, shift } = subject;
  const points = grid.reduce((product, { length }) => product * length, 1);
  const average = asked.map(() => new Array<number>(points).fill(0));
  const individual = keep
    ? asked.map(() => Array.from({ length: rows }, () => new Array<number>(points).fill(0)))
    : undefined;
  const last = grid.at(-1)!.length;
  await scoreVariants(subject, {
    rows: rows * points,
    make: (i, into, at) => {
      const [point, row] = [Math.floor(i / rows), i % rows];
      into.set(x.subarray(row * width, (row + 1) * width), at);
      columns.at(-1)!.write(grid.at(-1)![point % last]!, into, at);
      if (columns.length === 2) columns[0]!.write(grid[0]![Math.floor(point / last)]!, into, at);
    },
    take: (i, scores, at) => {
      const [point, row] = [Math.floor(i / rows), i % rows];
      asked.forEach((k, o) => {
        average[o]![point]! += scores[at + k]!;
        if (individual) individual[o]![row]![point] = scores[at + k]! + shift;
      });
    },
  });
  return { average: average.map((sums) => sums.map((sum) => sum / rows + shift)), individual };
}
