import { GliaError } from '../base/errors.ts';
import { CsvLexer, type LexerOptions } from './csv-lexer.ts';

/** The delimiters that are looked for, the usual one first. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** Cells in each complete row of the sample; the cells of an only row that is not complete. */
function rowWidths(sample: string, options: LexerOptions): number[] {
  const widths: number[] = [];
  let cells = 0;
  const lexer = new CsvLexer(options, {
    cell: () => {
      cells++;
    },
    row: () => {
      widths.push(cells);
      cells = 0;
    },
    blank: () => {},
  });
  try {
    lexer.feed(sample);
  } catch (error) {
    // Quotes that make no sense under this delimiter speak against it; under the right one the reader reports them.
    if (error instanceof GliaError) return [];
    throw error;
  }
  return widths.length > 0 ? widths : [cells + 1];
}

/**
 * Finds the delimiter of a CSV from its beginning: the candidate that cuts every row into the same number of cells,
 * at least two; the one with most cells when several do, and by the first row alone when none does.
 *
 * @example
 * findDelimiter('a;b\n1,5;2\n', { trim: true, skipLines: 0, source: 'text' }); // ';'
 */
export function findDelimiter(sample: string, options: Omit<LexerOptions, 'delimiter'>): string {
  const candidates = DELIMITERS.map((delimiter) => {
    const widths = rowWidths(sample, { ...options, delimiter });
    return { delimiter, width: widths[0] ?? 0, even: widths.every((width) => width === widths[0]) };
  }).filter(({ width }) => width > 1);
  const even = candidates.filter((candidate) => candidate.even);
  // The sort is stable, so the usual delimiter wins a tie.
  const best = (even.length > 0 ? even : candidates).sort((a, b) => b.width - a.width)[0];
  return best?.delimiter ?? ',';
}
