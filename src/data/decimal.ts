const PLUS = 43;
const MINUS = 45;
const COMMA = 44;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const LETTER_E = 101;

// 10^0 to 10^15 are exact in float64, and so is every integer of 15 digits.
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/** How numbers are written. */
export interface Notation {
  /** What stands before the decimals. */
  readonly decimal: '.' | ',';
  /** What stands between groups of three digits, '' when nothing may; ' ' means any blank, "'" any apostrophe. */
  readonly thousands: string;
}

/** What spreadsheets write as a blank (also one that does not break, or a thin one) and as an apostrophe. */
const GROUP_MARKS: Readonly<Record<string, string>> = {
  ',': ',',
  '.': '.',
  ' ': ' \u00a0\u2009\u202f',
  "'": "'\u2019",
};

/** Numbers with groups by the mark between them: one to three digits, then groups of three. */
const GROUPED = new Map(
  Object.entries(GROUP_MARKS).map(([mark, characters]) => {
    const before = new RegExp(`^[+-]?[1-9]\\d{0,2}(?:[${characters}]\\d{3})+(?![\\d${characters}])`);
    return [mark, { before, mark: new RegExp(`[${characters}]`, 'g') }];
  }),
);

/**
 * The number that `text[start, end)` spells in a notation, or NaN when it spells none: what `parseDecimal` takes, with
 * the notation's sign before the decimals, and digits before it that may stand in groups of three, all of them or none.
 *
 * @example
 * parseNumber('1.234,50', 0, 8, { decimal: ',', thousands: '.' }); // 1234.5
 */
export function parseNumber(
  text: string,
  start: number,
  end: number,
  { decimal, thousands }: Notation,
): number {
  const point = decimal === ',' ? COMMA : DOT;
  const value = parseDecimal(text, start, end, point);
  if (!Number.isNaN(value) || thousands === '' || thousands === decimal) return value;
  const plain = withoutGroups(text.slice(start, end), thousands);
  return plain === undefined ? Number.NaN : parseDecimal(plain, 0, plain.length, point);
}

/** A text whose number begins with groups of digits, without the marks between them; undefined when it has no groups. */
export function withoutGroups(text: string, thousands: string): string | undefined {
  const grouped = GROUPED.get(thousands);
  const groups = grouped?.before.exec(text)?.[0];
  if (groups === undefined) return undefined;
  return groups.replace(grouped!.mark, '') + text.slice(groups.length);
}

/**
 * The number that `text[start, end)` spells, or NaN when it spells none. The rule is strict, because a guess here
 * is silent: an optional sign, decimal digits with at most one point, an optional decimal exponent, a finite value.
 * `1e5`, `-.5` and `+3` are numbers; the empty text, `0x10`, `12abc`, `1,5`, `1_000`, `Infinity`, `1e999` and
 * dates are not.
 *
 * `decimal` is the code of the sign before the decimals, a point or a comma.
 *
 * The result is the float64 nearest to the decimal: up to 15 digits one correctly rounded division does it
 * (Clinger, 1990, "How to read floating point numbers accurately"), and the rest goes to `Number`.
 *
 * @example
 * parseDecimal('age=41', 4, 6); // 41
 */
export function parseDecimal(text: string, start: number, end: number, decimal = DOT): number {
  const sign = text.charCodeAt(start);
  const from = sign === MINUS || sign === PLUS ? start + 1 : start;
  const whole = digitsEnd(text, from, end);
  const point = whole < end && text.charCodeAt(whole) === decimal ? 1 : 0;
  const fraction = digitsEnd(text, whole + point, end);
  const digits = fraction - from - point;
  if (digits < 1) return Number.NaN;
  if (fraction === end && digits <= EXACT_DIGITS) {
    const integer = readDigits(text, from, fraction, decimal);
    const value = integer / POWERS[fraction - whole - point]!;
    return sign === MINUS ? -value : value;
  }
  if (exponentEnd(text, fraction, end) !== end) return Number.NaN;
  const spelled = text.slice(start, end);
  const value = Number(decimal === DOT ? spelled : spelled.replace(',', '.'));
  return Number.isFinite(value) ? value : Number.NaN;
}

