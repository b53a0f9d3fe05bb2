import { DataError } from '../base/errors.ts';
import { descending, largest } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { colouredCells } from './cells.ts';
import { nothing } from './empty.ts';
import { type Box, figure, plotOptions } from './figure.ts';
import { bar, MARK } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { counted, signed } from './numerals.ts';
import { coarser } from './picture.ts';
import { fieldsOf, finiteNumbersOf, finiteOf, leftOut, listOf, textOf } from './reading.ts';
import type { MemorizationResult } from './results/bars.ts';
import { type InfluenceResult, proponentsOf } from './results/influence.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { domainOf } from './scale.ts';
import { inWords, label, SIZE } from './text.ts';

/** A row of the training data and what it did. */
export interface Proponent {
  /** Such as `row 17: age 41, basic`. */
  readonly name: string;
  /** Above 0: training on it helped this prediction; below 0: it harmed it. */
  readonly influence: number;
  /** Its label. */
  readonly label?: string;
  /** Its pixels, row by row, grey. */
  readonly image?: ArrayLike<number>;
}

/** What {@link proponents} draws. */
export interface ProponentsData {
  /** Rows of the training data, in any order. */
  readonly rows: ArrayLike<Proponent>;
  /** Pixels of a row of the images. Needed with images. */
  readonly imageWidth?: number;
  /** What was predicted, such as `row 3: digit 9`. */
  readonly outputName?: string;
}

/** Options of {@link proponents}. */
export interface ProponentsOptions extends ResultOptions {
  /** Most rows of either kind, 1 to 50. Default 5. */
  readonly most?: number;
}

interface Row {
  readonly name: string;
  readonly influence: number;
  readonly label: string;
  readonly image: Float64Array | undefined;
}

const LINE = 40;
const HEADING = 24;

/**
 * The training rows that helped a prediction most, and those that harmed it most (proponents and opponents; Pruthi et al.
 * 2020, "Estimating training data influence by tracing gradient descent"), with their labels and, for images, pictures.
 *
 * | field        | what                                                             |
 * | ------------ | ---------------------------------------------------------------- |
 * | `rows`       | a list of `{ name, influence, label, image }`; `image` `[pixels]` |
 * | `imageWidth` | pixels of a row of the images                                    |
 * | `outputName` | what was predicted                                               |
 *
 * Bars of harmful rows are striped. Rows whose influence is not finite are left out, and a note says how many; an
 * influence of 0 is neither. Cost: a sort of the rows.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {DataError} for images without a width that divides them, and for a pixel that is not finite.
 * @example
 * proponents({ rows: [{ name: 'row 17', influence: 0.8, label: 'yes' }, { name: 'row 4', influence: -0.5 }] });
 */
export function proponents(
  data: ProponentsData | InfluenceResult | MemorizationResult,
  options: ProponentsOptions = {},
): string {
  const own = plotOptions('proponents', options, ['most', ...RESULT_OPTIONS]);
  const most = checkNumber('proponents', 'most', own.most ?? 5, { least: 1, most: 50, whole: true });
  const fields = fieldsOf(
    'proponents: data',
    translated('proponents', data, (given) => proponentsOf('proponents', given, own)),
    ['rows', 'imageWidth', 'outputName'],
  );
  const list = listOf('proponents', 'rows', fields.rows, 'rows');
  const all = Array.from({ length: list.length }, (_, i) => rowOf(list[i], i));
  const finite = all.filter(({ influence }) => Number.isFinite(influence));
  const ranked = [...finite].sort((a, b) => descending(a.influence, b.influence));
  const helpful = ranked.filter(({ influence }) => influence > 0).slice(0, most);
  const harmful = ranked
    .reverse()
    .filter(({ influence }) => influence < 0)
    .slice(0, most);
  const limit = largest([...helpful, ...harmful].map(({ influence }) => Math.abs(influence)));
  const width = widthOfImages(fields.imageWidth, all);
  const outputName = textOf('proponents', 'outputName', fields.outputName, undefined);
  const groups = [
    { heading: 'helped', rows: helpful },
    { heading: 'harmed', rows: harmful },
  ].filter(({ rows }) => rows.length > 0);
  return figure({
    where: 'proponents',
    options: own,
    title: ['Training rows behind ', { name: outputName ?? 'the prediction' }],
    description: describe(helpful, harmful, finite.length),
    least: Math.max(
      LINE,
      groups.reduce((sum, { rows }) => sum + HEADING + rows.length * LINE, 0),
    ),
    notes: leftOut(all.length - finite.length, all.length, 'rows'),
    draw: (body) => {
      if (groups.length === 0) return [nothing(body)];
      let top = body.top;
      return groups.flatMap(({ heading, rows }) => {
        const from = top;
        top += HEADING + rows.length * LINE;
        const lines = rows.map((row, i) => drawn(row, from + HEADING + i * LINE, width, limit, body));
        return [label(body.left, from + 15, heading, { bold: true }), ...lines];
      });
    },
  });
}

