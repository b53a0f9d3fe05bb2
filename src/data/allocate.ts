import { totalmem } from 'node:os';
import { DataError } from '../base/errors.ts';

/**
 * A zeroed float32 matrix of a size that follows from data: one output a category can ask for more than there is.
 *
 * @throws {DataError} before anything is allocated, when it needs more memory than the machine has.
 */
export function allocateMatrix(rows: number, width: number, what: string): Float32Array {
  const bytes = rows * width * Float32Array.BYTES_PER_ELEMENT;
  if (bytes <= totalmem()) return new Float32Array(rows * width);
  throw new DataError(`columns: ${what} of ${rows} rows and ${width} outputs needs ${bytes} bytes`, {
    memory: `${totalmem()} bytes`,
    hint: "a column with many categories takes one output with encode: 'ordinal'",
  });
}
