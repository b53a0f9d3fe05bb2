const PLUS = 43;
const MINUS = 45;
const DOT = 46;
const ZERO = 48;
const NINE = 57;
const LETTER_E = 101;

// 10^0 to 10^15 are exact in float64, and so is every integer of 15 digits.
const EXACT_DIGITS = 15;
const POWERS = Array.from({ length: EXACT_DIGITS + 1 }, (_, i) => 10 ** i);

/**
 * The number that `text[start, end)` spells, or NaN when it spells none. The rule is strict, because a guess here
 * is silent: an optional sign, decimal digits with at most one point, an optional decimal exponent, a finite value.
 * `1e5`, `-.5` and `+3` are numbers; the empty text, `0x10`, `12abc`, `1,5`, `1_000`, `Infinity`, `1e999` and
 * dates are not.
 *
 * The result is the float64 nearest to the decimal: up to 15 digits one correctly rounded division does it
 * (Clinger, 1990, "How to read floating point numbers accurately"), and the rest goes to `Number`.
 *
 * @example
 * parseDecimal('age=41', 4, 6); // 41
 */
export function parseDecimal(text: string, start: number, end: number): number {
  const sign = text.charCodeAt(start);
  const from = sign === MINUS || sign === PLUS ? start + 1 : start;
  const whole = digitsEnd(text, from, end);
  const point = whole < end && text.charCodeAt(whole) === DOT ? 1 : 0;
  const fraction = digitsEnd(text, whole + point, end);
  const digits = fraction - from - point;
  if (digits < 1) return Number.NaN;
  if (fraction === end && digits <= EXACT_DIGITS) {
    const integer = readDigits(text, from, fraction);
    const value = integer / POWERS[fraction - whole - point]!;
    return sign === MINUS ? -value : value;
  }
  if (exponentEnd(text, fraction, end) !== end) return Number.NaN;
  const value = Number(text.slice(start, end));
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

function readDigits(text: string, start: number, end: number): number {
  let value = 0;
  for (let i = start; i < end; i++) {
    const code = text.charCodeAt(i);
    if (code !== DOT) value = value * 10 + (code - ZERO);
  }
  return value;
}

function isDigit(code: number): boolean {
  return code >= ZERO && code <= NINE;
}
