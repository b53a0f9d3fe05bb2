/** Rows as CSV (RFC 4180, with LF): a cell that holds a comma, a quote, a line break or blanks at its ends is quoted. */
export function csvText(rows: Iterable<readonly string[]>): string {
  const lines: string[] = [];
  for (const row of rows) lines.push(`${row.map(cellText).join(',')}\n`);
  return lines.join('');
}

function cellText(cell: string): string {
  const plain = !/[",\r\n]|^\s|\s$/.test(cell);
  return plain ? cell : `"${cell.replaceAll('"', '""')}"`;
}

/** The shortest decimals, from 6 digits on, that make the same float32. */
export function float32Text(value: number): string {
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === Math.fround(value)) return String(short);
  }
  return significantText(value);
}

/** Nine digits: as many as a float32 has, and with it whatever was computed from one. */
export function significantText(value: number): string {
  return String(Number(value.toPrecision(9)));
}
