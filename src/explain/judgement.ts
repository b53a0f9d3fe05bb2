import { sizeOf } from '../base/shape.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { sliceRows } from '../train/rows.ts';
import { hitsOf, type Labelled } from './labelled.ts';
import type { Subject } from './subject.ts';

/** Sums over the rows for each unit; the last entry is the network as it is. */
export interface Sums {
  readonly change: Float64Array;
  readonly loss: Float64Array;
  readonly mass: Float64Array;
  readonly right: Float64Array;
  readonly counted: Float64Array;
}

/** The outputs of a batch and, with targets, what the loss makes of each row. */
export function traceJudgement(
  subject: Subject,
  y: Tensor,
  batch: number,
  labelled: Labelled | undefined,
): Record<string, Tensor> {
  const scores = subject.scoresIn(y);
  if (labelled === undefined) return { scores };
  const { loss, data } = labelled;
  const integer = data.labels || data.y.data instanceof Int32Array;
  const target = fed('y', [batch, ...data.y.shape.slice(1)], integer ? 'i32' : 'f32');
  const { loss: each, weight } = loss.rows(y, target);
  // A loss of one's own that reduces by itself says nothing of single rows.
  const byRow = each.shape.length === 1 && { loss: each, ...(weight && { weight }) };
  return { scores, ...byRow, ...(loss.task !== 'values' && { prediction: loss.prediction(y) }) };
}

/** Adds what is fetched of a row to the sums of a unit. */
export function judge(
  { loss, mass, right, counted }: Sums,
  at: number,
  fetched: Readonly<Record<string, ArrayLike<number>>>,
  i: number,
  labelled: Labelled,
  row: number,
  outputs: number,
): void {
  const weight = fetched['weight']?.[i] ?? 1;
  if (fetched['loss'] !== undefined && weight > 0) {
    loss[at]! += weight * fetched['loss'][i]!;
    mass[at]! += weight;
  }
  if (fetched['prediction'] === undefined) return;
  const hits = hitsOf(fetched['prediction'], i * outputs, labelled, row, outputs);
  right[at]! += hits.right;
  counted[at]! += hits.counted;
}

/** Targets of some rows, to be filled in. */
export function targetsFor({ data: { y } }: Labelled, count: number) {
  const size = sizeOf(y.shape.slice(1));
  const data = y.data instanceof Int32Array ? new Int32Array(count * size) : new Float32Array(count * size);
  return { data, set: (row: number, at: number) => data.set(sliceRows(y, row, row + 1), at * size) };
}
