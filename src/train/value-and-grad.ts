import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { grad } from '../compile/autodiff.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { add, expand } from '../ops/index.ts';
import { builtFor, type Inputs, readInputs } from './dataset.ts';
import type { Model } from './model.ts';
import type { Outputs } from './predict.ts';
import { type OutputsLoss, scalarLoss } from './scalar-loss.ts';
import { asFloat32, sessionOf } from './session.ts';
import { LEAVES } from './step.ts';
import { Values } from './values.ts';

/** A loss and its gradient with respect to each parameter. */
export interface ValueAndGrad {
  readonly value: number;
  /** By path, such as `dense1.weight`. */
  readonly gradients: Readonly<Record<string, Values>>;
}

let made = 0;

/**
 * The loss of a model on a batch and its gradients, without an update: for optimizers and analyses of one's own.
 *
 * | name   | shape                                      |
 * | ------ | ------------------------------------------ |
 * | `loss` | from output `[n, …]` (an array if there are several) and target to `[]` |
 *
 * @throws {OptionError} when the model is none or the loss is no function.
 * @throws {ShapeError | DataError} when the batch does not fit the model.
 * @example
 * const f = valueAndGrad(net, (y, t) => ops.mean(ops.square(ops.sub(y, t))));
 * const { value, gradients } = await f(x, y);
 */
export function valueAndGrad(
  model: Model<Outputs>,
  loss: (output: Tensor, target: Tensor) => Tensor,
): (x: Inputs, y: Data) => Promise<ValueAndGrad>;
export function valueAndGrad(
  model: Model<Outputs>,
  loss: OutputsLoss,
): (x: Inputs, y: Data) => Promise<ValueAndGrad>;
export function valueAndGrad(
  model: Model<Outputs>,
  loss: ((output: Tensor, target: Tensor) => Tensor) | OutputsLoss,
): (x: Inputs, y: Data) => Promise<ValueAndGrad> {
  const session = sessionOf('valueAndGrad', model);
  if (typeof loss !== 'function') {
    throw new OptionError(
      `valueAndGrad: loss must be a function of output and target, got ${describe(loss)}`,
    );
  }
  const key = `valueAndGrad ${made++}`;
  return async (inputs, targets) => {
    const x = readInputs(session, inputs);
    const y = toMatrix(targets, 'y');
    const integer = y.data instanceof Int32Array;
    const batch = x[0]!.shape[0]!;
    const trace = () => {
      const { network } = session;
      const leaves = network.inputShapes.map((shape, i) => fed(LEAVES.input(i), [batch, ...shape]));
      const { outputs, penalty } = network.trace(leaves, true);
      const bare = scalarLoss('valueAndGrad', loss, outputs, fed('y', y.shape, integer ? 'i32' : 'f32'));
      const value = penalty === undefined ? bare : add(bare, penalty);
      const gradients = grad(
        value,
        network.params.map(({ leaf }) => leaf),
      );
      const named = network.params.map(
        ({ path, shape }, i) => [`grad ${path}`, expand(gradients[i]!, shape)] as const,
      );
      return { fetch: { value, ...Object.fromEntries(named) }, carry: [] };
    };
    const program = builtFor(session, x, () =>
      session.engine.program(`${key} ${batch} ${y.shape.join('x')} ${integer}`, trace),
    );
    const { network, engine } = session;
    const feeds = { y: y.data, step: Int32Array.of(session.steps) };
    const data = Object.fromEntries(x.map((rows, i) => [LEAVES.input(i), rows.data]));
    const fetched = await engine.run(program, 1, { ...feeds, ...data });
    const gradients = network.params.map(({ path, shape }) => {
      const numbers = asFloat32(fetched[`grad ${path}`]!);
      return [path, new Values(numbers.subarray(0, sizeOf(shape)), shape)] as const;
    });
    return { value: fetched['value']![0]!, gradients: Object.fromEntries(gradients) };
  };
}
