import type { Prepared, Table, TableSplit } from '../data/index.ts';

/** Rows of a part whose inputs are also those of a training row. */
export interface Duplicates {
  readonly part: 'validation' | 'test';
  readonly rows: number;
  /** How many of them there are. */
  readonly count: number;
}

/** Inputs that occur in two parts, compared as the numbers that go into the network. */
export function duplicatesIn(prepare: Prepared, { train, validation, test }: TableSplit): Duplicates[] {
  const known = new Set(keysOf(prepare, train));
  return (
    [
      ['validation', validation],
      ['test', test],
    ] as const
  ).map(([part, table]) => {
    let count = 0;
    for (const key of keysOf(prepare, table)) if (known.has(key)) count++;
    return { part, rows: table.rows, count };
  });
}

/** A text for each row, the same for the same numbers: its bytes, one a character. */
function* keysOf(prepare: Prepared, table: Table): Generator<string> {
  if (table.rows === 0) return;
  const { data, shape } = prepare.inputs(table);
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const width = shape[1]! * 4;
  for (let row = 0; row < table.rows; row++) {
    yield Buffer.from(bytes.buffer, bytes.byteOffset + row * width, width).toString('latin1');
  }
}
