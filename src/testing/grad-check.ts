import { createReference } from '../backend/reference.ts';
import { NumericError } from '../base/errors.ts';
import { allocating } from '../base/memory.ts';
import { checkOptions } from '../base/options.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import { grad } from '../compile/autodiff.ts';
import { compile } from '../compile/compile.ts';
import { stored, type Tensor } from '../ir/tensor.ts';
import { STEP } from '../nn/index.ts';
import { add, expand, mul, sum } from '../ops/index.ts';
import type { Model } from '../train/model.ts';
import type { Outputs } from '../train/predict.ts';
import { sessionOf } from '../train/session.ts';

/** Options of {@link gradCheck}. */
export interface GradCheckOptions {
  /** Rows of the random batch. Default 3. */
  readonly batch?: number;
  /** Elements checked of each parameter, drawn at random when it has more. Default 20. */
  readonly elements?: number;
  /** Step of the central difference. Default 1e-5. */
  readonly step?: number;
  /** Largest difference relative to max(1, |gradient|). Default 1e-6. */
  readonly tolerance?: number;
  /** Seed of inputs and elements. Default 0. */
  readonly seed?: number;
}

/**
 * Checks a model's gradients against central differences, in float64, on a random batch, for a random linear function
 * of its outputs. Kinks (such as ReLU's at 0) are hit with probability 0.
 *
 * Cost: two passes for each element checked.
 *
 * @throws {NumericError} naming the parameter and the element, with both numbers.
 * @throws {GliaError} when the model does not know the shape of its input.
 * @example
 * await gradCheck(sequential([gated(32), dense(10)], { inputShape: [64], seed: 1 }));
 */
export async function gradCheck(model: Model<Outputs>, options: GradCheckOptions = {}): Promise<void> {
  const known = ['batch', 'elements', 'step', 'tolerance', 'seed'];
  const {
    batch = 3,
    elements = 20,
    step = 1e-5,
    tolerance = 1e-6,
    seed = 0,
  } = checkOptions('gradCheck', options, known);
  checkNumber('gradCheck', 'batch', batch, { least: 1, whole: true });
  checkNumber('gradCheck', 'elements', elements, { least: 1, whole: true });
  checkNumber('gradCheck', 'step', step, { above: 0 });
  checkNumber('gradCheck', 'tolerance', tolerance, { least: 0 });
  checkNumber('gradCheck', 'seed', seed, { whole: true });
  const { network } = sessionOf('gradCheck', model);
  const random = Random.of(seed, 'gradCheck');
  const judge = createReference('float64');
  const storage = judge.createStorage();
  const draw = (size: number) =>
    allocating('gradCheck', size, () => Float64Array.from({ length: size }, () => random.normal()));
  const place = (leaf: Tensor, name: string, values: ArrayLike<number>): Tensor => {
    storage.allocate({ name, shape: leaf.shape, dtype: 'f32' });
    storage.write(name, values);
    return leaf;
  };

  const inputs = network.inputShapes.map((shape, i) => {
    const size = [batch, ...shape];
    return place(stored(`x${i}`, size), `x${i}`, draw(sizeOf(size)));
  });
  for (const [path, { data }] of Object.entries(await model.weights())) {
    const { leaf } = [...network.params, ...network.states].find((one) => one.path === path)!;
    place(leaf, path, data);
  }
  const { outputs, penalty } = network.trace(inputs, true);
  const terms = outputs.map((y, i) => {
    const weights = place(stored(`weights${i}`, y.shape), `weights${i}`, draw(sizeOf(y.shape)));
    return sum(mul(y, weights));
  });
  const total = [...terms, ...(penalty === undefined ? [] : [penalty])].reduce((a, b) => add(a, b));
  const gradients = grad(
    total,
    network.params.map(({ leaf }) => leaf),
  ).map((g, i) => expand(g, network.params[i]!.shape));

  const feeds = { [STEP]: Int32Array.of(0) };
  const run = (fetch: Record<string, Tensor>) => {
    const program = compile({ fetch, carry: [] }, { check: true });
    const runnable = judge.prepare(program, storage);
    const taken = program.feeds.length > 0 ? feeds : {};
    return () => runnable.runSync(1, taken);
  };
  const value = run({ total });
  const found = run(Object.fromEntries(gradients.map((g, i) => [`g${i}`, g])))();

  network.params.forEach(({ path }, p) => {
    const weights = storage.read(path);
    const all = random.permutation(weights.length);
    for (const i of all.subarray(0, elements)) {
      const at = (shift: number) => {
        storage.write(path, [weights[i]! + shift], i);
        return value()['total']![0]!;
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      at(0);
      const gradient = found[`g${p}`]![i]!;
      if (Math.abs(gradient - difference) <= tolerance * Math.max(1, Math.abs(difference))) continue;
      throw new NumericError(`the gradient of ${path}[${i}] is ${gradient}, by differences ${difference}`, {
        at: path,
        hint: 'an op of the layer has a wrong gradient, or is not smooth here',
      });
    }
  });
}
