import { findDelimiter } from './csv-delimiter.ts';
import type { LexerOptions } from './csv-lexer.ts';
import { findNotation, type NotationRule } from './csv-notation.ts';
import { cutSample } from './csv-sample.ts';
import type { Notation } from './decimal.ts';

/** What may be known about a file before it is looked at. */
export interface DialectRule extends NotationRule {
  readonly delimiter: string | 'auto';
  readonly header: boolean | readonly string[];
  readonly missing: ReadonlySet<string>;
  readonly trim: boolean;
  readonly skipLines: number;
  readonly source: string;
}

/** How a file is to be cut into cells, and how its numbers are written. */
export interface Dialect {
  readonly lexer: LexerOptions;
  readonly notation: Notation;
}

/** Characters from the beginning of a file that show its dialect, and those that show the delimiter. */
export const SAMPLE = 16384;
const DELIMITER_SAMPLE = 8192;

/** A first line such as `sep=;` tells a spreadsheet the delimiter; when it writes the file again it may fill it up. */
const SEP_LINE = /^"?sep=(?<delimiter>[^"\r\n])"?\k<delimiter>*[ \t]*(?:[\r\n]|$)/i;

/**
 * Finds the dialect of a file from its beginning, which has no byte order mark; `whole` says that it is all of it. Yields
 * between its questions, each of which takes milliseconds before the code is compiled.
 */
export function* findDialect(text: string, rule: DialectRule, whole: boolean): Generator<void, Dialect> {
  const { trim, source, decimal, thousands } = rule;
  const named = SEP_LINE.exec(text)?.groups?.['delimiter'];
  const options = { trim, source, skipLines: Math.max(rule.skipLines, named === undefined ? 0 : 1) };
  const delimiter =
    rule.delimiter === 'auto' ? (named ?? (yield* delimiterOf(text, options, whole))) : rule.delimiter;
  const lexer = { ...options, delimiter };
  if (decimal !== 'auto' && thousands !== 'auto') return { lexer, notation: { decimal, thousands } };
  const { rows } = cutSample(text, lexer, whole);
  yield;
  return {
    lexer,
    notation: findNotation(rule.header === true ? rows.slice(1) : rows, rule, rule.missing),
  };
}

function delimiterOf(
  text: string,
  options: Omit<LexerOptions, 'delimiter'>,
  whole: boolean,
): Generator<void, string> {
  return findDelimiter(text.slice(0, DELIMITER_SAMPLE), options, whole && text.length <= DELIMITER_SAMPLE);
}
