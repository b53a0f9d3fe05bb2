import { describe } from '../base/describe.ts';
import { ShapeError } from '../base/errors.ts';
import {
  broadcastShapes,
  broadcastStrides,
  type Shape,
  sameShape,
  sizeOf,
  stridesOf,
} from '../base/shape.ts';
import { apply, defineOp, type OpEntry, type Sample } from '../ir/op.ts';
import { constant, isTensor, type Tensor } from '../ir/tensor.ts';
import { reshape } from './movement.ts';
import { expandOp, sumTo } from './reduce.ts';

/** A tensor, or a number that stands for a scalar constant. */
export type Operand = Tensor | number;

/** A number as a scalar constant; a tensor as itself. */
export function asTensor(x: Operand): Tensor {
  if (isTensor(x)) return x;
  if (typeof x !== 'number') throw new ShapeError(`an op takes tensors and numbers, got ${describe(x)}`);
  return constant(x);
}

interface Elementwise {
  readonly inputs: readonly string[];
  readonly map: (...x: number[]) => number;
  /** Gradients with the output's shape; they are summed down where an input was broadcast. */
  readonly grad?: (x: Readonly<Record<string, Tensor>>, y: Tensor, dy: Tensor) => Record<string, Tensor>;
  readonly linear?: OpEntry['linear'];
  readonly simplify?: (x: Readonly<Record<string, Tensor>>, y: Tensor) => Tensor | undefined;
  readonly domain?: readonly [number, number];
  readonly tolerance?: number;
}

/**
 * Enters an op that computes each output element from one element of each input, which broadcast by NumPy's
 * rules. Such ops have no attributes, so that any chain of them can run as one region.
 */
export function defineElementwise(
  name: string,
  { inputs, map, grad, linear, simplify, domain, tolerance }: Elementwise,
): OpEntry {
  return defineOp({
    name,
    inputs,
    map,
    shape: (x, _attrs, fail) =>
      inputs.reduce<Shape>((out, input) => {
        const both = broadcastShapes(out, x[input]!);
        return both ?? fail('shapes do not broadcast', 'only dimensions of 1 are repeated; reshape one side');
      }, []),
    ...(grad && {
      grad: (x, y, dy) =>
        Object.fromEntries(
          Object.entries(grad(x, y, dy)).map(([input, g]) => [input, sumTo(g, x[input]!.shape)]),
        ),
    }),
    ...(linear && { linear }),
    simplify: (x, y) => simplify?.(x, y) ?? readThroughExpand(y) ?? foldConstants(x, y),
    kernel(x, y) {
      const views = inputs.map((input) => x[input]!);
      const strides = views.map((view) => stridesWithin(view.shape, y.shape));
      const size = sizeOf(y.shape);
      for (let i = 0; i < size; i++) y.data[i] = map(...views.map((view, k) => view.data[strides[k]!(i)]!));
    },
    samples: samplesFor(inputs, domain),
    tolerance: tolerance ?? 1e-6,
  });
}

/** Position in a broadcast input for position i of the output. */
function stridesWithin(from: Shape, to: Shape): (i: number) => number {
  if (sameShape(from, to)) return (i) => i;
  const own = broadcastStrides(from, to);
  const out = stridesOf(to);
  return (i) => own.reduce((at, stride, axis) => at + stride * (Math.floor(i / out[axis]!) % to[axis]!), 0);
}

function samplesFor(inputs: readonly string[], domain: readonly [number, number] | undefined): Sample[] {
  const range = domain && { domain };
  const all = (shape: Shape): Record<string, Shape> =>
    Object.fromEntries(inputs.map((input) => [input, shape]));
  const samples: Sample[] = [
    { shapes: all([2, 3]), ...range },
    { shapes: all([1031]), ...range },
  ];
  const first = inputs[0]!;
  const last = inputs.at(-1)!;
  if (inputs.length > 1) {
    samples.push({ shapes: { ...all([4, 3]), [last]: [3] }, ...range });
    samples.push({ shapes: { ...all([4, 3]), [last]: [] }, ...range });
    samples.push({ shapes: { ...all([2, 5, 3]), [first]: [5, 1] }, ...range });
  }
  return samples;
}

/** A broadcast copy need not be made for an op that broadcasts by itself. */
function readThroughExpand(y: Tensor): Tensor | undefined {
  const { origin } = y;
  if (origin.kind !== 'op') return undefined;
  const through = origin.inputs.map((input) => repeatedIn(input) ?? input);
  if (through.every((input, i) => input === origin.inputs[i])) return undefined;
  const out = through.reduce<Shape>((shape, input) => broadcastShapes(shape, input.shape) ?? shape, []);
  return sameShape(out, y.shape) ? apply(origin.op, through) : undefined;
}

/** What `x` repeats: the input of a broadcast copy, or the one number that a view of such a copy shows. */
function repeatedIn(x: Tensor): Tensor | undefined {
  let root = x;
  while (root.origin.kind === 'op' && root.origin.op.view) root = root.origin.inputs[0]!;
  if (root.origin.kind !== 'op' || root.origin.op !== expandOp) return undefined;
  const from = root.origin.inputs[0]!;
  if (root === x) return from;
  return sizeOf(from.shape) === 1 ? reshape(from, []) : undefined;
}

function foldConstants(x: Readonly<Record<string, Tensor>>, y: Tensor): Tensor | undefined {
  const values = Object.values(x).map(({ origin }) =>
    origin.kind === 'constant' ? origin.value : undefined,
  );
  if (y.origin.kind !== 'op' || values.some((value) => value === undefined)) return undefined;
  return constant(y.origin.op.map!(...(values as number[])));
}
