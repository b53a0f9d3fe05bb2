import { DataError, ShapeError } from '../base/errors.ts';
import { type Axes, plane } from './axes.ts';
import { denseCells } from './cells.ts';
import { nothing } from './empty.ts';
import { bodyWidth, figure, type PlotOptions, plotOptions } from './figure.ts';
import { checkGroups, countOf, type Groups, groupEntries } from './groups.ts';
import { legend, legendHeight } from './legend.ts';
import { at, MARK, path, point } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { counted, numeral, percent } from './numerals.ts';
import { fieldsOf, finiteNumbersOf, leftOut, namesOf, numbersOf, textOf } from './reading.ts';
import { boundaryOf, type PredictionsResult } from './results/predictions.ts';
import { translated } from './results/result.ts';
import { domainOf } from './scale.ts';
import { fill, series, stroke } from './theme.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link decisionBoundary} draws. */
export interface DecisionBoundaryData {
  /** Values of the first feature, rising, at equal distances: the middles of the columns. */
  readonly x: ArrayLike<number>;
  /** Values of the second feature, rising, at equal distances: the middles of the rows. */
  readonly y: ArrayLike<number>;
  /** Predicted class at each place, from 0, row by row: `predicted[j * x.length + i]` is at `x[i]`, `y[j]`. */
  readonly predicted: ArrayLike<number> | PredictionsResult;
  /** How sure the prediction is, 0 to 1, in the same order. Default: what predictions say. */
  readonly confidence?: ArrayLike<number>;
  /** Rows of the data. */
  readonly points?: {
    readonly x: ArrayLike<number>;
    readonly y: ArrayLike<number>;
    /** Class of each, from 0. */
    readonly labels: ArrayLike<number>;
  };
  /** Names of the classes. Default `class 0`, `class 1`, … */
  readonly classNames?: ArrayLike<string>;
  /** Names of the features. */
  readonly xName?: string;
  readonly yName?: string;
}

interface Field {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly predicted: Float64Array;
  readonly confidence: Float64Array | undefined;
  readonly names: readonly string[];
}

interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
  readonly groups: Groups;
}

const MOST = 160;
const POINTS = 2000;

/**
 * What a network predicts over two features, the others fixed: an area for each class, lines where they meet, and the
 * rows of the data in the shape of their class.
 *
 * | field            | what                                                                |
 * | ---------------- | ------------------------------------------------------------------- |
 * | `x`, `y`         | values of the two features `[nx]`, `[ny]`, at equal distances       |
 * | `predicted`      | class at each place `[ny · nx]`, row by row, or what `predict` gives |
 * | `confidence`     | probability of that class `[ny · nx]`                               |
 * | `points`         | `{ x, y, labels }`, each `[n]`                                      |
 * | `classNames`     | names of the classes                                                |
 * | `xName`, `yName` | names of the features                                               |
 *
 * Areas are the fainter, the less sure the prediction is. Points that are not finite are left out, and a note says
 * how many; of more than 2000, that many at equal distances are drawn, and a note says so. Cost: about 15 bytes a
 * place and 100 a point.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when predictions are not as many as places, and for more than 160 values of a feature.
 * @throws {DataError} for values of a feature that do not rise or are not finite, and for a class that there is none of.
 * @example
 * decisionBoundary({ x: [0, 1], y: [0, 1], predicted: [0, 1, 1, 0], classNames: ['even', 'odd'] });
 */
export function decisionBoundary(data: DecisionBoundaryData, options: PlotOptions = {}): string {
  const where = 'decisionBoundary';
  const own = plotOptions(where, options);
  const known = ['x', 'y', 'predicted', 'confidence', 'points', 'classNames', 'xName', 'yName'];
  const fields = fieldsOf(`${where}: data`, translated(where, data, boundaryOf), known);
  const field = fieldOf(fields);
  const points = pointsOf(fields.points, field.names);
  const finite = Array.from(points.x, (_, i) => i).filter((i) =>
    Number.isFinite(points.x[i]! + points.y[i]!),
  );
  const drawn = thinned(finite.length, POINTS).map((n) => finite[n]!);
  const entries = groupEntries(field.names);
  const top = legendHeight(entries, bodyWidth(own));
  const [xEdges, yEdges] = [edgesOf(field.x), edgesOf(field.y)];
  return figure({
    where,
    options: own,
    title: 'What is predicted where',
    description: describe(field, drawn.length),
    least: 180 + top,
    usual: 330 + top,
    notes: [
      ...thinning(drawn.length, finite.length, 'points'),
      ...leftOut(points.x.length - finite.length, points.x.length, 'points'),
    ],
    draw: (body) => {
      const xs = domainOf([...xEdges, ...drawn.map((i) => points.x[i]!)]);
      const ys = domainOf([...yEdges, ...drawn.map((i) => points.y[i]!)]);
      const [xName, yName] = [
        textOf(where, 'xName', fields.xName, 'x'),
        textOf(where, 'yName', fields.yName, 'y'),
      ];
      const axes = plane(
        { ...body, top: body.top + top },
        { domain: xs, name: xName, tight: true },
        { domain: ys, name: yName, tight: true },
      );
      return [
        legend(entries, body.left, body.top, body.right - body.left),
        axes.marks,
        ...(field.predicted.length === 0 ? [nothing(axes.area)] : areas(field, axes, xEdges, yEdges)),
        ...drawn.map((i) => {
          const { shape, colour } = points.groups.of(i);
          const attributes = { class: `${fill(colour)} ${stroke('paper')} ${MARK}`, 'stroke-width': 0.8 };
          return point(axes.x.at(points.x[i]!), axes.y.at(points.y[i]!), shape, 3.6, attributes);
        }),
      ];
    },
  });
}

