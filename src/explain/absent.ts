import { ShapeError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import type { Subject } from './subject.ts';

/** What stands for an input that is taken away: zeros, the mean of the rows, one row, or a row for each. */
export type Absent = 'zeros' | 'mean' | Data;

/** A row for each row of the subject, `[rows, width]`, behind each other. */
export function absentRows(where: string, subject: Subject, absent: Absent = 'zeros'): Float32Array {
  const { x, rows, width, shape } = subject;
  if (typeof absent === 'string') {
    const mean = choose(`${where}: baselines`, absent, { zeros: false, mean: true });
    return repeated(mean ? meanRow(x, rows, width) : new Float32Array(width), rows);
  }
  const given = toMatrix(absent, 'baselines');
  const data = Float32Array.from(given.data);
  if (sameShape(given.shape, [rows, ...shape])) return data;
  if (sameShape(given.shape, shape) || sameShape(given.shape, [1, ...shape])) return repeated(data, rows);
  throw new ShapeError(`${where}: baselines do not fit the rows`, {
    baselines: showShape(given.shape),
    wanted: `${showShape(shape)} or ${showShape([rows, ...shape])}`,
  });
}

function repeated(row: Float32Array, rows: number): Float32Array {
  const all = new Float32Array(rows * row.length);
  for (let i = 0; i < rows; i++) all.set(row, i * row.length);
  return all;
}

function meanRow(x: Float32Array, rows: number, width: number): Float32Array {
  const sums = new Float64Array(width);
  for (let i = 0; i < x.length; i++) sums[i % width]! += x[i]! / rows;
  return Float32Array.from(sums);
}