function rowOf(value: unknown, i: number): Row {
  const at = `rows[${i}]`;
  const fields = fieldsOf(`proponents: ${at}`, value as Proponent, ['name', 'influence', 'label', 'image']);
  const { influence, image } = fields;
  const isLost = typeof influence === 'number' && !Number.isFinite(influence);
  return {
    name: textOf('proponents', `${at}.name`, fields.name, `row ${i}`),
    influence: isLost ? NaN : finiteOf('proponents', `${at}.influence`, influence),
    label: textOf('proponents', `${at}.label`, fields.label, ''),
    image: image === undefined ? undefined : finiteNumbersOf('proponents', `${at}.image`, image),
  };
}

function widthOfImages(width: unknown, rows: readonly Row[]): number {
  const images = rows.filter(({ image }) => image !== undefined && image.length > 0);
  if (images.length === 0) return 0;
  const columns = checkNumber('proponents', 'imageWidth', width, { least: 1, most: 8192, whole: true });
  const bad = images.find(({ image }) => image!.length % columns !== 0);
  if (bad === undefined) return columns;
  throw new DataError(
    `proponents: an image has ${bad.image!.length} pixels, which are no rows of ${columns}`,
  );
}

function drawn(row: Row, top: number, width: number, limit: number, body: Box): Markup {
  const left = body.left + (width > 0 ? LINE + 4 : 0);
  const middle = left + (body.right - left) * 0.72;
  const reach = body.right - middle - 4;
  const [text, room] = [signed(row.influence), middle - left - 10];
  const names =
    row.label === '' ? [] : [label(left, top + 32, row.label, { size: SIZE.tick, colour: 'soft', room })];
  // Bars of both kinds begin on the same side, or half of the room would be empty in each group.
  const [from, to] =
    row.influence > 0
      ? [middle, middle + reach * (row.influence / limit)]
      : [middle - reach * (row.influence / limit), middle];
  return joined([
    picture(row.image, width, body.left, top + 2),
    label(left, top + (row.label === '' ? 24 : 16), row.name, { room }),
    ...names,
    label(middle, top + 14, text, { size: SIZE.tick }),
    bar(from, to, top + 19, 12, [{ name: row.name }, `: ${text}`]),
  ]);
}

/** A small grey picture, each as dark and as light as it goes. */
function picture(image: Float64Array | undefined, width: number, left: number, top: number): Markup {
  if (image === undefined || image.length === 0) return joined([]);
  const rows = image.length / width;
  const block = Math.ceil(Math.max(rows, width) / 32);
  const cells = coarser({ pixels: image, rows, columns: width, channels: 1 }, block, domainOf(image));
  const size = (LINE - 6) / Math.max(cells.rows, cells.columns);
  const lattice = { rows: cells.rows, columns: cells.columns, left, top, cellWidth: size, cellHeight: size };
  return colouredCells(lattice, cells.colour).replaceAll(` class="${MARK}"`, '') as Markup;
}

function describe(helpful: readonly Row[], harmful: readonly Row[], n: number): string {
  const list = (rows: readonly Row[]) =>
    rows
      .map(
        ({ name, label: its, influence }) =>
          `${inWords(name)}${its === '' ? '' : ` (${inWords(its)})`} ${signed(influence)}`,
      )
      .join(', ');
  return `Of ${counted(n, 'row')}. Helped: ${list(helpful) || 'none'}. Harmed: ${list(harmful) || 'none'}.`;
}
