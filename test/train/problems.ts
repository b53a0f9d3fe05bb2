import { Random } from '../../src/base/random.ts';

/** Inputs and targets of a small problem, in the forms that losses take. */
export interface Problem {
  readonly x: { readonly data: Float32Array; readonly shape: readonly number[] };
  /** A class of three for each row. */
  readonly labels: Int32Array;
  /** A number for each row, as a column. */
  readonly values: { readonly data: Float32Array; readonly shape: readonly number[] };
}

/** Rows of a fixed random function: three noisy clusters, and a smooth function of the same inputs. */
export function problem(rows: number, width: number, seed = 1): Problem {
  const random = Random.of(seed, 'problem');
  const centres = Array.from({ length: 3 * width }, () => 1.5 * random.normal());
  const data = new Float32Array(rows * width);
  const labels = new Int32Array(rows);
  const values = new Float32Array(rows);
  for (let row = 0; row < rows; row++) {
    labels[row] = random.integer(3);
    let sum = 0;
    for (let j = 0; j < width; j++) {
      data[row * width + j] = centres[labels[row]! * width + j]! + random.normal();
      sum += Math.sin(data[row * width + j]!);
    }
    values[row] = sum / width;
  }
  return { x: { data, shape: [rows, width] }, labels, values: { data: values, shape: [rows, 1] } };
}
