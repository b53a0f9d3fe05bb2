import { ascending } from '../base/order.ts';
import { graphemes, shortenTo } from '../base/shorten.ts';
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

/** A name, of which as much is shown as has room. */
export interface Name {
  readonly name: string;
}

/**
 * What is written: names may be shortened, and what stands between them, such as a number, never is. A string alone is
 * a name.
 */
export type Words = string | readonly (string | Name)[];

/** Where text stands and how. */
export interface LabelOptions {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly size?: number;
  readonly colour?: Colour;
  readonly bold?: boolean;
  /** Pixels that it may take; names in longer text are shortened, and told whole where the pointer rests. */
  readonly room?: number;
  /** Degrees to turn it by, clockwise, about where it starts. */
  readonly turn?: number;
}

/** A line of text whose baseline is at `y`. */
export function label(x: number, y: number, words: Words, options: LabelOptions = {}): Markup {
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
  const whole = spoken(words, isolated);
  const short = fitted(words, bold ? room / BOLD : room, size);
  if (short === whole) return element('text', attributes, characters(whole));
  return element('text', attributes, title(words), characters(short));
}

/** All of the words, with names of at most a hundred characters: for descriptions, which hold many. */
export const inWords = (words: Words): string => spoken(words, (name) => clip(name, 100));

/** What is told where the pointer rests, and read by a screen reader. */
export function title(words: Words): Markup {
  return element('title', {}, characters(spoken(words, (name) => clip(name, LONGEST_TITLE))));
}

/** The pieces of words. */
export function partsOf(words: Words): readonly (string | Name)[] {
  return typeof words === 'string' ? [{ name: words }] : words;
}

/** All of the words, with names as `told` has them. */
export function spoken(words: Words, told: (name: string) => string = (name) => name): string {
  return partsOf(words)
    .map((part) => (typeof part === 'string' ? part : told(printable(part.name))))
    .join('');
}

/** The words in at most `room` pixels, and each name in `most`, if they can be made short enough. */
export function fitted(words: Words, room: number, size: number = SIZE.label, most = room): string {
  const parts = partsOf(words);
  const widths = parts.map((part) => widthOf(typeof part === 'string' ? part : printable(part.name), size));
  const isName = (i: number) => typeof parts[i] !== 'string';
  let left = widths.reduce((rest, width, i) => rest - (isName(i) ? 0 : width), room);
  const names = [...parts.keys()].filter(isName).sort((a, b) => ascending(widths[a]!, widths[b]!));
  // Names that need less than an equal share leave the rest to the others.
  const rooms = new Map<number, number>();
  for (const [i, part] of names.entries()) {
    rooms.set(part, Math.min(widths[part]!, left / (names.length - i), most));
    left -= rooms.get(part)!;
  }
  const short = (part: string | Name, i: number): string =>
    typeof part === 'string' ? part : isolated(shorten(printable(part.name), rooms.get(i)! + ROUNDING, size));
  return parts.map(short).join('');
}

/** Of a sum of widths. */
const ROUNDING = 1e-6;

/** A name that reads from the right is kept apart, or the numbers beside it would change their places. */
function isolated(name: string): string {
  return RIGHT_TO_LEFT.test(name) ? `\u2068${name}\u2069` : name;
}

const RIGHT_TO_LEFT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]|[\u{10800}-\u{10fff}\u{1e800}-\u{1eeff}]/u;

/** At most so many characters of a text. */
export function clip(text: string, most: number): string {
  const start = [...text.slice(0, 2 * most + 2)];
  return start.length > most ? `${start.slice(0, most).join('')}…` : text;
}

/** The text, or as much of it as fits, in pixels. */
export function shorten(
  text: string,
  room: number,
  size: number = SIZE.label,
  where?: 'middle' | 'end',
): string {
  const start = text.length <= LONGEST_LINE ? text : `${text.slice(0, LONGEST_LINE)}…`;
  return shortenTo(start, room, (some) => widthOf(some, size), where);
}

/** Lines of at most `room` pixels, broken at blanks, and inside a word that is wider; what `most` lines cannot hold is cut. */
export function wrap(text: string, room: number, size: number, most: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of printable(text).slice(0, LONGEST_LINE).split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (widthOf(longer, size) <= room) {
      line = longer;
      continue;
    }
    if (line !== '') lines.push(line);
    const pieces = broken(word, room, size);
    lines.push(...pieces.slice(0, -1));
    line = pieces.at(-1)!;
  }
  lines.push(line);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), shorten(lines.slice(most - 1).join(' '), room, size, 'end')];
}

/** A word in pieces of at most `room` pixels. */
function broken(word: string, room: number, size: number): string[] {
  const pieces = [''];
  if (widthOf(word, size) <= room) return [word];
  for (const character of graphemes(word)) {
    if (widthOf(pieces.at(-1)! + character, size) <= room) pieces[pieces.length - 1] += character;
    else pieces.push(character);
  }
  return pieces;
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
