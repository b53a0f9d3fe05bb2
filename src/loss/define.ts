import { ShapeError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { sameShape, showShape } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { mean, sum } from '../ops/index.ts';
import type { Loss, Reduction, TargetSpec } from './loss.ts';

/** Options that every loss takes. */
export interface LossOptions {
  /**
   * How a batch becomes one number. `mean` (default): the mean of the rows' losses, a row's loss being the mean of its
   * elements. `sum`: everything is added up.
   */
  readonly reduction?: Reduction;
}

/**
 * The own options of a loss, which takes `known` beside what every loss takes, and its reduction.
 *
 * @throws {OptionError} for an unknown option or reduction, and for what is not an object.
 */
export function lossOptions<T extends LossOptions>(
  name: string,
  options: T,
  known: readonly (string & keyof T)[] = [],
): T & { readonly reduction: Reduction } {
  const own = checkOptions(name, options, ['reduction', ...known]);
  const { reduction = 'mean' } = own;
  return Object.assign(own, {
    reduction: choose<Reduction>(`${name}: reduction`, reduction, { mean: 'mean', sum: 'sum' }),
  });
}

/** A loss that compares outputs and targets of one shape, element by element. */
export function elementwiseLoss(definition: {
  readonly name: string;
  /** The options, complete. */
  readonly config: LossOptions & { readonly reduction: Reduction };
  readonly wants?: TargetSpec['wants'];
  readonly element: (output: Tensor, target: Tensor) => Tensor;
  readonly task?: Loss['task'];
  readonly prediction?: Loss['prediction'];
}): Loss {
  const { name, config, wants, element, task = 'values', prediction = (output) => output } = definition;
  const { reduction } = config;
  return {
    name,
    config: { ...config },
    reduction,
    task,
    prediction,
    targets: (output) => [{ kind: 'values', shape: output, wants }],
    rows(output, target) {
      checkSameShape(name, output, target);
      return { loss: foldRows(element(output, target), reduction) };
    },
  };
}

/** One number a row: the mean or the sum over all axes but the first. */
export function foldRows(elements: Tensor, reduction: Reduction): Tensor {
  const axis = elements.shape.slice(1).map((_, i) => i + 1);
  if (axis.length === 0) return elements;
  return reduction === 'sum' ? sum(elements, { axis }) : mean(elements, { axis });
}

/**
 * Refuses an output and a target that differ in shape, or a target that holds indices.
 *
 * @throws {ShapeError} with both shapes and what to do.
 */
export function checkSameShape(name: string, output: Tensor, target: Tensor): void {
  if (output.shape.length === 0) mismatch(name, output, target, 'the output has no axis of rows');
  if (target.dtype !== 'f32')
    mismatch(name, output, target, 'the target must be f32, in the shape of the output');
  if (!sameShape(output.shape, target.shape))
    mismatch(name, output, target, 'output and target differ in shape');
}

/** Stops tracing with both shapes, the path of the layer that made the output, and what to try. */
export function mismatch(name: string, output: Tensor, target: Tensor, why: string): never {
  throw new ShapeError(`${name}: ${why}`, {
    at: output.path || undefined,
    output: showShape(output.shape),
    target: `${showShape(target.shape)}${target.dtype === 'i32' ? ' of int32' : ''}`,
    hint: `a loss never broadcasts; ${remedy(output, target)}`,
  });
}

function remedy({ shape }: Tensor, target: Tensor): string {
  if (shape.length === 2 && target.shape.length === 1) {
    return shape[1] === 1
      ? `give the target as a column, ${showShape(shape)}: [[0], [1], …]`
      : 'give a number for each output, or labels to a loss that takes them, such as categoricalCrossentropy';
  }
  return `reshape one side; the target must be ${showShape(shape)}`;
}
