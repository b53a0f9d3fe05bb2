import { checkText } from '../base/check.ts';
import { describe, describeList } from '../base/describe.ts';
import type { DType } from '../base/dtype.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { readShape, type Shape } from '../base/shape.ts';
import type { Attrs, OpEntry } from './op.ts';
import { currentPath } from './scope.ts';

/**
 * A value in a graph: a shape and where it comes from. It holds no numbers; those exist only while a backend
 * runs the program that the graph is compiled to.
 */
export interface Tensor {
  /** Order of creation; inputs are always older than what is computed from them. */
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  /** Path of the layer that made it. */
  readonly path: string;
  readonly origin: Leaf | Constant | Application;
}

/**
 * A value that comes from outside: `stored` leaves live in a model's storage from run to run (weights, optimizer
 * state, data), `fed` leaves come with each step (batch indices, learning rate).
 */
export interface Leaf {
  readonly kind: 'leaf';
  readonly role: 'stored' | 'fed';
  readonly name: string;
}

/** A number known when the graph is traced. */
export interface Constant {
  readonly kind: 'constant';
  readonly value: number;
}

/** An op applied to tensors. */
export interface Application {
  readonly kind: 'op';
  readonly op: OpEntry;
  readonly inputs: readonly Tensor[];
  readonly attrs: Attrs;
}

let created = 0;

/**
 * Enters a tensor into the graph; everything that makes tensors goes through here.
 *
 * @throws {ShapeError} when a dimension is not a whole number of 0 or more.
 */
export function createTensor(shape: Shape, dtype: DType, origin: Tensor['origin']): Tensor {
  const dims = readShape(shape);
  if (dims !== undefined) return new Made(dims, dtype, origin);
  throw new ShapeError(`a dimension is ${describe(oddIn(shape))}`, {
    at: currentPath() || undefined,
    shape: describeList(shape),
  });
}

/** What is no dimension in a list of them; else what is no list. */
function oddIn(shape: unknown): unknown {
  try {
    return Array.isArray(shape)
      ? shape.find((dim: unknown) => !Number.isSafeInteger(dim) || (dim as number) < 0)
      : shape;
  } catch {
    return shape;
  }
}

/** What only {@link createTensor} makes, so that nothing passes for a tensor by looking like one. */
class Made implements Tensor {
  readonly id: number;
  readonly shape: Shape;
  readonly dtype: DType;
  readonly path: string;
  readonly origin: Tensor['origin'];
  readonly #made = true;

  constructor(shape: Shape, dtype: DType, origin: Tensor['origin']) {
    this.id = created++;
    this.shape = shape;
    this.dtype = dtype;
    this.path = currentPath();
    this.origin = origin;
  }

  static is(value: object): boolean {
    return #made in value;
  }
}

/**
 * A leaf that lives in storage under `name`.
 *
 * @throws {OptionError | ShapeError} for a name, a type or a shape that is none.
 */
export function stored(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
  return leaf('stored', name, shape, dtype);
}

/**
 * A leaf that is fed at each step under `name`.
 *
 * @throws {OptionError | ShapeError} for a name, a type or a shape that is none.
 */
export function fed(name: string, shape: Shape, dtype: DType = 'f32'): Tensor {
  return leaf('fed', name, shape, dtype);
}

function leaf(role: Leaf['role'], name: string, shape: Shape, dtype: DType): Tensor {
  checkText(role, 'name', name);
  choose(`${role}: dtype`, dtype, TYPES);
  return createTensor(shape, dtype, { kind: 'leaf', role, name });
}

const TYPES: Readonly<Record<DType, true>> = { f32: true, i32: true };

/**
 * A scalar constant.
 *
 * @throws {OptionError} for what is not a number, and for a type that is none.
 */
export function constant(value: number, dtype: DType = 'f32'): Tensor {
  if (typeof value !== 'number')
    throw new OptionError(`constant: value must be a number, got ${describe(value)}`);
  choose('constant: dtype', dtype, TYPES);
  return createTensor([], dtype, { kind: 'constant', value });
}

/** Whether a value is a tensor of a graph. */
export function isTensor(value: unknown): value is Tensor {
  return typeof value === 'object' && value !== null && Made.is(value);
}

/** What a tensor is computed from; nothing for leaves and constants. */
export function inputsOf(tensor: Tensor): readonly Tensor[] {
  return tensor.origin.kind === 'op' ? tensor.origin.inputs : [];
}
