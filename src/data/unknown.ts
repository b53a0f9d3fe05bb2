/** Cells of a column that hold a category which training never saw. */
export interface UnknownCells {
  readonly column: string;
  /** Rows of the cells, from 0. */
  readonly rows: readonly number[];
  /** What each of these cells holds. */
  readonly values: readonly string[];
}

/** Values that a sentence names. */
const MOST_NAMED = 3;

/**
 * Unknown cells as a sentence for each column.
 *
 * @example
 * unknownText([{ column: 'plan', rows: [4], values: ['gold'] }]);
 * // ['1 cell of "plan" holds what training never saw ("gold"), which counts as no category']
 */
export function unknownText(unknown: readonly UnknownCells[]): string[] {
  return unknown.map(({ column, rows, values }) => {
    const distinct = [...new Set(values)];
    const named = distinct.slice(0, MOST_NAMED).map((value) => JSON.stringify(value.slice(0, 40)));
    const more = distinct.length > MOST_NAMED ? ', …' : '';
    const cells = rows.length === 1 ? '1 cell' : `${rows.length} cells`;
    const verb = rows.length === 1 ? 'holds' : 'hold';
    return `${cells} of "${column}" ${verb} what training never saw (${named.join(', ')}${more}), which counts as no category`;
  });
}
