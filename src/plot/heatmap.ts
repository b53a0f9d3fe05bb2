import { type Lattice, signedCells } from './cells.ts';
import { everyColumn, slantHeight, slanting, slantWidth, widest } from './column-names.ts';
import { nothing } from './empty.ts';
import { type Box, bodyWidth, figure, plotOptions } from './figure.ts';
import { joined, type Markup } from './markup.ts';
import { counted, numeral, ordinal } from './numerals.ts';
import { fieldsOf, type Grid, gridOf, leftOut, namesOf, type Rows, textOf } from './reading.ts';
import { RESULT_OPTIONS, type ResultOptions, translated } from './results/result.ts';
import { type HeatmapResult, heatmapOf } from './results/tables.ts';
import { type ColourScale, colourScale, limitOf, SCALE_HEIGHT, signedOf, spanOf } from './signed-scale.ts';
import { inWords, label, SIZE } from './text.ts';
import { thinned, thinning } from './thinning.ts';

/** What {@link heatmap} draws. */
export interface HeatmapData {
  /** Numbers, a row of cells each. */
  readonly values: Rows;
  /** Names of the rows and of the columns. Default: none. */
  readonly rowNames?: ArrayLike<string>;
  readonly columnNames?: ArrayLike<string>;
  /** The number whose colour is full. Default: the largest size. */
  readonly limit?: number;
  /** Whether the colour scale goes from minus the limit, not from 0. Default: where there is a number below 0. */
  readonly signed?: boolean;
  /** What the colours count. */
  readonly unit?: string;
}

/** More cells a side than a reader can tell apart. */
const MOST = 200;
/** Rows lower than this cannot carry a name. */
const NAMED_ROW = 14;

/**
 * A table of numbers as colours: red above zero, blue with a minus below, the denser the larger. The scale is symmetric
 * about zero, or begins there where no number is below it. Contributions of features (columns) to predictions (rows),
 * for instance.
 *
 * | field         | what                                                    |
 * | ------------- | ------------------------------------------------------- |
 * | `values`      | numbers `[rows, columns]`                               |
 * | `rowNames`    | a name for each row                                     |
 * | `columnNames` | a name for each column                                  |
 * | `limit`       | the number whose colour is full; default the largest    |
 * | `signed`      | whether the scale goes below 0                          |
 * | `unit`        | what the colours count                                  |
 *
 * Cells that are not finite are hatched, and a note says how many; what is beyond the limit has its colour. Of more
 * than 200 rows or columns, 200 at equal distances are drawn, and a note says so. Cost: about 25 bytes a cell.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when rows differ in length, or names are not as many.
 * @throws {DataError} for a limit that is not above 0, and numbers below 0 on a scale that begins there.
 * @example
 * heatmap({ values: [[0.3, -0.1], [0, 0.4]], columnNames: ['age', 'income'], unit: 'logit' });
 */
export function heatmap(data: HeatmapData | HeatmapResult, options: ResultOptions = {}): string {
  const own = plotOptions('heatmap', options, RESULT_OPTIONS);
  const { values, rowNames, columnNames, scale, notes } = read(
    translated('heatmap', data, (given) => heatmapOf('heatmap', given, own)),
  );
  // A hundred rows with names are a tall picture, in which each can be read.
  const row = values.rows <= 24 ? 20 : rowNames !== undefined && values.rows <= 100 ? NAMED_ROW : 8;
  const height = Math.min(row === 8 ? 480 : 1400, Math.max(20, values.rows * row));
  const above = columnNames === undefined ? 0 : slantHeight(columnNames);
  const width = bodyWidth(own);
  const side = rowNames === undefined ? 0 : Math.min(width * 0.35, widest(rowNames)) + 8;
  const out = columnNames === undefined ? 0 : slantWidth(columnNames);
  return figure({
    where: 'heatmap',
    options: own,
    title: scale.unit === '' ? 'Values by row and column' : [{ name: scale.unit }],
    description: describe(values, rowNames, columnNames, scale),
    least: above + height + SCALE_HEIGHT,
    notes: [
      ...notes,
      ...named('row', rowNames, everyRow(height / values.rows)),
      ...named('column', columnNames, everyColumn((width - side - out) / values.columns)),
    ],
    draw: (body) => {
      const area = {
        left: body.left + side,
        top: body.top + above,
        right: body.right - out,
        bottom: body.bottom - SCALE_HEIGHT,
      };
      if (values.data.length === 0) return [nothing(area)];
      const cells = latticeIn(area, values);
      return [
        rowLabels(rowNames ?? [], cells, body, area),
        slanting(columnNames ?? [], area.left, area.top, cells.cellWidth),
        signedCells(cells, values.data, scale.limit),
        colourScale(body, scale),
      ];
    },
  });
}

