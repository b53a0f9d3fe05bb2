import { largest } from '../base/order.ts';
import { format } from './d3.ts';

const MINUS = '\u2212';

/** A number for people: three digits, whole from 1000 on, a power of ten where it is very large or small. No locale. */
export function numeral(x: number): string {
  return rounded(x, 3);
}

/** As {@link numeral}, with so many digits. */
export function rounded(x: number, digits: number): string {
  const size = Math.abs(x);
  if (size === 0) return '0';
  if (Number.isNaN(x)) return 'not defined';
  if (size === Number.POSITIVE_INFINITY) return x > 0 ? '∞' : `${MINUS}∞`;
  if (size >= 10 ** (digits + 4) || size < 1e-4) return exponent(format(`.${digits - 1}~e`)(x));
  return format(size >= 10 ** digits ? '.0f' : `.${digits}~r`)(x);
}

/**
 * Numbers that are compared: each with as many decimals as the others, so many that the largest has four digits, and
 * more where numbers that differ would read the same.
 */
export function numerals(values: readonly number[]): string[] {
  const most = largest(values.map((x) => (Number.isFinite(x) ? Math.abs(x) : 0)));
  if (most === 0 || most >= 1e7 || most < 1e-4) return values.map((x) => rounded(x, 4));
  const least = Math.max(0, 3 - Math.floor(Math.log10(most)));
  const different = new Set(values).size;
  let decimals = least;
  while (decimals < least + 4 && new Set(values.map((x) => x.toFixed(decimals))).size < different) decimals++;
  return values.map((x) => (Number.isFinite(x) ? format(`.${decimals}f`)(x) : numeral(x)));
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(n: number): string {
  const [ten, one] = [Math.floor(n / 10) % 10, n % 10];
  return `${n}${(ten === 1 ? undefined : ['th', 'st', 'nd', 'rd'][one]) ?? 'th'}`;
}

/** Text with the usual minus sign before its numbers. */
export function withMinus(text: string): string {
  return text.replace(/(^|[\s(=,[]|\de)-(?=[\d.])/g, `$1${MINUS}`);
}

/** A number with its sign, as a contribution has it. */
export function signed(x: number): string {
  return x > 0 ? `+${numeral(x)}` : numeral(x);
}

/** A share of a whole in percent. What is not all is never told as 100%, and what is not nothing never as 0%. */
export function percent(share: number): string {
  if (share > 0.9995 && share < 1) return '>99.9%';
  if (share > 0 && share < 0.0005) return '<0.1%';
  return `${numeral(Math.round(share * 1000) / 10)}%`;
}

/** Counts of things: `1 row`, `3 rows`. */
export function counted(n: number, thing: string): string {
  return `${n} ${thing}${n === 1 ? '' : 's'}`;
}

/** An exponent without what says nothing, and with the usual minus sign: `1.2e+7` is `1.2e7`. */
export function exponent(text: string): string {
  return text.replace('e+', 'e').replace('-', MINUS);
}
