import { Random } from '../base/random.ts';
import type { Table } from '../data/index.ts';

/** At most `most` rows of a table, drawn by the seed, in the order of the table. */
export function sample(table: Table, most: number, seed: number, name: string): Table {
  if (table.rows <= most) return table;
  const order = Random.of(seed, `report ${name}`).permutation(table.rows);
  return table.take(Int32Array.from(order.slice(0, most)).sort());
}
