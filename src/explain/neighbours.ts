import { ascending } from '../base/order.ts';
import { ranked } from './classes.ts';
import type { Space } from './counterfactual-space.ts';
import { scoresOf } from './forward.ts';
import type { Subject } from './subject.ts';

/** Rows of the wanted class at which the search begins as well. */
const NEIGHBOURS = 8;

/** The nearest rows of which the model says the class, as numbers of the dials. */
export async function neighbours(
  subject: Subject,
  { dials }: Space,
  usual: Subject,
  wanted: number,
): Promise<Float64Array[]> {
  const scores = await scoresOf(usual, usual.x, () => 0);
  subject.passes.forward += usual.rows;
  const { rows, width, outputs, x } = usual;
  const near = Array.from({ length: rows }, (_, row) => row)
    .filter((row) => ranked(scores.subarray(row * outputs, (row + 1) * outputs))[0] === wanted)
    .map((row) => {
      const numbers = Float64Array.from(dials, ({ at }) => x[row * width + at]!);
      const far = numbers.reduce(
        (sum, number, j) => sum + Math.abs(number - subject.x[dials[j]!.at]!) / dials[j]!.unit,
        0,
      );
      return { numbers, far };
    });
  return near
    .sort((a, b) => ascending(a.far, b.far))
    .slice(0, NEIGHBOURS)
    .map(({ numbers }) => numbers);
}
