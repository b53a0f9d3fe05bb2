import { checkNumber } from '../base/ranges.ts';
import { type Attribution, type AttributionData, attributionOf, type Part } from './attribution.ts';
import { across, below, NAME, NUMBERS, overhang, reference } from './axes.ts';
import { type Box, figure, plotOptions } from './figure.ts';
import { arrow } from './marks.ts';
import { element, joined, type Markup } from './markup.ts';
import { numeral, signed } from './numerals.ts';
import type { Explained } from './results/explanation.ts';
import { RESULT_OPTIONS, type ResultOptions } from './results/result.ts';
import { told } from './rows.ts';
import type { Scale } from './scale.ts';
import { domainOf } from './scale.ts';
import { inWords, label, SIZE, spoken, type Words, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** Options of {@link force}. */
export interface ForceOptions extends ResultOptions {
  /** Most contributions that stand apart; the smallest are gathered in one. 1 to 100, default 10. */
  readonly most?: number;
}

const BAR = 26;
const LINE = 20;

/**
 * One prediction as a tug of war: contributions that raise it push from the left, those that lower it from the right,
 * and they meet at the output (Lundberg et al. 2018). The names stand below, the strongest first.
 *
 * | field        | what                                                   |
 * | ------------ | ------------------------------------------------------ |
 * | `values`     | contribution of each feature                           |
 * | `baseValue`  | prediction without any feature                         |
 * | `output`     | the prediction; default: base value plus contributions |
 * | `names`      | names of the features                                  |
 * | `inputs`     | values of the features, numbers or strings             |
 * | `outputName` | what is predicted                                      |
 * | `unit`       | unit of the axis, such as `logit`                      |
 *
 * What base value and contributions lack to the output pushes as `not explained`. Arrows to the left are striped.
 * An explanation is drawn as it is, one row of it. No values: base value and output alone. Cost: a sort of the values.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when names or inputs are not as many as values.
 * @throws {DataError} for a number that is not finite.
 * @example
 * force({ values: [0.3, -0.1], baseValue: 0.4, names: ['age', 'income'], inputs: [41, 52000] });
 */
export function force(data: AttributionData | Explained, options: ForceOptions = {}): string {
  const own = plotOptions('force', options, ['most', ...RESULT_OPTIONS]);
  const most = checkNumber('force', 'most', own.most ?? 10, { least: 1, most: 100, whole: true });
  const attribution = attributionOf('force', data, own, most);
  const { parts, baseValue, output, outputName, unit } = attribution;
  const up = parts.filter(({ value }) => value > 0);
  const down = parts.filter(({ value }) => value < 0);
  const lines = Math.max(up.length, down.length) + (parts.length > 0 ? 1 : 0);
  const axis = NUMBERS + (unit === undefined ? 0 : NAME);
  return figure({
    where: 'force',
    options: own,
    title: ['What pushes ', { name: outputName }, ` to ${numeral(output)}`],
    description: describe(attribution, up, down),
    least: 40 + BAR + axis + 8 + lines * LINE,
    draw: (body) => {
      const top = body.top + 40;
      const [left, right] = [output - sumOf(up), output - sumOf(down)];
      const ends = domainOf([left, right, baseValue, output]);
      const room = overhang(across(ends, body.left, body.right)) + 4;
      const area = { left: body.left + room, right: body.right - room, top: top - 4, bottom: top + BAR + 4 };
      const scale = across(ends, area.left, area.right);
      const listTop = area.bottom + axis + 8;
      const half = (body.right - body.left) / 2;
      return [
        below(area, scale, unit),
        ...chain(up, output, -1, top, scale),
        ...chain(down, output, 1, top, scale),
        ...heads(attribution, body, area, scale),
        names('raises it', up, body.left, half - 8, listTop, parts.length),
        names('lowers it', down, body.left + half + 8, half - 8, listTop, parts.length),
      ];
    },
  });
}

/** Arrows away from the output, the strongest next to it; each points to the output. */
function chain(parts: readonly Part[], output: number, side: 1 | -1, top: number, scale: Scale): Markup[] {
  let near = output;
  return parts.map(({ name, value }) => {
    const far = near + side * Math.abs(value);
    const drawn = arrow(scale.at(far), scale.at(near), top, BAR, told(name, signed(value)));
    near = far;
    return drawn;
  });
}

/** Base value and output above the bar, at places where they do not touch. */
function heads({ baseValue, output, outputName }: Attribution, body: Box, area: Box, scale: Scale): Markup[] {
  const head = (name: string, value: number, y: number, bold: boolean): Markup => {
    const text: Words = [{ name }, ` ${numeral(value)}`];
    const x = scale.at(value);
    const half = Math.min(widthOf(spoken(text)) * 0.54, (body.right - body.left) / 2);
    const middle = Math.min(body.right - half, Math.max(body.left + half, x));
    return joined([
      bold
        ? element('line', {
            x1: x,
            y1: y + 5,
            x2: x,
            y2: area.bottom,
            class: stroke('ink'),
            'stroke-width': 2.5,
          })
        : reference(x, y + 5, x, area.bottom),
      label(middle, y, text, { anchor: 'middle', bold, room: body.right - body.left, size: SIZE.label }),
    ]);
  };
  return [head('base value', baseValue, body.top + 12, false), head(outputName, output, body.top + 30, true)];
}

function names(
  heading: string,
  parts: readonly Part[],
  left: number,
  room: number,
  top: number,
  all: number,
): Markup {
  if (all === 0) return joined([]);
  const first = label(left, top + 12, parts.length === 0 ? `nothing ${heading}` : heading, {
    bold: true,
    room,
  });
  const lines = parts.map(({ name, value }, i) => {
    const [text, y] = [signed(value), top + 12 + (i + 1) * LINE];
    const kept = room - widthOf(text) - 8;
    return joined([label(left, y, name, { room: kept }), label(left + room, y, text, { anchor: 'end' })]);
  });
  return joined([first, ...lines]);
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((total, { value }) => total + value, 0);
}

function describe({ baseValue, output, outputName, unit }: Attribution, up: Part[], down: Part[]): string {
  const list = (parts: Part[]) =>
    parts.length === 0
      ? 'nothing'
      : parts.map(({ name, value }) => `${inWords(name)} ${signed(value)}`).join(', ');
  const scale = unit === undefined ? '' : ` in ${unit}`;
  return `Base value ${numeral(baseValue)}, ${inWords(outputName)} ${numeral(output)}${scale}. Raises it: ${list(up)}. Lowers it: ${list(down)}.`;
}
