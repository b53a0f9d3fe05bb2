import { type Attributes, characters, decimals, element, type Markup, printable } from './markup.ts';
import { type Colour, fill } from './theme.ts';

/** Sizes of text in pixels. */
export const SIZE = { title: 15, label: 13, tick: 12, note: 12 } as const;

/** Bold text is so many times as wide. */
export const BOLD = 1.08;

/** A full name is told where a short one stands, up to so many characters. */
const LONGEST_TITLE = 400;
/** Names longer than this are not measured further. */
const LONGEST_LINE = 2000;

/** Where text stands and how. */
export interface LabelOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly colour?: Colour;
  readonly bold?: boolean;
  /** Pixels that it may take; longer text is cut, and told whole where the pointer rests. */
  readonly room?: number;
  /** Degrees to turn it by, clockwise, about where it starts. */
  readonly turn?: number;
}

/** A line of text whose baseline is at `y`. */
export function label(x: number, y: number, text: string, options: LabelOptions = {}): Markup {
  const {
    anchor = 'start',
    size = SIZE.label,
    colour = 'ink',
    bold = false,
    room = Infinity,
    turn,
  } = options;
  const attributes: Attributes = {
    x,
    y,
    transform: turn === undefined ? undefined : `rotate(${turn} ${decimals(x)} ${decimals(y)})`,
    class: fill(colour),
    'font-size': size,
    'font-weight': bold ? 600 : undefined,
    'text-anchor': anchor === 'start' ? undefined : anchor,
  };
  const whole = printable(text);
  const short = shorten(whole, bold ? room / BOLD : room, size);
  if (short === whole) return element('text', attributes, characters(whole));
  return element('text', attributes, title(whole), characters(short));
}

/** What is told where the pointer rests, and read by a screen reader. */
export function title(text: string): Markup {
  return element('title', {}, characters(clip(text, LONGEST_TITLE)));
}

/** At most so many characters of a text. */
export function clip(text: string, most: number): string {
  const start = [...text.slice(0, 2 * most + 2)];
  return start.length > most ? `${start.slice(0, most).join('')}…` : text;
}

/** The text, or as much of it as fits, with "…". */
export function shorten(text: string, room: number, size: number = SIZE.label): string {
  if (text.length <= LONGEST_LINE && widthOf(text, size) <= room) return text;
  let width = widthOf('…', size);
  let kept = '';
  for (const character of text) {
    width += widthOf(character, size);
    if (width > room || kept.length > LONGEST_LINE) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

/** Lines of at most `room` pixels, broken at blanks; what does not fit into `most` lines is cut. */
export function wrap(text: string, room: number, size: number, most: number): string[] {
  const lines = [''];
  for (const word of printable(text).slice(0, LONGEST_LINE).split(' ')) {
    const line = lines[lines.length - 1]!;
    const longer = line === '' ? word : `${line} ${word}`;
    if (line === '' || lines.length === most || widthOf(longer, size) <= room)
      lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines.map((line) => shorten(line, room, size));
}

/**
 * Estimated width in pixels. No font is known here; the shares of the size are those of DejaVu Sans, one of the widest
 * in use, so that text keeps to its room in others.
 */
export function widthOf(text: string, size: number = SIZE.label): number {
  let width = 0;
  for (const character of text.slice(0, LONGEST_LINE)) {
    width += SHARES[character.codePointAt(0)!] ?? share(character);
  }
  return width * size;
}

function share(character: string): number {
  if (/\p{M}|\p{Cf}/u.test(character)) return 0;
  if (/[ijlI.,:;|!'()[\]` ft/-]/.test(character)) return 0.4;
  if (/[mwMW@%…—]/.test(character)) return 1;
  if (/[A-Z&=+<>≤≥≈−±~]/.test(character)) return 0.78;
  if (/[\u0020-\u04ff]/.test(character)) return 0.64;
  return 1.05;
}

/** Shares of the characters that most text is made of, looked up many times. */
const SHARES = Array.from({ length: 0x500 }, (_, code) => share(String.fromCodePoint(code)));
