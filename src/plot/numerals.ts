const MINUS = '\u2212';

/** A number for people: three digits, whole from 1000 on, a power of ten where it is very large or small. No locale. */
export function numeral(x: number): string {
  const size = Math.abs(x);
  if (size === 0) return '0';
  if (size >= 1e7 || size < 1e-4) return tidy(x.toExponential(2));
  return tidy(size >= 1000 ? String(Math.round(x)) : String(Number(x.toPrecision(3))));
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

/** The usual minus sign, and exponents without what says nothing: `1.20e+7` is `1.2e7`. */
export function tidy(text: string): string {
  return text
    .replace(/(\.\d*?)0+(e|$)/, '$1$2')
    .replace(/\.(e|$)/, '$1')
    .replace('e+', 'e')
    .replaceAll('-', MINUS);
}
