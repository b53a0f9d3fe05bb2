import { DataError } from '../base/errors.ts';
import { type DateOrder, type Moment, momentAt, readDate } from './dates.ts';
import { isMissing, type Reading } from './reading.ts';
import { type Affine, fitScale } from './scale.ts';
import { type Column, columnOf, type Table } from './table.ts';

/** What of a date enters a network. */
export type DatePart = 'year' | 'month' | 'weekday' | 'hour' | 'days';

/** All parts, in the order of their outputs. */
export const DATE_PARTS: readonly DatePart[] = ['year', 'month', 'weekday', 'hour', 'days'];

/**
 * A column of dates. Its outputs, for the parts that it has, in this order:
 *
 * | part      | outputs                                                              |
 * | --------- | -------------------------------------------------------------------- |
 * | `year`    | the year, scaled                                                     |
 * | `month`   | sine and cosine of the month as an angle: December is beside January |
 * | `weekday` | the same of the day of the week                                      |
 * | `hour`    | the same of the time of day                                          |
 * | `days`    | days since 1970, scaled                                              |
 */
export interface DateInput {
  readonly kind: 'date';
  readonly column: string;
  readonly order: DateOrder;
  readonly parts: readonly DatePart[];
  /** What stands in for a missing date, in milliseconds since 1970; null when missing ones are refused. */
  readonly impute: number | null;
  readonly year: Affine;
  readonly days: Affine;
}

const DAY = 86_400_000;
const CYCLES = { month: 12, weekday: 7, hour: 24 } as const;

/** Names of the outputs: `when.year`, `when.month.sin`, `when.month.cos`. */
export function dateNames({ column, parts }: Pick<DateInput, 'column' | 'parts'>): string[] {
  return parts.flatMap((part) =>
    part in CYCLES ? [`${column}.${part}.sin`, `${column}.${part}.cos`] : [`${column}.${part}`],
  );
}

/** Writes the outputs of a date into `x`, from `at` on. */
export function writeMoment(input: DateInput, moment: Moment, x: { [i: number]: number }, at: number): void {
  let next = at;
  for (const part of input.parts) {
    if (part === 'year' || part === 'days') {
      const value = part === 'year' ? moment.year : moment.time / DAY;
      x[next++] = (value - input[part].shift) / input[part].scale;
      continue;
    }
    const turns = (part === 'month' ? moment.month - 1 : moment[part]) / CYCLES[part];
    x[next++] = Math.sin(2 * Math.PI * turns);
    x[next++] = Math.cos(2 * Math.PI * turns);
  }
}

/** A part of the date whose outputs stand in `x` from `at` on, as it was before it was scaled or turned into an angle. */
export function partIn(input: DateInput, part: DatePart, x: ArrayLike<number>, at: number): number {
  const before = dateNames({ column: '', parts: input.parts.slice(0, input.parts.indexOf(part)) }).length;
  const first = x[at + before]!;
  if (part === 'year' || part === 'days') return first * input[part].scale + input[part].shift;
  const turns = Math.atan2(first, x[at + before + 1]!) / (2 * Math.PI);
  // Hours have fractions, months and weekdays have none; a float32 keeps an angle to 1e-7 of a turn.
  const value = (turns < -1e-6 ? turns + 1 : Math.max(turns, 0)) * CYCLES[part];
  return part === 'hour' ? value : Math.round(value) + (part === 'month' ? 1 : 0);
}

/**
 * Writes a column of dates into `x`, from output `offset` on in rows of `width`.
 *
 * @throws {DataError} for a cell that is no date, and for a missing one where none stands in, naming the row.
 */
