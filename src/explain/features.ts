import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { type DateInput, type DatePart, partIn, writeMoment } from '../data/date-input.ts';
import { readDate } from '../data/dates.ts';
import type { Input, NumberKind } from '../data/encode.ts';
import type { Subject } from './subject.ts';

/**
 * A value of a column as the user knows it, a date as text in ISO 8601; null for a missing one, for a category that
 * training never saw, and for a date of which only parts entered.
 */
export type Known = number | string | null;

/** A number that enters as it is. */
const PLAIN = { shift: 0, scale: 1, values: 'real', constant: false } as const;

/**
 * A column as the user knows it: an original one of a model with preprocessing, else a number of the row. It turns
 * values that the user knows into numbers of a row and back.
 */
export class Feature {
  readonly name: string;
  /** Positions of its numbers in a row. */
  readonly at: readonly number[];
  readonly kind: Input['kind'];
  /** Of a categorical column, in the order of its numbers. */
  readonly categories: readonly (string | null)[];
  /** What numbers training saw. */
  readonly values: NumberKind;
  /** Whether training saw one value alone, so that the model looks at no other. */
  readonly isConstant: boolean;
  readonly #shift: number;
  readonly #scale: number;
  /** Of a column of dates. */
  readonly date: DateInput | undefined;

  constructor(name: string, at: readonly number[], input?: Input) {
    this.name = name;
    this.at = at;
    this.kind = input?.kind ?? 'numeric';
    this.categories = input !== undefined && 'categories' in input ? input.categories : [];
    this.date = input?.kind === 'date' ? input : undefined;
    const { shift, scale, values, constant } = input?.kind === 'numeric' ? input : PLAIN;
    this.values = values;
    this.isConstant = constant;
    this.#shift = shift;
    this.#scale = scale;
  }

  get isCategorical(): boolean {
    return this.kind === 'onehot' || this.kind === 'ordinal';
  }

  /** How much a value changes where its number changes by 1. */
  get unit(): number {
    return this.#scale;
  }

  /** The value in the row of numbers that begins at `from`. */
  read(x: ArrayLike<number>, from = 0): Known {
    const first = x[from + this.at[0]!]!;
    if (this.kind === 'numeric') return this.toValue(first);
    if (this.date !== undefined) return dateIn(this.date, x, from + this.at[0]!);
    const position = this.kind === 'ordinal' ? first : this.at.findIndex((i) => x[from + i] === 1);
    return this.categories[position] ?? null;
  }

  /** Writes a value into the row of numbers that begins at `from`. */
  write(value: Known, x: { [i: number]: number }, from = 0): void {
    if (this.date !== undefined) {
      writeMoment(this.date, readDate(value as string, this.date.order)!, x, from + this.at[0]!);
      return;
    }
    const position = this.categories.indexOf(value as string | null);
    if (this.kind === 'numeric') x[from + this.at[0]!] = this.toNumber(value as number);
    else if (this.kind === 'ordinal') x[from + this.at[0]!] = position;
    else for (const [category, i] of this.at.entries()) x[from + i] = Number(category === position);
  }

  /** A value of a numeric column from its number in a row: scaling undone. */
  toValue(number: number): number {
    return number * this.#scale + this.#shift;
  }

  /** The number, as a row of float32 holds it, of the whole value next to that of a number. */
  toNearest(number: number): number {
    return Math.fround(this.toNumber(Math.round(this.toValue(number))));
  }

  /** The reverse of `toValue`. */
  toNumber(value: number): number {
    return (value - this.#shift) / this.#scale;
  }
}

const DAY = 86_400_000;

/** The date whose outputs stand in `x` from `at` on; null where its day is not among them. */
function dateIn(date: DateInput, x: ArrayLike<number>, at: number): string | null {
  if (!date.parts.includes('days')) return null;
  const days = partIn(date, 'days', x, at);
  // A float32 of a scaled day is exact to some minutes; the hour, which has an output of its own, to a second.
  if (!date.parts.includes('hour')) return isoDay(Math.round(days));
  const hours = partIn(date, 'hour', x, at);
  const time = Math.round(Math.round(days - hours / 24) * DAY + hours * 3_600_000);
  return new Date(Math.round(time / 1000) * 1000).toISOString();
}

function isoDay(days: number): string {
  return new Date(days * DAY).toISOString().slice(0, 10);
}

/** Parts of the dates that rows have, as numbers. */
export function partsOf(feature: Feature, part: DatePart, { x, rows, width }: Subject): Float64Array {
  return Float64Array.from({ length: rows }, (_, row) =>
    partIn(feature.date!, part, x, row * width + feature.at[0]!),
  );
}

/** The columns of what is asked, in the order of the row. */
export function featuresOf({ session, featureNames }: Subject): Feature[] {
  const { prepare } = session;
  if (prepare === undefined) return featureNames.map((name, i) => new Feature(name, [i]));
  const { inputs } = prepare.toJSON();
  return prepare.groups.map(({ column, outputs }, i) => new Feature(column, outputs, inputs[i]));
}

/**
 * A column by its name, or by its position among the columns.
 *
 * @throws {OptionError} when there is no such column.
 */
export function featureOf(where: string, features: readonly Feature[], wanted: string | number): Feature {
  const names = features.map(({ name }) => name);
  const found = features[typeof wanted === 'number' ? wanted : names.indexOf(wanted)];
  if (found !== undefined) return found;
  throw new OptionError(`${where}: there is no column ${describe(wanted)}`, {
    known: names.slice(0, 20).join(', '),
    hint:
      typeof wanted === 'string'
        ? didYouMean(wanted, names)
        : `a name, or a number from 0 to ${names.length - 1}`,
  });
}

/** What the rows have in a column, as the user knows it. */
export function observedOf(feature: Feature, subject: Subject): Known[] {
  const { x, rows, width, original } = subject;
  if (feature.date !== undefined) {
    const { order } = feature.date;
    return Array.from({ length: rows }, (_, row) => {
      const given = original?.[row]?.[feature.name];
      const known = typeof given === 'string' ? readDate(given.trim(), order) : undefined;
      return known === undefined ? feature.read(x, row * width) : isoOf(known.time);
    });
  }
  if (!feature.isCategorical) return [...valuesOf(feature, subject)];
  return Array.from({ length: rows }, (_, row) => feature.read(x, row * width));
}

/** A moment in ISO 8601, without a time of day at midnight. */
function isoOf(time: number): string {
  return time % DAY === 0 ? isoDay(time / DAY) : new Date(time).toISOString();
}

/** Whether rows have whole numbers in a numeric column, as far as a row of float32 tells; missing ones do not count. */
export function isWhole(feature: Feature, { x, rows, width, original }: Subject): boolean {
  return Array.from({ length: rows }, (_, row) => original?.[row]?.[feature.name]).every((given, row) => {
    if (typeof given === 'number' && !Number.isNaN(given)) return Number.isInteger(given);
    if (original !== undefined && (given ?? '') === '') return true;
    const number = x[row * width + feature.at[0]!]!;
    return Number.isNaN(given) || feature.toNearest(number) === number;
  });
}

/** Values of a numeric column for all rows: those that were given, where they have names, else scaling undone. */
export function valuesOf(feature: Feature, { x, rows, width, original }: Subject): Float64Array {
  const i = feature.at[0]!;
  return Float64Array.from({ length: rows }, (_, row) => {
    const given = original?.[row]?.[feature.name];
    return typeof given === 'number' && Number.isFinite(given) ? given : feature.toValue(x[row * width + i]!);
  });
}
