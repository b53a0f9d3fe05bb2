import { checkText } from '../base/check.ts';
import { DataError, ShapeError } from '../base/errors.ts';
import { showShape } from '../base/shape.ts';
import { checkCount } from './arguments.ts';
import { type Data, toMatrix } from './matrix.ts';

/** The largest label; float32 holds whole numbers exactly only up to 2^24. */
const LARGEST = { i32: 2 ** 31 - 1, f32: 2 ** 24 };

/**
 * Class labels as int32: whole numbers from 0, below `classes` when that is given. Takes what `toMatrix` takes, of shape
 * `[n]` or `[n, 1]`, and returns `[n]`.
 *
 * @throws {DataError} for a label that is fractional, negative or too large, naming its row, counted from 0.
 * @throws {ShapeError} for more than one column.
 * @throws {OptionError} when `classes` is no whole number of at least 1.
 *
 * @example
 * toLabels([0, 2, 1], 3); // Int32Array [0, 2, 1]
 */
export function toLabels(input: Data, classes?: number, name = 'y'): Int32Array {
  checkText('labels', 'name', name);
  if (classes !== undefined) checkCount(`${name}: the number of classes`, classes, 1);
  const { data, shape } = toMatrix(input, name);
  if (shape[0] !== data.length) {
    throw new ShapeError(`${name}: labels must be one number a row`, {
      [name]: showShape(shape),
      wanted: showShape([shape[0] ?? 0]),
    });
  }
  const largest = data instanceof Int32Array ? LARGEST.i32 : LARGEST.f32;
  const last = Math.min((classes ?? largest + 1) - 1, largest);
  for (let row = 0; row < data.length; row++) {
    const label = data[row]!;
    if (Number.isInteger(label) && label >= 0 && label <= last) continue;
    throw new DataError(`${name}[${row}] is ${label}, not a label`, {
      row,
      wanted: `a whole number from 0 to ${last}`,
      hint: 'columns({ target: { of, encode: "label" } }) numbers the classes of a table',
    });
  }
  return Int32Array.from(data);
}
