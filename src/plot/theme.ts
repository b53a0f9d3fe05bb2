import { choose } from '../base/options.ts';
import type { Markup } from './markup.ts';

/** Colours of a picture: those that the reader's system prefers, light ones on paper, or always the one. */
export type Theme = 'auto' | 'light' | 'dark';

/** Names of colours by their part; `1` to `6` are series. */
export type Colour =
  | 'paper'
  | 'ink'
  | 'soft'
  | 'grid'
  | 'positive'
  | 'negative'
  | '1'
  | '2'
  | '3'
  | '4'
  | '5'
  | '6';

/** A value for each colour. Every one but `grid` has a contrast of at least 4.5 to 1 on paper, so it may be text. */
export type Palette = Readonly<Record<Colour, string>>;

/** The colours. Positive is red and negative blue, as in the SHAP library; neither is the only sign of it. */
export const palettes: Readonly<Record<'light' | 'dark', Palette>> = {
  light: {
    paper: '#ffffff',
    ink: '#1b1f24',
    soft: '#57606a',
    grid: '#d8dee4',
    positive: '#c0262d',
    negative: '#1f5fbf',
    1: '#0b62a8',
    2: '#b34700',
    3: '#00755e',
    4: '#8a3fa0',
    5: '#7a5c00',
    6: '#b8155f',
  },
  dark: {
    paper: '#14171c',
    ink: '#e6edf3',
    soft: '#a3adb8',
    grid: '#363d46',
    positive: '#ff8478',
    negative: '#79b8ff',
    1: '#6cb6ff',
    2: '#f6a05c',
    3: '#4fd1a5',
    4: '#d2a8ff',
    5: '#e3c04d',
    6: '#ff8fc0',
  },
};

/** Most fill-opacity under text in `ink`, so that the contrast stays above 4.5 to 1. */
export const UNDER_TEXT = 0.4;

/** Class that fills with a colour. */
export const fill = (colour: Colour): string => `f-${colour}`;

/** Class that draws lines in a colour. */
export const stroke = (colour: Colour): string => `s-${colour}`;

/** Colour of the i-th series; there are six, and then they come again. */
export const series = (i: number): Colour => String((i % 6) + 1) as Colour;

const THEMES: Readonly<Record<Theme, true>> = { auto: true, light: true, dark: true };

/** @throws {OptionError} for a theme that there is none of. */
export function checkTheme(where: string, theme: Theme): void {
  choose(`${where}: theme`, theme, THEMES);
}

/** Class of the root, which all rules are bound to: pictures of different themes stand in one page without a quarrel. */
export const rootClass = (theme: Theme): string => `glia-plot-${theme}`;

/**
 * Rules for the classes that the body uses. They say the same in every picture of a theme, so many in one page do not
 * disturb each other. Paper is light whatever the screen is. Plain rules, not custom properties, which renderers such as librsvg do not know.
 *
 * @throws {OptionError} for a theme that there is none of.
 */
export function styles(where: string, theme: Theme, body: Markup): string {
  const root = `svg.${rootClass(theme)}`;
  const used = new Set([...body.matchAll(/ class="([^"]*)"/g)].flatMap(([, names]) => names!.split(' ')));
  const rules = (palette: Palette): string =>
    (Object.keys(palette) as Colour[])
      .flatMap((colour) => [
        [fill(colour), `fill:${palette[colour]}`],
        [stroke(colour), `stroke:${palette[colour]}`],
      ])
      .filter(([name]) => used.has(name!))
      .map(([name, rule]) => `${root} .${name}{${rule}}`)
      .join('');
  const base = `${root} text{font-family:system-ui,"DejaVu Sans",sans-serif}`;
  return choose(`${where}: theme`, theme, {
    auto: `${base}${rules(palettes.light)}@media screen and (prefers-color-scheme:dark){${rules(palettes.dark)}}`,
    light: base + rules(palettes.light),
    dark: base + rules(palettes.dark),
  });
}
