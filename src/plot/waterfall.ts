import { ascending, largest } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { type AttributionData, attributionOf, type Part } from './attribution.ts';
import { across, below, NAME, NUMBERS, reference } from './axes.ts';
import { type Box, figure, plotOptions } from './figure.ts';
import { arrow } from './marks.ts';
import { element, type Markup } from './markup.ts';
import { numeral, signed } from './numerals.ts';
import type { Explained } from './results/explanation.ts';
import { RESULT_OPTIONS, type ResultOptions } from './results/result.ts';
import { beside, fitsBeside, rowName, rowsArea, told } from './rows.ts';
import type { Scale } from './scale.ts';
import { domainOf } from './scale.ts';
import { inWords, type Words, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** Options of {@link waterfall}. */
export interface WaterfallOptions extends ResultOptions {
  /** Most contributions that stand apart; the smallest are gathered in one. 1 to 100, default 10. */
  readonly most?: number;
}

const ROW = 26;

/**
 * One prediction, step by step: from the base value at the top, each contribution pushes to the right or to the left,
 * largest first, and the last ends at the output (Lundberg and Lee 2017, in the form of the SHAP library).
 *
 * | field        | what                                                               |
 * | ------------ | ------------------------------------------------------------------ |
 * | `values`     | contribution of each feature                                       |
 * | `baseValue`  | prediction without any feature                                     |
 * | `output`     | the prediction; default: base value plus contributions             |
 * | `names`      | names of the features                                              |
 * | `inputs`     | values of the features, numbers or strings                         |
 * | `outputName` | what is predicted                                                  |
 * | `unit`       | unit of the axis, such as `logit`                                  |
 *
 * Where base value and contributions do not add up to the output, the difference is drawn as `not explained`. Arrows
 * to the left are striped. An explanation is drawn as it is, one row of it. No values: base value and output alone. Cost: a sort of the values.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when names or inputs are not as many as values.
 * @throws {DataError} for a number that is not finite: the steps could not be chained.
 * @example
 * waterfall({ values: [0.3, -0.1], baseValue: 0.4, names: ['age', 'income'], inputs: [41, 52000], unit: 'probability' });
 */
export function waterfall(data: AttributionData | Explained, options: WaterfallOptions = {}): string {
  const own = plotOptions('waterfall', options, ['most', ...RESULT_OPTIONS]);
  const most = checkNumber('waterfall', 'most', own.most ?? 10, { least: 1, most: 100, whole: true });
  const { parts, baseValue, output, outputName, unit } = attributionOf('waterfall', data, own, most);
  const ends = endsOf(parts, baseValue);
  return figure({
    where: 'waterfall',
    options: own,
    title: [`From the base value ${numeral(baseValue)} to `, { name: outputName }, ` ${numeral(output)}`],
    description: describe(parts, baseValue, output, outputName, unit),
    least: (parts.length + 2) * ROW + NUMBERS + (unit === undefined ? 0 : NAME) + 6,
    draw: (body) => {
      const names = parts.map(({ name }) => name);
      const wide = rowsArea(body, [['base value'], outputName, ...names], unit);
      const { area, scale } = withNumbers(wide, parts, ends, [baseValue, output]);
      const row = (area.bottom - area.top) / (parts.length + 2);
      const middle = (i: number) => area.top + (i + 0.5) * row;
      return [
        below(area, scale, unit),
        ...total(['base value'], baseValue, middle(0), body, wide, scale),
        ...parts.flatMap((part, i) =>
          step(part, ends[i]!, ends[i + 1]!, middle(i + 1), row, body, wide, scale),
        ),
        ...total([{ name: outputName }], output, middle(parts.length + 1), body, wide, scale),
      ];
    },
  });
}

/** The scale, narrower where a number would find no room beside its arrow. */
function withNumbers(
  wide: Box,
  parts: readonly Part[],
  ends: readonly number[],
  totals: readonly [number, number],
): { area: Box; scale: Scale } {
  const scale = across(domainOf(ends, totals), wide.left, wide.right);
  const texts = [...totals.map(numeral), ...parts.map(({ value }) => signed(value))];
  const bars = [...totals.map((x) => [x, x]), ...parts.map((_, i) => [ends[i]!, ends[i + 1]!])];
  const fit = texts.every((text, i) => {
    const [left, right] = bars[i]!.map(scale.at).sort((a, b) => ascending(a, b));
    const fits = fitsBeside(text, left!, right!, wide);
    return fits.before || fits.after;
  });
  if (fit) return { area: wide, scale };
  const area = { ...wide, right: wide.right - largest(texts.map((text) => widthOf(text))) };
  return { area, scale: across(domainOf(ends, totals), area.left, area.right) };
}

function endsOf(parts: readonly Part[], baseValue: number): number[] {
  const ends = [baseValue];
  for (const { value } of parts) ends.push(ends.at(-1)! + value);
  return ends;
}

function total(name: Words, value: number, y: number, body: Box, area: Box, scale: Scale): Markup[] {
  const x = scale.at(value);
  return [
    rowName(name, y, body, area, true),
    element('line', { x1: x, y1: y - 9, x2: x, y2: y + 9, class: stroke('ink'), 'stroke-width': 2.5 }),
    beside(numeral(value), x, x, y, area, true),
  ];
}

function step(
  { name, value }: Part,
  from: number,
  to: number,
  y: number,
  row: number,
  body: Box,
  area: Box,
  scale: Scale,
): Markup[] {
  const [x0, x1] = [scale.at(from), scale.at(to)];
  const height = Math.min(18, row - 6);
  return [
    reference(x0, y - row + height / 2, x0, y - height / 2),
    rowName(name, y, body, area),
    arrow(x0, x1, y - height / 2, height, told(name, signed(value))),
    beside(signed(value), Math.min(x0, x1), Math.max(x0, x1), y, area, value >= 0),
  ];
}

function describe(
  parts: readonly Part[],
  baseValue: number,
  output: number,
  outputName: string,
  unit: string | undefined,
): string {
  const steps = parts.slice(0, 10).map(({ name, value }) => `${inWords(name)} ${signed(value)}`);
  const more = parts.length > 10 ? `, and ${parts.length - 10} more` : '';
  const scale = unit === undefined ? '' : ` in ${unit}`;
  return `Base value ${numeral(baseValue)}${scale}; ${steps.join(', ')}${more}; ${inWords(outputName)} ${numeral(output)}.`;
}