export function encodeDates(
  input: DateInput,
  table: Table,
  x: Float32Array,
  offset: number,
  width: number,
  reading: Reading,
): void {
  const { column: name, order, impute } = input;
  const column = columnOf(table, name);
  for (let row = 0; row < table.rows; row++) {
    const moment = momentOf(column, row, order, reading);
    if (moment === 'none') throw notADate(column, name, row, order);
    if (moment === undefined && impute === null) {
      throw new DataError(`columns: row ${row} of "${name}" is missing`, {
        row,
        column: name,
        hint: "impute: 'median' of a date fills missing ones; 'none' refuses them",
      });
    }
    writeMoment(input, moment ?? momentAt(impute!), x, row * width + offset);
  }
}

/** The date of a cell; undefined for a missing one, `'none'` for what is no date. */
function momentOf(
  column: Column,
  row: number,
  order: DateOrder,
  reading: Reading,
): Moment | undefined | 'none' {
  const text = dateText(column, row);
  if (text === undefined || isMissing(text, reading)) return undefined;
  return readDate(text, order) ?? 'none';
}

/** The text of a cell that should be a date; undefined for a missing one. A number may be a date such as 20240131. */
export function dateText(column: Column, row: number): string | undefined {
  if (column.type === 'text') return column.values[row]?.trim() || undefined;
  const value = column.values[row]!;
  return Number.isNaN(value) ? undefined : String(value);
}

function notADate(column: Column, name: string, row: number, order: DateOrder): DataError {
  const text = dateText(column, row)!;
  return new DataError(
    `columns: row ${row} of "${name}" is ${JSON.stringify(text.slice(0, 80))}, not a date`,
    {
      row,
      column: name,
      wanted: { ymd: '2024-01-31', dmy: '2024-01-31 or 31.01.2024', mdy: '2024-01-31 or 1/31/2024' }[order],
      hint: 'a cell that means "missing" goes into the option missing',
    },
  );
}

/**
 * Learns a column of dates from the training rows. Without `parts` it gets those that differ between them, and the time
 * of day only where one was written.
 *
 * @throws {DataError} for a cell that is no date, a column without any, parts that never differ.
 */
export function fitDates(
  table: Table,
  name: string,
  order: DateOrder,
  {
    parts,
    impute,
    reading,
  }: {
    readonly parts: readonly DatePart[] | undefined;
    readonly impute: 'median' | 'none';
    readonly reading: Reading;
  },
): DateInput {
  const column = columnOf(table, name);
  const moments: Moment[] = [];
  for (let row = 0; row < table.rows; row++) {
    const moment = momentOf(column, row, order, reading);
    if (moment === 'none') throw notADate(column, name, row, order);
    if (moment !== undefined) moments.push(moment);
    else if (impute === 'none') {
      throw new DataError(`columns: row ${row} of "${name}" is missing`, {
        row,
        column: name,
        hint: "impute: 'median' of a date fills missing ones; 'none' refuses them",
      });
    }
  }
  if (moments.length === 0) {
    throw new DataError(`columns: "${name}" has no date in the training rows`, {
      column: name,
      hint: `leave "${name}" out`,
    });
  }
  const differs = (of: (moment: Moment) => number) =>
    moments.some((moment) => of(moment) !== of(moments[0]!));
  const varying = DATE_PARTS.filter((part) =>
    part === 'days'
      ? differs(({ time }) => time)
      : part === 'hour'
        ? moments.some(({ timed }) => timed) && differs(({ hour }) => hour)
        : differs((moment) => moment[part]),
  );
  // A column of one date says nothing, but is there: one output that is always 0.
  const own = parts ?? (varying.length > 0 ? varying : (['days'] as const));
  const times = Float64Array.from(moments, ({ time }) => time).sort();
  return {
    kind: 'date',
    column: name,
    order,
    parts: DATE_PARTS.filter((part) => own.includes(part)),
    // A date that was there: between two of them there may be none of that weekday or hour.
    impute: impute === 'none' ? null : times[(times.length - 1) >> 1]!,
    year: fitScale(
      Float64Array.from(moments, ({ year }) => year),
      'standard',
    ),
    days: fitScale(
      times.map((time) => time / DAY),
      'standard',
    ),
  };
}
