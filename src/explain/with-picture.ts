import { writtenTo } from '../io/replace.ts';
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
  /**
   * A page of HTML with the picture, the numbers as tables, and how they were computed. It stands alone. Where a path is
   * given it is written there, so that a crash leaves the old file or the new one.
   *
   * @throws {FileError} when it cannot be written.
   */
  toHtml(path?: string | URL): Promise<string>;
}

/**
 * Plain data, which JSON, workers and comparisons take, with its picture and its page: `toSvg` and `toHtml` are not
 * enumerable, so that they are none of the data. A picture of a result is one of `glia/plot`, which takes it as it is.
 */
export function withPicture<T extends object, Options>(
  result: T,
  draw: (result: T, options?: Options) => string,
): T & Pictured<Options> {
  const toSvg = (options?: Options): string => draw(result, options);
  const toHtml = async (path?: string | URL): Promise<string> => {
    const { resultPage } = await import('./result-page.ts');
    return writtenTo(path, await resultPage(result));
  };
  return Object.defineProperties(result, {
    toSvg: { value: toSvg },
    toHtml: { value: toHtml },
  }) as T & Pictured<Options>;
}
