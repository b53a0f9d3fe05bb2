import { GliaError } from '../base/errors.ts';
import { CsvLexer, type LexerOptions } from './csv-lexer.ts';

/** A cell of a sample. */
export interface SampleCell {
  readonly text: string;
  readonly quoted: boolean;
}

/** The beginning of a file, cut into cells by one delimiter. */
export interface Sample {
  /** Rows that are complete; the only one when none is. */
  readonly rows: readonly (readonly SampleCell[])[];
  /** Whether quotes make no sense under this delimiter, so that the rows end before the text does. */
  readonly broken: boolean;
}

/** Cuts the beginning of a file, or the `whole` of it, into rows and cells. */
export function cutSample(text: string, options: LexerOptions, whole: boolean): Sample {
  const rows: SampleCell[][] = [];
  let row: SampleCell[] = [];
  let broken = false;
  const lexer = new CsvLexer(options, {
    cell: (piece, start, end, _line, quoted) => {
      row.push({ text: piece.slice(start, end), quoted });
    },
    row: () => {
      rows.push(row);
      row = [];
    },
    blank: () => {},
  });
  try {
    lexer.feed(text);
    if (whole) lexer.end();
  } catch (error) {
    if (!(error instanceof GliaError)) throw error;
    broken = true;
  }
  if (rows.length === 0 && row.length > 0) rows.push(row);
  return { rows, broken };
}