function fieldOf(fields: DecisionBoundaryData): Field {
  const where = 'decisionBoundary';
  const [x, y] = [placesOf('x', fields.x), placesOf('y', fields.y)];
  const cells = x.length * y.length;
  const predicted = numbersOf(where, 'predicted', fields.predicted, cells);
  const labels = fields.points === undefined ? undefined : pointsIn(fields.points).labels;
  const ids =
    labels === undefined ? predicted : Float64Array.of(...predicted, ...numbersOf(where, 'labels', labels));
  const count = countOf(where, 'predicted', ids, fields.classNames);
  const names = namesOf(where, 'classNames', fields.classNames, count, (i) => `class ${i}`);
  const confidence =
    fields.confidence === undefined ? undefined : numbersOf(where, 'confidence', fields.confidence, cells);
  return { x, y, predicted, confidence, names };
}

function placesOf(name: string, values: unknown): Float64Array {
  const places = finiteNumbersOf('decisionBoundary', name, values);
  if (places.length > MOST) {
    throw new ShapeError(`decisionBoundary: ${name} has ${places.length} values, at most ${MOST} are drawn`);
  }
  const bad = places.findIndex((value, i) => i > 0 && !(value > places[i - 1]!));
  if (bad === -1) return places;
  throw new DataError(`decisionBoundary: ${name}[${bad}] is ${places[bad]}, not above the one before`);
}

function pointsOf(points: DecisionBoundaryData['points'], names: readonly string[]): Points {
  const where = 'decisionBoundary';
  const fields = pointsIn(points ?? { x: [], y: [], labels: [] });
  const x = numbersOf(where, 'points.x', fields.x);
  const y = numbersOf(where, 'points.y', fields.y, x.length);
  return { x, y, groups: checkGroups(where, fields.labels, names, x.length) };
}

function pointsIn(points: NonNullable<DecisionBoundaryData['points']>) {
  return fieldsOf('decisionBoundary: points', points, ['x', 'y', 'labels']);
}

/** Ends of the cells around the first and the last value. */
function edgesOf(values: Float64Array): [number, number] {
  const [first, last] = [values[0] ?? 0, values.at(-1) ?? 1];
  const half = values.length > 1 ? (last - first) / (values.length - 1) / 2 : 0.5;
  return [first - half, last + half];
}

function areas(field: Field, axes: Axes, xEdges: [number, number], yEdges: [number, number]): Markup[] {
  const { x, y, predicted, confidence, names } = field;
  const [left, right] = xEdges.map(axes.x.at) as [number, number];
  const [bottom, top] = yEdges.map(axes.y.at) as [number, number];
  const [cellWidth, cellHeight] = [(right - left) / x.length, (bottom - top) / y.length];
  const lattice = { rows: y.length, columns: x.length, left, top, cellWidth, cellHeight };
  // Rows of cells go down, values of y go up.
  const source = (cell: number) =>
    (y.length - 1 - Math.floor(cell / x.length)) * x.length + (cell % x.length);
  const classOf = (cell: number): number => predicted[source(cell)]!;
  const density = (cell: number): number => {
    const sure = confidence?.[source(cell)] ?? 1;
    return 0.12 + 0.3 * (Number.isFinite(sure) ? Math.max(0, Math.min(1, sure)) : 0);
  };
  const fills = names.map((_, c) =>
    denseCells(lattice, (cell) => (classOf(cell) === c ? density(cell) : 0), fill(series(c))),
  );
  const borders: string[] = [];
  for (let cell = 0; cell < predicted.length; cell++) {
    const [row, column] = [Math.floor(cell / x.length), cell % x.length];
    const [px, py] = [left + column * cellWidth, top + row * cellHeight];
    if (column > 0 && classOf(cell) !== classOf(cell - 1))
      borders.push(`M${at(px, py)}L${at(px, py + cellHeight)}`);
    if (row > 0 && classOf(cell) !== classOf(cell - x.length))
      borders.push(`M${at(px, py)}L${at(px + cellWidth, py)}`);
  }
  const edge =
    borders.length === 0 ? [] : [path(borders.join(''), { class: stroke('ink'), 'stroke-width': 1.4 })];
  // Cells are no rows of the data.
  return [joined(fills).replaceAll(` ${MARK}`, '') as Markup, ...edge];
}

function describe({ x, y, predicted, names }: Field, points: number): string {
  const shares = names.map((name, c) => {
    const count = predicted.reduce((sum, id) => sum + (id === c ? 1 : 0), 0);
    return `${name} on ${percent(count / Math.max(1, predicted.length))}`;
  });
  const size = `${numeral(x.length)} by ${numeral(y.length)} places`;
  return `${size}: ${shares.join(', ') || 'nothing'}. ${counted(points, 'point')}.`;
}
