import { reference } from './axes.ts';
import { plotOptions } from './figure.ts';
import { linesFigure, rug } from './lines.ts';
import { pathOf } from './partial-dependence.ts';
import { fieldsOf, numbersOf, textOf } from './reading.ts';
import { type AleResult, effectOf } from './results/curves.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { kindsOf, SCALE_OPTIONS, type ScaleOptions } from './scale.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link ale} draws. */
export interface AleData {
  /** Edges of the intervals, rising. */
  readonly grid: ArrayLike<number>;
  /** Accumulated effect at each edge; its mean over the data is 0. */
  readonly effect: ArrayLike<number>;
  /** Values of the feature in the data. */
  readonly rug?: ArrayLike<number>;
  /** Name of the feature. */
  readonly name?: string;
  /** Unit of the effect, such as `logit`. */
  readonly unit?: string;
}

/** Options of {@link ale}. */
export interface AleOptions extends ResultOptions, ScaleOptions {}

const STROKES = 1000;

/**
 * Accumulated local effects of one feature (Apley and Zhu 2020): how far its value moves the prediction from the mean,
 * measured only where there are data, so that features that go together do not mislead it.
 *
 * | field    | what                                      |
 * | -------- | ----------------------------------------- |
 * | `grid`   | edges of the intervals `[g]`              |
 * | `effect` | accumulated effect `[g]`                  |
 * | `rug`    | values of the feature in the data `[n]`   |
 * | `name`   | name of the feature                       |
 * | `unit`   | unit of the effect                        |
 *
 * Where a number is not finite the line has a gap. Of more than 1000 strokes, 1000 at equal distances are drawn, and
 * a note says so. Cost: about 10 bytes a stroke.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when effects are not as many as edges.
 * @example
 * ale({ grid: [20, 40, 60], effect: [-0.2, 0.05, 0.1], rug: [23, 41, 44, 67], name: 'age', unit: 'logit' });
 */
export function ale(data: AleData | AleResult, options: AleOptions = {}): string {
  const own = plotOptions('ale', options, [...SCALE_OPTIONS, ...RESULT_OPTIONS]);
  const fields = fieldsOf(
    'ale: data',
    translated('ale', data, (given) => effectOf('ale', given, own)),
    ['grid', 'effect', 'rug', 'name', 'unit'],
  );
  const grid = numbersOf('ale', 'grid', fields.grid);
  const effect = numbersOf('ale', 'effect', fields.effect, grid.length);
  const strokes = numbersOf('ale', 'rug', fields.rug ?? []);
  const name = textOf('ale', 'name', fields.name, 'feature');
  const unit = textOf('ale', 'unit', fields.unit, undefined);
  const shown = thinned(strokes.length, STROKES).map((i) => strokes[i]!);
  const words = pathOf(grid, effect, name);
  return linesFigure({
    where: 'ale',
    options: own,
    kinds: kindsOf('ale', own),
    title: ['Effect of ', { name }],
    description: words === undefined ? 'No effect.' : `Accumulated effect ${words}.`,
    lines: [{ name: 'effect', x: grid, y: effect, colour: '1', width: 3 }],
    xName: name,
    yName: unit === undefined ? 'effect' : `effect, ${unit}`,
    xAlso: shown,
    yAlso: [0],
    behind: (axes) => {
      const zero = axes.y.at(0);
      return [reference(axes.area.left, zero, axes.area.right, zero), ...rug(axes, Float64Array.from(shown))];
    },
    notes: thinning(shown.length, strokes.length, 'values on the axis'),
  });
}
