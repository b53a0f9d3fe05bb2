import { DataError, ShapeError } from '../base/errors.ts';
import { descending } from '../base/order.ts';
import { plainOf } from '../base/plain.ts';
import { slantHeight, slanting, slantWidth, widest } from './column-names.ts';
import { confusionList, listHeight, listNotes } from './confusion-list.ts';
import { nothing } from './empty.ts';
import { type Box, bodyWidth, figure, type PlotOptions, plotOptions } from './figure.ts';
import { MARK } from './marks.ts';
import { element, type Markup } from './markup.ts';
import { numeral, percent } from './numerals.ts';
import { fieldsOf, type Grid, gridOf, namesOf, type Rows } from './reading.ts';
import { inWords, label, SIZE, title, widthOf } from './text.ts';
import { fill, stroke, UNDER_TEXT } from './theme.ts';

/** What {@link confusionMatrix} draws; what `metrics.confusionMatrix` gives is one. */
export interface ConfusionData {
  /** `counts[actual][predicted]`. */
  readonly counts: Rows;
  /** Names of the classes. Default `0`, `1`, … */
  readonly classes?: ArrayLike<string>;
}

/** Classes that a matrix can name; of more the largest confusions are listed. */
const MOST = 20;
/** Columns narrower than this cannot all carry a name. */
const NAMED = 14;
/** Numbers smaller than this are not read. */
const SMALLEST = 8;
const HEADING = 20;
const SOFT = { size: SIZE.tick, colour: 'soft' } as const;

interface Cell {
  readonly actual: string;
  readonly predicted: string;
  readonly count: number;
  /** Share of the rows of the actual class. */
  readonly share: number;
  readonly right: boolean;
}

/**
 * Confusion matrix: how many rows of each class (rows) were predicted as each class (columns). Right ones stand on the
 * diagonal, in a frame; a cell is the denser, the larger its share of its row is: by its square root, so that rare
 * mistakes are seen.
 *
 * | field     | what                                   |
 * | --------- | -------------------------------------- |
 * | `counts`  | `[actual, predicted]`, counts or weights |
 * | `classes` | names of the classes                   |
 *
 * Where columns have no room for names or cells none for numbers, and of more than 20 classes, the largest confusions are
 * listed by name, above a grid of all classes without names. Cost: about 400 bytes a cell of a matrix.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when there are not as many columns as rows, or not as many names.
 * @throws {DataError} for a count that is below 0 or not finite.
 * @example
 * confusionMatrix({ counts: [[50, 2], [5, 43]], classes: ['no', 'yes'] });
 */
export function confusionMatrix(data: ConfusionData, options: PlotOptions = {}): string {
  const where = 'confusionMatrix';
  const own = plotOptions(where, options);
  const fields = fieldsOf(`${where}: data`, plainOf(`${where}: data`, data), ['counts', 'classes']);
  const counts = countsOf(gridOf(where, 'counts', fields.counts));
  const names = namesOf(where, 'classes', fields.classes, counts.rows, (i) => String(i));
  const all = names.map((_, i) => i);
  const cells = all.map((row) => all.map((column) => cellOf(counts, names, row, column)));
  const total = counts.data.reduce((sum, x) => sum + x, 0);
  const right = names.reduce((sum, _, i) => sum + counts.data[i * counts.columns + i]!, 0);
  const accuracy = total === 0 ? '' : `: ${percent(right / total)} right`;
  const table = tableOf(own, names);
  const wrong = cells.flat().filter((cell) => !cell.right && cell.count > 0);
  wrong.sort((a, b) => descending(a.count, b.count));
  const figureOf = { where, options: own, title: [`Actual and predicted classes${accuracy}`] };
  const description = describe(wrong, total, right);
  if (!isReadable(table, cells.flat())) {
    const share = (row: number, column: number) => cells[row]![column]!.share;
    return figure({
      ...figureOf,
      description,
      least: listHeight(wrong.length, names.length, bodyWidth(own)),
      notes: listNotes(wrong.length, names.length),
      draw: (body) => (total === 0 ? [nothing(body)] : confusionList(body, wrong, byMistakes(counts), share)),
    });
  }
  const size = Math.max(20, Math.min(40, 300 / Math.max(1, names.length)));
  return figure({
    ...figureOf,
    description,
    least: HEADING + table.above + Math.max(1, names.length) * size,
    draw: (body) => {
      if (names.length === 0 || total === 0) return [nothing(body)];
      const left = body.left + table.side;
      const area = { ...body, left, right: left + table.width, top: body.top + HEADING + table.above };
      const [width, height] = [table.width / names.length, (area.bottom - area.top) / names.length];
      return [
        ...headings(table, body, area),
        ...cells.flatMap((line, row) =>
          line.map((cell, column) => {
            const [x, y] = [left + column * width, area.top + row * height];
            return drawn(cell, { left: x, top: y, right: x + width, bottom: y + height });
          }),
        ),
      ];
    },
  });
}

