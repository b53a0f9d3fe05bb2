import type { PlotOptions } from '../plot/figure.ts';

/** A result before it can be looked at. */
export type Plain<T> = Omit<T, keyof Pictured>;

/** A result that can be looked at. */
export interface Pictured<Options = PlotOptions> {
  /**
   * The result as a picture, an SVG document, as the function of `glia/plot` draws it that takes it.
   *
   * @throws {OptionError} for unknown options.
   */
  toSvg(options?: Options): string;
}

/**
 * Plain data, which JSON, workers and comparisons take, with its picture: `toSvg` is not enumerable, so that it is none of
 * the data. A picture of a result is one of `glia/plot`, which takes it as it is.
 */
export function withPicture<T extends object, Options>(
  result: T,
  draw: (result: T, options?: Options) => string,
): T & Pictured<Options> {
  const toSvg = (options?: Options): string => draw(result, options);
  return Object.defineProperty(result, 'toSvg', { value: toSvg }) as T & Pictured<Options>;
}
