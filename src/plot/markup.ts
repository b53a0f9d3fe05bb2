import { allowed, escapeMarkup } from '../base/markup.ts';

declare const escaped: unique symbol;

/** SVG text in which every special character is escaped: only the functions of this file make it from strings. */
export type Markup = string & { readonly [escaped]: true };

/** Values of attributes; those that are undefined are left out. */
export type Attributes = Readonly<Record<string, string | number | undefined>>;

/** An element. Numbers are rounded to two decimals: a hundredth of a pixel is not seen. */
export function element(name: string, attributes: Attributes, ...children: readonly Markup[]): Markup {
  const told = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${typeof value === 'number' ? decimals(value) : withEntities(value!)}"`)
    .join('');
  const inside = children.join('');
  return (inside === '' ? `<${name}${told}/>` : `<${name}${told}>${inside}</${name}>`) as Markup;
}

/** Text as the content of an element. */
export function characters(text: string): Markup {
  return withEntities(text) as Markup;
}

/** Several pieces, one after the other. */
export function joined(pieces: readonly Markup[]): Markup {
  return pieces.join('') as Markup;
}

/** A number as SVG has it, the same on every machine: two decimals, no exponent, no minus zero. */
export function decimals(x: number): string {
  const rounded = Math.round(x * 100) / 100;
  return String(rounded === 0 ? 0 : rounded);
}

/** The text with each character that XML forbids as U+FFFD, and each run of white space as one blank. */
export function printable(text: string): string {
  return allowed(text).replace(/\s+/g, ' ');
}

function withEntities(text: string): string {
  return escapeMarkup(printable(text));
}
