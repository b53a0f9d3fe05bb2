import { ShapeError } from './errors.ts';

/** Dimensions of a tensor, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** Number of elements. */
export function sizeOf(shape: Shape): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}

/** Whether two shapes are the same. */
export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((dim, i) => dim === b[i]);
}

/** Row-major strides, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  for (let axis = shape.length - 1, stride = 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis]!;
  }
  return strides;
}

/** The shape that `a` and `b` broadcast to by NumPy's rules, or `undefined` when they do not. */
export function broadcastShapes(a: Shape, b: Shape): Shape | undefined {
  const rank = Math.max(a.length, b.length);
  const out: number[] = [];
  for (let i = 0; i < rank; i++) {
    const da = a[a.length - rank + i] ?? 1;
    const db = b[b.length - rank + i] ?? 1;
    if (da !== db && da !== 1 && db !== 1) return undefined;
    out.push(da === 1 ? db : da);
  }
  return out;
}

/** Strides with which a tensor of shape `from` is read as if it had shape `to`: 0 along each repeated axis. */
export function broadcastStrides(from: Shape, to: Shape): number[] {
  const own = stridesOf(from);
  const lead = to.length - from.length;
  return to.map((dim, axis) =>
    axis < lead || (from[axis - lead] === 1 && dim !== 1) ? 0 : own[axis - lead]!,
  );
}

/**
 * An axis counted from the end when negative.
 *
 * @throws {ShapeError} when the tensor has no such axis.
 */
export function resolveAxis(axis: number, rank: number, what: string): number {
  const resolved = axis < 0 ? axis + rank : axis;
  if (!Number.isInteger(axis) || resolved < 0 || resolved >= rank) {
    throw new ShapeError(`${what}: axis ${axis} does not exist in a tensor of rank ${rank}`);
  }
  return resolved;
}

/** Axes that a tensor can have; a list that goes on is something else. */
const MOST_AXES = 64;

/**
 * A plain copy of what is a list of whole numbers of at least `least`, and not longer than tensors have axes; undefined
 * for anything else, whatever it does when it is read.
 */
export function readShape(value: unknown, least = 0): Shape | undefined {
  try {
    if (!Array.isArray(value) || !(value.length <= MOST_AXES)) return undefined;
    const shape: unknown[] = [];
    for (let axis = 0; axis < value.length; axis++) shape.push(value[axis]);
    return shape.every((dim) => Number.isSafeInteger(dim) && (dim as number) >= least)
      ? (shape as number[])
      : undefined;
  } catch {
    return undefined;
  }
}

/** A shape as it is written in messages: `[4, 3]`. */
export function showShape(shape: Shape): string {
  return `[${shape.join(', ')}]`;
}
