import { describe, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import * as losses from '../../src/loss/index.ts';
import { l1l2, penalty } from '../../src/nn/regularize.ts';
import { expectHeld, sizes } from '../support/any-size.ts';
import { evaluate, judges } from '../support/evaluate.ts';

/** Every loss by name, and those that options make another formula of. */
const LOSSES: Readonly<Record<string, losses.Loss>> = {
  ...Object.fromEntries(losses.lossNames.map((name) => [name, losses.lossOf(name)])),
  'huber, wide': losses.huber({ delta: 1e10 }),
  'binaryCrossentropy, weighted': losses.binaryCrossentropy({ posWeight: 3 }),
  'binaryCrossentropy of probabilities': losses.binaryCrossentropy({ probabilities: true }),
  'categoricalCrossentropy, smoothed': losses.categoricalCrossentropy({ labelSmoothing: 0.1 }),
  'categoricalCrossentropy, ignoring': losses.categoricalCrossentropy({ ignoreIndex: 1 }),
  'kl of logarithms': losses.kl({ logTarget: true }),
};

const SHAPE = [40, 2, 3];
const random = Random.of(11, 'losses');

/** Numbers of a size, of both signs; not so large that float32 does not hold the difference of two. */
const around = (count: number, unit: number): number[] =>
  Array.from({ length: count }, (_, i) =>
    Math.fround((i % 3 ? 1 : -1) * unit * (1 + 0.5 * random.uniform())),
  );

/** What a loss wants to be compared with, as numbers. */
function targetsFor({ kind, shape, classes = 1, wants }: losses.TargetSpec, unit: number): number[] {
  const count = sizeOf(shape);
  if (kind === 'labels') return Array.from({ length: count }, (_, i) => i % classes);
  const each = Array.from({ length: count }, (_, i) => i);
  if (wants === 'side') return each.map((i) => (i % 2 ? 1 : -1));
  if (wants === 'share') return each.map((i) => (i % 5) / 4);
  // Thirds of a row, exact in float32.
  if (wants === 'distribution') return each.map((i) => [0.25, 0, 0.75][(i + Math.floor(i / 3)) % 3]!);
  // Further from the outputs than from 0: native differences below 1.2e-38 are none.
  return around(count, -unit);
}

const logarithms = ({ shape }: losses.TargetSpec, unit: number): number[] =>
  Array.from({ length: sizeOf(shape) }, (_, i) =>
    Math.fround([Math.log(0.25), -unit, Math.log(0.75)][i % 3]!),
  );

/** Computed natively and in TypeScript as in float64. */
function expectRight(computed: readonly Tensor[], values: Readonly<Record<string, number[]>>, unit: number) {
  const wanted = evaluate(computed, values, 'float64');
  for (const judge of judges.filter((one) => one !== 'float64'))
    for (const [k, got] of evaluate(computed, values, judge).entries()) expectHeld(got, wanted[k]!, unit);
}

describe.each(Object.entries(LOSSES))('%s', (name, loss) => {
  const output = fed('output', SHAPE);
  const weight = fed('weight', [SHAPE[0]!]);
  const weights = Array.from({ length: SHAPE[0]! }, (_, i) => i % 4);

  test.each(sizes)('is what float64 makes of %d, and so is its gradient', (unit) => {
    const given = around(sizeOf(SHAPE), unit);
    const numbers = name.endsWith('probabilities') ? given.map((one) => Math.min(1, Math.abs(one))) : given;
    for (const spec of loss.targets(SHAPE)) {
      const target = fed('target', spec.shape, spec.kind === 'labels' ? 'i32' : 'f32');
      const rows = loss.rows(output, target);
      const [plain, weighted] = [losses.reduceRows(rows, 'mean'), losses.reduceRows(rows, 'mean', weight)];
      const computed = [rows.loss, plain, weighted, ...[plain, weighted].flatMap((y) => grad(y, [output]))];
      const targets = name.endsWith('logarithms') ? logarithms(spec, unit) : targetsFor(spec, unit);
      expectRight(computed, { output: numbers, target: targets, weight: weights }, unit);
    }
  });
});

test.each(sizes)('penalties of weights of %d are right, and so are their gradients', (unit) => {
  const w = fed('w', [6]);
  // Σw² is beyond float32 from 1e19 on, and the penalty is not: of 1e30, it is about 1e37.
  const weights = { l1: 0.01, l2: Math.min(1, 1e-23 / unit) };
  const y = penalty(w, l1l2(weights.l1, weights.l2));
  expectRight([y, grad(y, [w])[0]!], { w: around(6, unit) }, unit);
});
