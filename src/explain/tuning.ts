import { ascending } from '../base/order.ts';
import { fed } from '../ir/tensor.ts';
import { matmul, reshape, sub } from '../ops/index.ts';
import { type Activity, eachActivation } from './activity.ts';
import { type CutLayer, valuesAt } from './cut.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** Rows with nearly the same value of an input, and what a unit does for them. */
export interface TuningPoint {
  /** Mean of the input. */
  readonly at: number;
  /** Mean activation. */
  readonly activation: number;
  readonly rows: number;
}

/** How a unit answers to an input. */
export interface Tuning {
  /** The input by position. */
  readonly feature: number;
  /** Pearson's correlation with it; NaN where one of both is the same for all rows. */
  readonly correlation: number;
  readonly points: readonly TuningPoint[];
}

/** Maps the part of a work that is done to that of the whole. */
type Share = (done: number) => number;

/** Means and standard deviations of the inputs, over the rows. */
function spreadOf({ x, rows, width }: Subject): { means: Float64Array; deviations: Float64Array } {
  const [means, squares] = [new Float64Array(width), new Float64Array(width)];
  for (let i = 0; i < x.length; i++) means[i % width]! += x[i]! / rows;
  for (let i = 0; i < x.length; i++) squares[i % width]! += (x[i]! - means[i % width]!) ** 2 / rows;
  return { means, deviations: squares.map(Math.sqrt) };
}

/** Correlation of every unit with every input, `[units, width]`: products of what is centred, summed by the backend. */
async function correlations(
  subject: Subject,
  layer: CutLayer,
  { mean, variance }: Activity,
  share: Share,
): Promise<Float64Array> {
  const { x, rows, width, passes } = subject;
  const { means, deviations } = spreadOf(subject);
  const centres = { meanValue: Float32Array.from(mean), meanRow: Float32Array.from(means) };
  const products = new Float64Array(layer.units * width);
  await passes.run(
    {
      key: `correlations ${layer.layer}`,
      rows,
      width: width + layer.units,
      trace(batch) {
        const values = sub(valuesAt(subject, [layer], batch)['value0']!, fed('meanValue', [layer.units]));
        const inputs = sub(
          reshape(fed(ROWS, [batch, ...subject.shape]), [batch, width]),
          fed('meanRow', [width]),
        );
        return { products: matmul(values, inputs, { transA: true }) };
      },
      feed: (from, count) => ({ [ROWS]: x.subarray(from * width, (from + count) * width), ...centres }),
      take({ products: some }) {
        for (let i = 0; i < products.length; i++) products[i]! += some![i]!;
      },
    },
    share,
  );
  return products.map((product, i) => {
    const deviation = Math.sqrt(variance[Math.floor(i / width)]!) * deviations[i % width]!;
    return deviation > 0 ? Math.max(-1, Math.min(1, product / rows / deviation)) : Number.NaN;
  });
}

/** How each unit of a layer answers to the input that it correlates with most, or to one that is given. */
export async function tuningOf(
  subject: Subject,
  layer: CutLayer,
  activity: Activity,
  options: { readonly feature: number | undefined; readonly bins: number },
  share: Share,
): Promise<readonly Tuning[]> {
  const { width } = subject;
  const all = await correlations(subject, layer, activity, (done) => share(done / 2));
  const chosen = Array.from({ length: layer.units }, (_, unit) => {
    return options.feature ?? strongest(all.subarray(unit * width, (unit + 1) * width));
  });
  const binned = new Map(
    [...new Set(chosen)].map((feature) => [feature, bin(subject, feature, options.bins)]),
  );
  const sums = chosen.map((feature) => new Float64Array(binned.get(feature)!.counts.length));
  await eachActivation(
    subject,
    [layer],
    ([values], from, count) => {
      for (let i = 0; i < count * layer.units; i++) {
        const unit = i % layer.units;
        const { of } = binned.get(chosen[unit]!)!;
        sums[unit]![of[from + Math.floor(i / layer.units)]!]! += values![i]!;
      }
    },
    (done) => share((1 + done) / 2),
  );
  return chosen.map((feature, unit) => {
    const { counts, at } = binned.get(feature)!;
    const points = counts.map((rows, i) => ({ at: at[i]!, activation: sums[unit]![i]! / rows, rows }));
    return { feature, correlation: all[unit * width + feature]!, points };
  });
}

function strongest(correlations: Float64Array): number {
  let best = 0;
  for (let j = 1; j < correlations.length; j++)
    if (Math.abs(correlations[j]!) > Math.abs(correlations[best]!) || Number.isNaN(correlations[best]!))
      best = j;
  return best;
}

/** The rows by the value of an input, in groups of about the same number; equal values stay together. */
function bin({ x, rows, width }: Subject, feature: number, bins: number) {
  const value = (row: number): number => x[row * width + feature]!;
  const order = Array.from({ length: rows }, (_, row) => row).sort((a, b) => ascending(value(a), value(b)));
  const of = new Uint16Array(rows);
  const counts: number[] = [];
  const at: number[] = [];
  for (let from = 0; from < rows; ) {
    let to = Math.min(rows, Math.max(from + 1, Math.round(((counts.length + 1) * rows) / bins)));
    while (to < rows && value(order[to]!) === value(order[to - 1]!)) to++;
    let sum = 0;
    for (let i = from; i < to; i++) {
      of[order[i]!] = counts.length;
      sum += value(order[i]!);
    }
    counts.push(to - from);
    at.push(sum / (to - from));
    from = to;
  }
  return { of, counts, at };
}
