import { type Axes, plane, reference } from './axes.ts';
import { nothing } from './empty.ts';
import { bodyWidth, figure, plotOptions } from './figure.ts';
import { checkGroups, groupEntries } from './groups.ts';
import { legend, legendHeight } from './legend.ts';
import { MARK, point } from './marks.ts';
import type { Markup } from './markup.ts';
import { counted, numeral } from './numerals.ts';
import { fieldsOf, flagOf, leftOut, listOf, numbersOf, reasonFor, textOf } from './reading.ts';
import type { Explained } from './results/explanation.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { dependenceIn } from './results/tables.ts';
import { type Domain, domainOf, hasPlace, kindsOf, SCALE_OPTIONS, type ScaleOptions } from './scale.ts';
import { inWords } from './text.ts';
import { fill } from './theme.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link scatter} draws. */
export interface ScatterData {
  /** For instance the values of a feature. */
  readonly x: ArrayLike<number | Date>;
  /** For instance its contributions. */
  readonly y: ArrayLike<number>;
  /** Number of each point's group, from 0; groups have shapes of their own. */
  readonly groups?: ArrayLike<number>;
  /** Names of the groups. Default `group 0`, `group 1`, … */
  readonly groupNames?: ArrayLike<string>;
  /** Names of the axes, with their units. */
  readonly xName?: string;
  readonly yName?: string;
}

/** Options of {@link scatter}. */
export interface ScatterOptions extends ResultOptions, ScaleOptions {
  /** Of an explanation: the column. Default: the numeric one with the largest attributions. */
  readonly feature?: string;
  /** Whether both axes are the same, with the line on which both coordinates are equal. Default false. */
  readonly identity?: boolean;
}

const POINTS = 3000;

/**
 * Points in a plane: what a feature contributes by its value (the dependence plot of Lundberg et al. 2018), or any other
 * two numbers a row.
 *
 * | field            | what                                 |
 * | ---------------- | ------------------------------------ |
 * | `x`, `y`         | coordinates `[n]`                    |
 * | `groups`         | group of each point `[n]`, from 0    |
 * | `groupNames`     | names of the groups                  |
 * | `xName`, `yName` | names of the axes                    |
 *
 * Points that are not finite are left out, and a note says how many. Of more than 3000, that many at equal distances
 * are drawn, and a note says so. Cost: about 100 bytes a point.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when the lists differ in length.
 * @throws {DataError} for a group that is no whole number, or has no name.
 * @example
 * scatter({ x: [23, 41, 67], y: [-0.2, 0.1, 0.4], xName: 'age', yName: 'contribution, logit' });
 */
export function scatter(data: ScatterData | Explained, options: ScatterOptions = {}): string {
  const own = plotOptions('scatter', options, ['feature', 'identity', ...SCALE_OPTIONS, ...RESULT_OPTIONS]);
  const fields = fieldsOf(
    'scatter: data',
    translated('scatter', data, (given) => dependenceIn('scatter', given, own)),
    ['x', 'y', 'groups', 'groupNames', 'xName', 'yName'],
  );
  const dates = datesIn(fields.x);
  const x = numbersOf('scatter', 'x', dates ?? fields.x);
  const kinds = kindsOf('scatter', { ...(dates && { xScale: 'time' }), ...own });
  const identity = flagOf('scatter', 'identity', own.identity);
  const y = numbersOf('scatter', 'y', fields.y, x.length);
  const groups = checkGroups('scatter', fields.groups, fields.groupNames, x.length);
  const finite = Array.from(x, (_, i) => i).filter(
    (i) => hasPlace(x[i]!, kinds.x) && hasPlace(y[i]!, kinds.y),
  );
  const drawn = thinned(finite.length, POINTS).map((n) => finite[n]!);
  const xName = textOf('scatter', 'xName', fields.xName, 'x');
  const yName = textOf('scatter', 'yName', fields.yName, 'y');
  const apart = [domainOf(drawn.map((i) => x[i]!)), domainOf(drawn.map((i) => y[i]!))] as const;
  const both = domainOf(apart.flat());
  const domains = identity ? ([both, both] as const) : apart;
  const entries = groupEntries(groups.names);
  const top = legendHeight(entries, bodyWidth(own));
  return figure({
    where: 'scatter',
    options: own,
    title: [{ name: yName }, ' by ', { name: xName }],
    description: describe(drawn.length, domains, xName, yName, groups.names),
    least: 160 + top,
    usual: (identity ? bodyWidth(own) - 20 : 260) + top,
    notes: [
      ...thinning(drawn.length, finite.length, 'points'),
      ...leftOut(x.length - finite.length, x.length, 'points', reasonFor(kinds.x, kinds.y)),
    ],
    draw: (body) => {
      const inner = { ...body, top: body.top + top };
      const axes = plane(
        inner,
        { domain: domains[0], name: xName, kind: kinds.x },
        { domain: domains[1], name: yName, kind: kinds.y },
      );
      const zero = axes.y.at(0);
      const crosses = axes.y.domain[0] < 0 && axes.y.domain[1] > 0;
      return [
        legend(entries, body.left, body.top, body.right - body.left),
        axes.marks,
        ...(identity ? [diagonal(axes)] : []),
        ...(crosses && !identity ? [reference(axes.area.left, zero, axes.area.right, zero)] : []),
        ...drawn.map((i) => {
          const { shape, colour } = groups.of(i);
          return point(axes.x.at(x[i]!), axes.y.at(y[i]!), shape, 3, {
            class: `${fill(colour)} ${MARK}`,
            'fill-opacity': 0.75,
          });
        }),
        ...(drawn.length === 0 ? [nothing(axes.area)] : []),
      ];
    },
  });
}

/** Dates as milliseconds since 1970; nothing for other values. */
function datesIn(values: unknown): number[] | undefined {
  const list = values as ArrayLike<unknown> | null | undefined;
  const isDate = (value: unknown) => Object.prototype.toString.call(value) === '[object Date]';
  if (typeof list !== 'object' || list === null || !isDate(list[0])) return undefined;
  return Array.from(listOf('scatter', 'x', list, 'numbers or dates'), (value) =>
    isDate(value) ? Number(value) : (value as number),
  );
}

/** Where both coordinates are equal. */
function diagonal({ x, y }: Axes): Markup {
  const [low, high] = domainOf([...x.domain, ...y.domain]);
  return reference(x.at(low), y.at(low), x.at(high), y.at(high));
}

function describe(
  n: number,
  [x, y]: readonly [Domain, Domain],
  xName: string,
  yName: string,
  groups: readonly string[],
): string {
  if (n === 0) return 'No points.';
  const range = ([low, high]: Domain) => `${numeral(low)} to ${numeral(high)}`;
  const of = groups.length > 0 ? ` Groups: ${groups.map(inWords).join(', ')}.` : '';
  return `${counted(n, 'point')}; ${inWords(xName)} from ${range(x)}, ${inWords(yName)} from ${range(y)}.${of}`;
}
