import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { plainOf } from '../base/plain.ts';
import { checkNumber } from '../base/ranges.ts';
import { characters, decimals, element, joined, type Markup } from './markup.ts';
import { BOLD, clip, fitted, label, SIZE, title as told, type Words, wrap } from './text.ts';
import { checkTheme, fill, rootClass, styles, type Theme } from './theme.ts';

/** What every picture takes. */
export interface PlotOptions {
  /** Width of the drawing in pixels, 200 to 4096. It shrinks with the page that it stands in. Default 420. */
  readonly width?: number;
  /** Height in pixels, up to 16384. Default: what the content needs, and never less. */
  readonly height?: number;
  /** Title above the picture, and its name for a screen reader. Default: what the picture shows. */
  readonly title?: string;
  /** Colours: `light`, `dark`, or `auto`, which follows the reader's system. Default `auto`. */
  readonly theme?: Theme;
}

/** A rectangle in pixels. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** What makes a picture out of its parts. */
export interface Drawing {
  /** Name of the function, for errors. */
  readonly where: string;
  readonly options: PlotOptions;
  /** Title when the options have none. */
  readonly title: Words;
  /** The figures in words. */
  readonly description: string;
  /** Height of the body that the content needs, and the one that it has when nothing is said. */
  readonly least: number;
  readonly usual?: number;
  /** What the reader must know besides: how much was left out, what signs mean. */
  readonly notes?: readonly string[];
  readonly draw: (body: Box) => readonly Markup[];
}

/** Blank around the body. */
export const MARGIN = 12;
const LINE = 16;

/**
 * The options of a picture, checked; `more` are the names of those that only it has.
 *
 * @throws {OptionError} for an unknown option and for one out of range.
 */
export function plotOptions<T extends PlotOptions>(
  where: string,
  options: T,
  more: readonly string[] = [],
): T {
  const own = plainOf(where, checkOptions(where, options, ['width', 'height', 'title', 'theme', ...more]));
  if (own.width !== undefined) checkNumber(where, 'width', own.width, { least: 200, most: 4096 });
  if (own.height !== undefined) checkNumber(where, 'height', own.height, { above: 0, most: 16384 });
  if (own.theme !== undefined) checkTheme(where, own.theme);
  if (own.title !== undefined && typeof own.title !== 'string') {
    throw new OptionError(`${where}: title must be a string, got ${describe(own.title)}`);
  }
  return own.title === undefined ? own : { ...own, title: clip(own.title, 1000) };
}

/** Width of a picture's body, which some need before they know their height. */
export function bodyWidth(options: PlotOptions): number {
  return (options.width ?? 420) - 2 * MARGIN;
}

/** The picture as an SVG document: title above, notes below, and the body between. */
export function figure(drawing: Drawing): string {
  const { where, options, least, usual = least, description, notes = [] } = drawing;
  const { width = 420, theme = 'auto' } = options;
  const title: Words = options.title ?? drawing.title;
  const room = width - 2 * MARGIN;
  // Names give way to numbers: two lines hold a little less than twice the room.
  const short =
    typeof title === 'string' ? title : fitted(title, (1.6 * room) / BOLD, SIZE.title, room / BOLD);
  const heading = title === '' ? [] : wrap(short, room / BOLD, SIZE.title, 3);
  const foot = notes.flatMap((note) => wrap(note, room, SIZE.note, 4));
  const top = MARGIN + heading.length * 20 + (heading.length > 0 ? 4 : 0);
  const below = foot.length * LINE + (foot.length > 0 ? 6 : 0) + MARGIN;
  const asked = options.height === undefined ? usual : options.height - top - below;
  const bottom = top + Math.max(least, asked);
  const height = bottom + below;
  const body = joined([
    element('rect', { width, height, class: fill('paper'), rx: 6 }),
    ...heading.map((line, i) => label(MARGIN, MARGIN + 13 + i * 20, line, { size: SIZE.title, bold: true })),
    ...drawing.draw({ left: MARGIN, top, right: width - MARGIN, bottom }),
    ...foot.map((line, i) =>
      label(MARGIN, bottom + 16 + i * LINE, line, { size: SIZE.note, colour: 'soft' }),
    ),
  ]);
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${decimals(width)} ${decimals(height)}`,
      width: '100%',
      style: `max-width:${decimals(width)}px;height:auto`,
      role: 'img',
      class: rootClass(theme),
    },
    told(title === '' ? drawing.title : title),
    element('desc', {}, characters(atBlank([description, ...notes].join(' '), 4000))),
    // Made of this package's own words and nothing else, so it is not escaped: XML would turn > into text.
    element('style', {}, styles(where, theme, body) as Markup),
    body,
  );
}

/** At most so many characters, without a word that is cut: it could be a number. */
function atBlank(text: string, most: number): string {
  const start = clip(text, most);
  return start === text ? text : start.replace(/\S*$/, '…');
}
