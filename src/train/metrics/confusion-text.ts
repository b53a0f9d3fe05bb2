import { columnsOf, shortenTo } from '../../base/shorten.ts';

const WIDEST_NAME = 24;
const GAP = '  ';

/** A confusion matrix as an aligned table: a row for each true class, a column for each predicted one. */
export function confusionText(counts: readonly (readonly number[])[], classes: readonly string[]): string {
  const names = classes.map(shown);
  const cells = counts.map((row) => row.map(number));
  const widths = names.map((name, column) => widest([name, ...cells.map((row) => row[column]!)]));
  const nameWidth = widest(names);
  const line = (first: string, name: string, row: readonly string[]) =>
    [first.padEnd(6), `${name}${' '.repeat(nameWidth - columnsOf(name))}`]
      .join(' ')
      .concat(...row.map((cell, column) => GAP + ' '.repeat(widths[column]! - columnsOf(cell)) + cell));
  return [
    `${' '.repeat(7 + nameWidth)}${GAP}predicted`,
    line('', '', names),
    ...cells.map((row, label) => line(label === 0 ? 'actual' : '', names[label]!, row)),
  ].join('\n');
}

/** A name on one line, without what a terminal would take for a command. */
function shown(name: string): string {
  return shortenTo(name.replace(/\p{C}/gu, '\ufffd'), WIDEST_NAME, columnsOf);
}

function number(count: number): string {
  return Number.isInteger(count) ? String(count) : count.toFixed(2);
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, columnsOf(text)), 0);
}
