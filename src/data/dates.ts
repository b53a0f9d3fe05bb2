import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';

/** In which order year, month and day of a date stand. A date that begins with four digits of a year is read in any. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

/** All orders, the international one first. */
export const DATE_ORDERS: readonly DateOrder[] = ['ymd', 'dmy', 'mdy'];

/** A date, with a time of day or without, as it was written. */
export interface Moment {
  /** Milliseconds since 1970 in universal time; what names no zone counts as universal time. */
  readonly time: number;
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 0 is Monday, as in ISO 8601. */
  readonly weekday: number;
  /** Hours since midnight with fractions, by the clock of the zone that was written. */
  readonly hour: number;
  /** Whether a time of day was written. */
  readonly timed: boolean;
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FULL_MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})(?=$|T)/;
const YEAR_LAST = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?!\d)/;
const DAY_NAMED = /^(\d{1,2})(?:st|nd|rd|th)?[-/. ] ?([a-z]{3,9})\.?[-/., ] ?(\d{4}|\d{2})(?!\d)/i;
const NAMED_DAY = /^([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/i;
const CLOCK =
  /^(?:T|,? +)(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([ap])\.?m\.?)?(?: ?(Z|UTC|GMT|[+-]\d{2}(?::?\d{2})?))?$/i;

/** Longer than any date with its time. */
const LONGEST = 64;

const DAY = 86_400_000;

/**
 * Reads a date: ISO 8601 (`2024-01-31`, `2024-01-31T09:30:00.5+01:00`, `20240131`), with slashes or dots, the day or the
 * month first as `order` says (`31.01.2024`, `1/31/2024`), or with the English name of a month (`31 Jan 2024`,
 * `January 31, 2024`). Years of two digits are 1969 to 2068, as in POSIX. A time of day may follow, of 24 hours or with
 * am and pm, and a zone. Undefined for everything else, days such as 30 February among it.
 *
 * @example
 * readDate('05/06/2024', 'dmy')?.month; // 6
 */
export function readDate(text: string, order: DateOrder): Moment | undefined {
  if (typeof text !== 'string' || !DATE_ORDERS.includes(order)) throw noWord(text, order);
  if (text.length > LONGEST) return undefined;
  const found = dayOf(text, order);
  if (found === undefined) return undefined;
  const rest = text.slice(found.length);
  if (rest === '') return moment(found, 0, 0, false);
  const clock = CLOCK.exec(rest);
  if (clock === null) return undefined;
  const hour = hourOf(clock);
  const offset = offsetOf(clock[6]);
  return hour === undefined || offset === undefined ? undefined : moment(found, hour, offset, true);
}

function noWord(text: unknown, order: unknown): OptionError {
  if (typeof text !== 'string') return new OptionError(`readDate: ${describe(text)} is not a string`);
  return new OptionError(`readDate: order is ${describe(order)}`, { known: DATE_ORDERS.join(', ') });
}

interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  /** Characters that it took. */
  readonly length: number;
}

function dayOf(text: string, order: DateOrder): Day | undefined {
  const first = YEAR_FIRST.exec(text);
  if (first !== null) return day(first, first[1]!, Number(first[3]), first[4]!);
  const compact = COMPACT.exec(text);
  if (compact !== null) return day(compact, compact[1]!, Number(compact[2]), compact[3]!);
  const named = DAY_NAMED.exec(text);
  if (named !== null) return day(named, named[3]!, monthOf(named[2]!), named[1]!);
  const american = NAMED_DAY.exec(text);
  if (american !== null) return day(american, american[3]!, monthOf(american[1]!), american[2]!);
  const last = YEAR_LAST.exec(text);
  if (last === null) return undefined;
  const [, a, , b, c] = last as unknown as [string, string, string, string, string];
  // With the year first, two digits stand for it: `24/01/31`.
  if (order === 'ymd') return c.length === 4 ? undefined : day(last, a.padStart(2, '0'), Number(b), c);
  return order === 'dmy' ? day(last, c, Number(b), a) : day(last, c, Number(a), b);
}

function day({ 0: { length } }: RegExpExecArray, written: string, month: number, of: string): Day {
  const short = Number(written);
  const year = written.length === 4 ? short : short + (short < 69 ? 2000 : 1900);
  return { year, month, day: Number(of), length };
}

/** 1 to 12; 0 for a word that names no month. */
function monthOf(name: string): number {
  const word = name.toLowerCase();
  if (word === 'sept') return 9;
  return (word.length === 3 ? MONTHS : FULL_MONTHS).indexOf(word) + 1;
}

function hourOf([, h, m, s = '0', fraction = '0', half]: RegExpExecArray): number | undefined {
  const [hour, minute, second] = [Number(h), Number(m), Number(s)];
  if (minute > 59 || second > 59) return undefined;
  const rest = minute / 60 + (second + Number(`0.${fraction}`)) / 3600;
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return undefined;
    return (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0) + rest;
  }
  return hour < 24 ? hour + rest : undefined;
}

/** Hours east of Greenwich; undefined for what no zone has. */
function offsetOf(zone = 'Z'): number | undefined {
  const match = /^([+-])(\d{2}):?(\d{2})?$/.exec(zone);
  if (match === null) return 0;
  const hours = Number(match[2]) + Number(match[3] ?? 0) / 60;
  return hours > 14 || Number(match[3] ?? 0) > 59 ? undefined : match[1] === '-' ? -hours : hours;
}

function moment(
  { year, month, day: of }: Day,
  hour: number,
  offset: number,
  timed: boolean,
): Moment | undefined {
  const date = new Date(0);
  // `Date.UTC` takes the years 0 to 99 for those of the twentieth century.
  date.setUTCFullYear(year, month - 1, of);
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== of) return undefined;
  const midnight = date.getTime();
  return {
    time: midnight + Math.round((hour - offset) * 3_600_000),
    year,
    month,
    weekday: weekdayOf(midnight),
    hour,
    timed,
  };
}

/** 1970 began on a Thursday. */
function weekdayOf(time: number): number {
  return (((Math.floor(time / DAY) + 3) % 7) + 7) % 7;
}

/** A moment of universal time, from milliseconds since 1970. */
export function momentAt(time: number): Moment {
  const date = new Date(time);
  return {
    time,
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    weekday: weekdayOf(time),
    hour: (((time % DAY) + DAY) % DAY) / 3_600_000,
    timed: time % DAY !== 0,
  };
}

/** What a list of words says about the order of its dates. */
export interface DateReading {
  /** The orders in which every word is a date. None where the words are no dates. */
  readonly orders: readonly DateOrder[];
  /** A word that is another date in another of these orders; undefined where they all say the same. */
  readonly ambiguous: string | undefined;
}

/**
 * Looks for the order of a column of dates. It is certain where a single order reads all of them, or where those that do
 * give the same dates.
 *
 * @example
 * readDates(['13/05/2024', '01/02/2024']).orders; // ['dmy']
 * readDates(['01/02/2024']).ambiguous; // '01/02/2024'
 */
export function readDates(words: Iterable<string>): DateReading {
  let orders: readonly DateOrder[] = DATE_ORDERS;
  const all = [...words];
  if (all.length === 0) return { orders: [], ambiguous: undefined };
  for (const word of all) {
    orders = orders.filter((order) => readDate(word, order) !== undefined);
    if (orders.length === 0) return { orders, ambiguous: undefined };
  }
  const ambiguous = all.find((word) => new Set(orders.map((order) => readDate(word, order)!.time)).size > 1);
  return { orders, ambiguous };
}