/** That some names are not written, in words. */
function named(what: string, names: readonly string[] | undefined, every: number): string[] {
  return names === undefined || every === 1 ? [] : [`Every ${ordinal(every)} ${what} is named.`];
}

const everyRow = (height: number): number => Math.max(1, Math.ceil(NAMED_ROW / height - 1e-6));

interface Table {
  readonly values: Grid;
  readonly rowNames: readonly string[] | undefined;
  readonly columnNames: readonly string[] | undefined;
  readonly scale: ColourScale;
  readonly notes: readonly string[];
}

function read(data: HeatmapData): Table {
  const fields = fieldsOf('heatmap: data', data, [
    'values',
    'rowNames',
    'columnNames',
    'limit',
    'signed',
    'unit',
  ]);
  const all = gridOf('heatmap', 'values', fields.values);
  const [rows, columns] = [thinned(all.rows, MOST), thinned(all.columns, MOST)];
  const cells = rows.flatMap((row) => columns.map((column) => all.data[row * all.columns + column]!));
  const names = (name: string, values: unknown, length: number, shown: readonly number[]) => {
    if (values === undefined) return undefined;
    const list = namesOf('heatmap', name, values, length, () => '');
    return shown.map((i) => list[i]!);
  };
  const missing = cells.reduce((count, x) => count + (Number.isFinite(x) ? 0 : 1), 0);
  return {
    values: { rows: rows.length, columns: columns.length, data: Float64Array.from(cells) },
    rowNames: names('rowNames', fields.rowNames, all.rows, rows),
    columnNames: names('columnNames', fields.columnNames, all.columns, columns),
    scale: {
      limit: limitOf('heatmap', fields.limit, all.data),
      signed: signedOf('heatmap', fields.signed, all.data),
      unit: textOf('heatmap', 'unit', fields.unit, ''),
      missing,
    },
    notes: [
      ...thinning(rows.length, all.rows, 'rows'),
      ...thinning(columns.length, all.columns, 'columns'),
      ...leftOut(missing, cells.length, 'cells'),
    ],
  };
}

function latticeIn(area: Box, { rows, columns }: Grid): Lattice {
  const cellWidth = (area.right - area.left) / columns;
  const cellHeight = (area.bottom - area.top) / rows;
  return { rows, columns, left: area.left, top: area.top, cellWidth, cellHeight };
}

function rowLabels(names: readonly string[], cells: Lattice, body: Box, area: Box): Markup {
  const every = everyRow(cells.cellHeight);
  const room = area.left - 6 - body.left;
  const shown = names.map((name, i) => {
    if (name === '' || i % every !== 0) return joined([]);
    const y = area.top + (i + 0.5) * cells.cellHeight + 4;
    return label(area.left - 6, y, name, { anchor: 'end', size: SIZE.tick, room });
  });
  return joined(shown);
}

function describe(
  { rows, columns, data }: Grid,
  rowNames: readonly string[] | undefined,
  columnNames: readonly string[] | undefined,
  scale: ColourScale,
): string {
  const size = `${counted(rows, 'row')} and ${counted(columns, 'column')}; colours from ${spanOf(scale)}.`;
  let most = -1;
  data.forEach((x, i) => {
    if (Number.isFinite(x) && (most === -1 || Math.abs(x) > Math.abs(data[most]!))) most = i;
  });
  if (most === -1) return size;
  const row = rowNames?.[Math.floor(most / columns)] || `row ${Math.floor(most / columns)}`;
  const column = columnNames?.[most % columns] || `column ${most % columns}`;
  return `${size} Largest: ${numeral(data[most]!)} at ${inWords(row)}, ${inWords(column)}.`;
}