function digitsEnd(text: string, start: number, end: number): number {
  let i = start;
  while (i < end && isDigit(text.charCodeAt(i))) i++;
  return Math.min(i, end);
}

/** Where the exponent that begins at `start` ends; `start` itself when there is none. */
function exponentEnd(text: string, start: number, end: number): number {
  // Setting bit 5 turns `E` into `e`.
  if (start >= end || (text.charCodeAt(start) | 32) !== LETTER_E) return start;
  const sign = text.charCodeAt(start + 1);
  const from = start + (sign === MINUS || sign === PLUS ? 2 : 1);
  const stop = digitsEnd(text, from, end);
  return stop > from ? stop : start;
}

function readDigits(text: string, start: number, end: number, decimal: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== decimal) value = value * 10 + (code - ZERO);
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}

const ONE = 49;

/**
 * Whether a number is of the usual kind, for which none of the questions below need be asked: a digit, or not between -1
 * and 1, no code, and written as JavaScript prints it. A false answer says nothing. `value` is what the text spells.
 */
export function isUsual(text: string, start: number, end: number, value: number): boolean {
  const length = end - start;
  // An integer that fills its text has no sign, point, exponent or zero in front; the characters need not be read.
  if (Number.isInteger(value) && value >= 0) {
    return length === 1 || (length <= EXACT_DIGITS && value >= POWERS[length - 1]!);
  }
  if (!(Math.abs(value) <= Number.MAX_SAFE_INTEGER)) return false;
  const sign = text.charCodeAt(start);
  const first = sign === MINUS ? text.charCodeAt(start + 1) : sign;
  return first >= ONE && first <= NINE && text.charCodeAt(end - 1) !== ZERO;
}

/** Whether a number has a zero before other digits (`01001`, `-07`): it is a name then, and no amount. */
export function hasLeadingZero(text: string, start: number, end: number): boolean {
  const sign = text.charCodeAt(start);
  const from = sign === MINUS || sign === PLUS ? start + 1 : start;
  return text.charCodeAt(from) === ZERO && from + 1 < end && isDigit(text.charCodeAt(from + 1));
}

/** Whether a number is an integer in digits beyond 2^53, where different ones become one float64: `value`. */
export function isInexact(
  text: string,
  start: number,
  end: number,
  value: number,
  decimal: Notation['decimal'],
): boolean {
  if (Math.abs(value) <= Number.MAX_SAFE_INTEGER) return false;
  const spelled = text.slice(start, end);
  return !spelled.includes(decimal) && !/e/i.test(spelled);
}

/** Whether a text that spells the number `value` would rather be a name. */
export function isCode(text: string, value: number, decimal: Notation['decimal']): boolean {
  return hasLeadingZero(text, 0, text.length) || isInexact(text, 0, text.length, value, decimal);
}

/** `toFixed` takes no more. */
const MOST_DECIMALS = 100;
/** From here on JavaScript prints a number without an exponent. */
const SMALLEST_PRINTED = 1e-6;

/**
 * The decimals that a number is written with where JavaScript would print it with another number of them (`1.50`,
 * `2.0`), so that `value.toFixed(decimals)` is the spelling; undefined where `String(value)` will do. `value` is the
 * number that the text spells, and `decimal` the sign before its decimals.
 */
export function writtenDecimals(
  text: string,
  start: number,
  end: number,
  value: number,
  decimal: Notation['decimal'],
): number | undefined {
  const rounded = text.charCodeAt(end - 1) === ZERO;
  if (!rounded && (value === 0 || Math.abs(value) >= SMALLEST_PRINTED)) return undefined;
  const point = decimal === ',' ? COMMA : DOT;
  let i = end - 1;
  while (i >= start && isDigit(text.charCodeAt(i))) i--;
  const decimals = end - 1 - i;
  if (i < start || text.charCodeAt(i) !== point || decimals > MOST_DECIMALS) return undefined;
  if (end - start <= EXACT_DIGITS) return decimals;
  // With more digits than a float64 has, neither way to print the number gives them back.
  return value.toFixed(decimals).endsWith(text.slice(i + 1, end)) ? decimals : undefined;
}
