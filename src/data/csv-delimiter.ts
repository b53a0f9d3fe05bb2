import { descending } from '../base/order.ts';
import type { LexerOptions } from './csv-lexer.ts';
import { isNumeral } from './csv-notation.ts';
import { cutSample, type Sample, type SampleCell } from './csv-sample.ts';

/** The delimiters that are looked for, the usual one first. */
export const DELIMITERS = [',', ';', '\t', '|'] as const;

/** What speaks for a cell: numbers are rarely made by cutting at the wrong place, words more often. */
const NUMERAL = 1;
const WORDS = 0.9;
/** What quotes that make no sense leave of a delimiter's chances; only where every one has such quotes do they count. */
const BROKEN = 0.001;

/**
 * Finds the delimiter of a CSV from its beginning (`whole` says that it is all of it). The best is the candidate that
 * cuts most rows into the same number of cells, at least two, and leaves cells that are whole: numbers, or words
 * without a quote or another delimiter in the middle, unless they stand in quotes. With equal chances it is the one
 * that makes more cells, then the usual one. After van den Burg, Nazábal, Sutton (2019), "Wrangling messy CSV
 * files by detecting row and type patterns", whose score is a product of these two as well. Yields after each candidate.
 *
 * @example
 * atOnce(findDelimiter('a;b\n1,5;2\n', { trim: true, skipLines: 0, source: 'text' }, true)); // ';'
 */
export function* findDelimiter(
  text: string,
  options: Omit<LexerOptions, 'delimiter'>,
  whole: boolean,
): Generator<void, string> {
  const candidates: { delimiter: string; width: number; score: number }[] = [];
  const present = DELIMITERS.filter((delimiter) => text.includes(delimiter));
  // Nothing to compare with.
  if (present.every((delimiter) => delimiter === ',')) return ',';
  for (const delimiter of present) {
    const sample = cutSample(text, { ...options, delimiter }, whole);
    const { width, share } = usualWidth(sample);
    const score = share * wholeness(sample, delimiter) * (sample.broken ? BROKEN : 1);
    candidates.push({ delimiter, width, score });
    yield;
  }
  // The sort is stable, so the usual delimiter wins a tie.
  const [best] = candidates
    .filter(({ width }) => width > 1)
    .sort((a, b) => descending(a.score, b.score) || descending(a.width, b.width));
  return best?.delimiter ?? ',';
}

/** The number of cells that most rows have, the larger one where two are as frequent, and the share of these rows. */
function usualWidth({ rows }: Sample): { width: number; share: number } {
  const counts = new Map<number, number>();
  for (const { length } of rows) counts.set(length, (counts.get(length) ?? 0) + 1);
  const [width, count] = [...counts].sort((a, b) => descending(a[1], b[1]) || descending(a[0], b[0]))[0] ?? [
    0, 0,
  ];
  return { width, share: count / Math.max(rows.length, 1) };
}

/** How whole the cells are, from 0 to 1; those of the first row, which may be names, only where there are no others. */
function wholeness({ rows }: Sample, delimiter: string): number {
  const cells = rows.slice(rows.length > 1 ? 1 : 0).flat();
  return cells.reduce((sum, cell) => sum + scoreOf(cell, delimiter), 0) / Math.max(cells.length, 1);
}

function scoreOf({ text, quoted }: SampleCell, delimiter: string): number {
  if (text === '' || isNumeral(text)) return NUMERAL;
  if (quoted) return WORDS;
  return isCut(text, delimiter) ? 0 : WORDS;
}

/** Whether a cell has a quote or another delimiter in its middle. One that a blank follows is punctuation. */
function isCut(text: string, delimiter: string): boolean {
  if (text.startsWith('"') || text.endsWith('"')) return true;
  return DELIMITERS.some((other) => {
    if (other === delimiter) return false;
    for (let i = text.indexOf(other); i >= 0; i = text.indexOf(other, i + 1)) {
      if (text[i + 1] !== ' ' || other === '\t') return true;
    }
    return false;
  });
}