/** Whether every column has room for its name, and every cell for its number. */
function isReadable({ names, width }: Table, cells: readonly Cell[]): boolean {
  const cell = width / Math.max(1, names.length);
  const widest = Math.max(1, ...cells.map(({ count }) => widthOf(numeral(count))));
  return names.length <= MOST && cell >= NAMED && (SIZE.label * (cell - 2)) / widest >= SMALLEST;
}

/** Names, and the room that they and the cells take. */
interface Table {
  readonly names: readonly string[];
  readonly side: number;
  readonly above: number;
  readonly width: number;
  readonly slants: boolean;
}

/** Names of columns are level where they fit, and slant where they do not. */
function tableOf(options: PlotOptions, names: readonly string[]): Table {
  const all = bodyWidth(options);
  const side = Math.min(Math.max(widest(names), widthOf('actual', SIZE.tick)), all * 0.3) + 8;
  const slants = widest(names) + 2 > (all - side) / Math.max(1, names.length);
  const [above, out] = slants ? [slantHeight(names), slantWidth(names)] : [HEADING, 0];
  return { names, side, above, width: all - side - out, slants };
}

function headings({ names, slants }: Table, body: Box, area: Box): Markup[] {
  const [width, height] = [(area.right - area.left) / names.length, (area.bottom - area.top) / names.length];
  const end = area.left - 8;
  const columns = names.map((name, i) =>
    label(area.left + (i + 0.5) * width, area.top - 6, name, { anchor: 'middle', size: SIZE.tick }),
  );
  return [
    label((area.left + area.right) / 2, body.top + 12, 'predicted', { ...SOFT, anchor: 'middle' }),
    label(end, area.top - 6, 'actual', { ...SOFT, anchor: 'end' }),
    ...(slants ? [slanting(names, area.left, area.top, width)] : columns),
    ...names.map((name, i) => {
      const y = area.top + (i + 0.5) * height + 4;
      return label(end, y, name, { anchor: 'end', size: SIZE.tick, room: end - body.left });
    }),
  ];
}

function countsOf(counts: Grid): Grid {
  if (counts.rows !== counts.columns) {
    throw new ShapeError(
      `confusionMatrix: counts is [${counts.rows}, ${counts.columns}], wanted as many columns as rows`,
    );
  }
  const total = counts.data.reduce((sum, x) => sum + x, 0);
  const bad = counts.data.findIndex((x) => !(x >= 0 && Number.isFinite(x)));
  if (bad === -1 && total === Infinity)
    throw new DataError('confusionMatrix: the sum of the counts is Infinity');
  if (bad === -1) return counts;
  throw new DataError(`confusionMatrix: a count is ${counts.data[bad]}, wanted a finite number from 0 on`);
}

/** Classes by what is wrong in their rows and columns, most first. */
function byMistakes({ rows, columns, data }: Grid): number[] {
  const mistakes = new Float64Array(rows);
  data.forEach((count, i) => {
    const [actual, predicted] = [Math.floor(i / columns), i % columns];
    if (actual === predicted) return;
    mistakes[actual]! += count;
    mistakes[predicted]! += count;
  });
  return Array.from({ length: rows }, (_, i) => i).sort((a, b) => descending(mistakes[a]!, mistakes[b]!));
}

function cellOf({ columns, data }: Grid, names: readonly string[], row: number, column: number): Cell {
  const count = data[row * columns + column]!;
  const sum = data.subarray(row * columns, (row + 1) * columns).reduce((total, x) => total + x, 0);
  const share = sum === 0 ? 0 : count / sum;
  return { actual: names[row]!, predicted: names[column]!, count, share, right: row === column };
}

function drawn(cell: Cell, { left, top, right, bottom }: Box): Markup {
  const [width, height] = [right - left - 2, bottom - top - 2];
  const box = { x: left + 1, y: top + 1, width, height };
  const text = numeral(cell.count);
  const size = Math.min(SIZE.label, (SIZE.label * width) / widthOf(text));
  const colour = cell.right ? 'negative' : 'positive';
  return element(
    'g',
    { class: MARK },
    title([
      'actual ',
      { name: cell.actual },
      ', predicted ',
      { name: cell.predicted },
      `: ${text} (${percent(cell.share)})`,
    ]),
    element('rect', { ...box, class: fill(colour), 'fill-opacity': Math.sqrt(cell.share) * UNDER_TEXT }),
    element('rect', { ...box, fill: 'none', class: stroke(cell.right ? 'ink' : 'grid') }),
    ...(cell.count === 0
      ? []
      : [label(left + 1 + width / 2, top + 1 + height / 2 + size * 0.36, text, { anchor: 'middle', size })]),
  );
}

function describe(wrong: readonly Cell[], total: number, right: number): string {
  if (total === 0) return 'No rows.';
  const list = wrong
    .slice(0, 5)
    .map(
      (cell) =>
        `${inWords(cell.actual)} taken for ${inWords(cell.predicted)} ${numeral(cell.count)} ${cell.count === 1 ? 'time' : 'times'}`,
    );
  return `${numeral(right)} of ${numeral(total)} rows right. ${list.length === 0 ? 'No mistakes' : `Most frequent mistakes: ${list.join(', ')}`}.`;
}
