import { readDate, readDates } from './dates.ts';
import { numberOf } from './encode.ts';
import { isMissing, numberIn, type Reading } from './reading.ts';
import type { Column, TextColumn } from './table.ts';

/** Something about a column that its user may not expect. */
export interface ColumnNote {
  readonly column: string;
  /** What is so, in a sentence: `2 of 40 cells are no numbers ("NA"), so the column is text`. */
  readonly message: string;
  /** Rows of these cells in the table that was looked at, from 0, the first ten. */
  readonly rows: readonly number[];
  /** How many cells it is about. */
  readonly cells: number;
  /** What to write where it should be otherwise. */
  readonly hint: string;
}

/** Rows that a note names, and different words. */
const [MOST_ROWS, MOST_WORDS] = [10, 5];
/** From this share of cells on a column was meant to hold numbers, or dates. */
const MEANT = 0.5;
/** Words beside which a number may stand: units, percent, currencies. */
const AROUND = /^[^\d+-]{0,8}([+-]?\d[\d.,'’\s]*)[^\d]{0,12}$/;

/** What the words of a text column are, by what most of them spell. */
export interface Words {
  /** Rows with a word. */
  readonly present: number;
  readonly distinct: ReadonlySet<string>;
  /** Rows whose word is a number. */
  readonly numbers: number;
  /** Whether all words are dates, each with a year of four digits or the name of a month. */
  readonly areDates: boolean;
}

/** Looks at the words of a column. */
export function wordsOf({ values }: TextColumn, reading: Reading): Words {
  const counts = new Map<string, number>();
  for (const value of values) {
    const word = value?.trim();
    if (word && !isMissing(word, reading)) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  const distinct = new Set(counts.keys());
  let [present, numbers] = [0, 0];
  for (const [word, count] of counts) {
    present += count;
    if (numberOf(word, reading) !== undefined && !/^(true|false)$/i.test(word)) numbers += count;
  }
  const areDates = present > 0 && [...distinct].every(isSurelyDate) && readDates(distinct).orders.length > 0;
  return { present, distinct, numbers, areDates };
}

/** A version such as `1.2.34` may be read as a date, but does not look like one. */
function isSurelyDate(word: string): boolean {
  return /\d{4}|[a-z]{3}/i.test(word);
}

/** What is to be said of a text column that is taken for categories, or left out. */
export function textNotes(name: string, column: TextColumn, words: Words, reading: Reading): ColumnNote[] {
  const { present, numbers, distinct } = words;
  if (present === 0) return [];
  if (numbers === present) return [identifiers(name, column, reading)];
  if (numbers >= MEANT * present) return [withWords(name, column, present, reading)];
  const dates = dateNote(name, column, distinct, reading);
  if (dates !== undefined) return [dates];
  const framed = rowsWhere(
    column,
    reading,
    (word) => Number.isNaN(numberIn(word, reading)) && isFramed(word),
  );
  if (framed.length < MEANT * present) return [];
  const example = JSON.stringify(column.values[framed[0]!]);
  return [
    note(name, framed, {
      message: `${framed.length} of ${present} cells are numbers with something in them (${example}), so the column is text`,
      hint: `decimal: ',' and thousands say how numbers are written; table.derive takes off a unit: { ${key(name)}: (row) => parseFloat(row[${JSON.stringify(name)}]) }`,
    }),
  ];
}

function isFramed(word: string): boolean {
  return AROUND.test(word) && !/^\d+[-/.]\d+[-/.]\d+$/.test(word);
}

function identifiers(name: string, column: TextColumn, reading: Reading): ColumnNote {
  const zeros = rowsWhere(column, reading, (word) => /^[+-]?0\d/.test(word));
  const large = rowsWhere(column, reading, (word) => isBeyondExact(word));
  const [rows, why] =
    zeros.length > 0 ? [zeros, 'begin with a zero'] : [large, 'are too long to be told apart as numbers'];
  if (rows.length === 0) {
    return note(name, rows, {
      message: 'all cells are numbers that were given as text, so the column is text',
      hint: `name it under numeric (--numeric ${shellWord(name)}) to take them as numbers`,
    });
  }
  return note(name, rows, {
    message: `${rows.length} of ${column.values.length} cells ${why} (${JSON.stringify(column.values[rows[0]!])}), so the column is text: names such as postcodes, each as it is spelled`,
    hint: `name it under numeric (--numeric ${shellWord(name)}) if they are quantities`,
  });
}

function isBeyondExact(word: string): boolean {
  return /^[+-]?\d+$/.test(word) && !Number.isSafeInteger(Number(word));
}

function withWords(name: string, column: TextColumn, present: number, reading: Reading): ColumnNote {
  const rows = rowsWhere(column, reading, (word) => numberOf(word, reading) === undefined);
  const words = [...new Set(rows.map((row) => column.values[row]!.trim()))];
  return note(name, rows, {
    message: `${count(rows.length, present)} no ${rows.length === 1 ? 'number' : 'numbers'} (${listed(words)}), so the column is text`,
    hint: `missing: ${JSON.stringify(words.slice(0, MOST_WORDS))} (--missing ${words.slice(0, MOST_WORDS).map(shellWord).join(',')}) if that stands for a missing number`,
  });
}

function dateNote(
  name: string,
  column: TextColumn,
  distinct: ReadonlySet<string>,
  reading: Reading,
): ColumnNote | undefined {
  const all = readDates(distinct);
  if (all.orders.length > 0 && [...distinct].every(isSurelyDate)) {
    return note(name, [], {
      message: 'all cells are dates, taken here as words',
      hint: `name it under date (--dates ${shellWord(name)}=${all.orders[0]})`,
    });
  }
  if (all.orders.length > 0 && [...distinct].every((word) => /\d\d$/.test(word))) {
    return note(name, [], {
      message: `its cells may be dates with years of two digits (${JSON.stringify([...distinct][0])}), taken here as words`,
      hint: `date: { of: [${JSON.stringify(name)}], order: 'dmy' } (--dates ${shellWord(name)}=dmy) if they are`,
    });
  }
  const isDate = (word: string) =>
    isSurelyDate(word) && (readDate(word, 'dmy') ?? readDate(word, 'mdy')) !== undefined;
  const present = rowsWhere(column, reading, () => true).length;
  const odd = rowsWhere(column, reading, (word) => !isDate(word));
  if (odd.length > (1 - MEANT) * present) return undefined;
  const words = [...new Set(odd.map((row) => column.values[row]!.trim()))];
  return note(name, odd, {
    message: `${count(odd.length, present)} no ${odd.length === 1 ? 'date' : 'dates'} (${listed(words)}), so the column is text`,
    hint: `missing: ${JSON.stringify(words.slice(0, MOST_WORDS))} (--missing ${words.slice(0, MOST_WORDS).map(shellWord).join(',')}) if that stands for a missing date`,
  });
}

/** What is to be said of a column with one value in all training rows. */
export function constantNote(name: string, value: string): ColumnNote {
  return note(name, [], {
    message: `every training row has ${JSON.stringify(value)}, so nothing is learned from it and it enters as 0`,
    hint: `leave "${name}" out`,
  });
}

/** What is to be said of words that are ranked without an order. */
export function alphabetNote(name: string, categories: readonly (string | null)[]): ColumnNote {
  const first = categories.filter((category) => category !== null).slice(0, MOST_WORDS);
  return note(name, [], {
    message: `its categories rank by the alphabet: ${first.join(' < ')}${categories.length > first.length ? ' < …' : ''}`,
    hint: `order: { ${key(name)}: [${first.map((word) => JSON.stringify(word)).join(', ')}] } in the order that they have`,
  });
}

/** A column that is left out, as a note. */
export function leftOutNote(column: string, reason: string): ColumnNote {
  return {
    column,
    message: `left out: ${reason}`,
    rows: [],
    cells: 0,
    hint: 'name it under numeric, categorical or date to keep it',
  };
}

/** Whether a column has the same value in all rows; missing cells are a value. */
export function isConstant({ values }: Column): boolean {
  const first = values[0];
  for (const value of values) if (!Object.is(value, first)) return false;
  return true;
}

function rowsWhere({ values }: TextColumn, reading: Reading, holds: (word: string) => boolean): number[] {
  const known = new Map<string, boolean>();
  const rows: number[] = [];
  values.forEach((value, row) => {
    const word = value?.trim();
    if (!word || isMissing(word, reading)) return;
    if (!known.has(word)) known.set(word, holds(word));
    if (known.get(word)) rows.push(row);
  });
  return rows;
}

function note(column: string, rows: readonly number[], said: { message: string; hint: string }): ColumnNote {
  return { column, ...said, rows: rows.slice(0, MOST_ROWS), cells: rows.length };
}

function count(some: number, all: number): string {
  return `${some} of ${all} cells ${some === 1 ? 'is' : 'are'}`;
}

function listed(words: readonly string[]): string {
  const shown = words.slice(0, MOST_WORDS).map((word) => JSON.stringify(word.slice(0, 40)));
  return words.length > shown.length
    ? `${shown.join(', ')} and ${words.length - shown.length} more`
    : shown.join(', ');
}

/** A name as a key of an object literal. */
function key(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
}

function shellWord(word: string): string {
  return /^[\w@%+=:./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
