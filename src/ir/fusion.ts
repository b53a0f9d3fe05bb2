import { sizeOf } from '../base/shape.ts';
import { type Attrs, byName, defineOp, type OpEntry, type Sample } from './op.ts';
import type { Tensor } from './tensor.ts';
import { stored } from './tensor.ts';

/** A fused op, declared by its meaning. */
export interface FusionDefinition {
  readonly name: string;
  readonly inputs: readonly string[];
  /** Inputs that are not f32. */
  readonly inputTypes?: OpEntry['inputTypes'];
  /** It is composed of elementwise ops alone, and runs inside regions as they do. */
  readonly elementwise?: boolean;
  readonly compose: (x: Readonly<Record<string, Tensor>>) => Tensor;
  readonly samples: readonly Sample[];
  readonly tolerance?: number;
}

const fusions: OpEntry[] = [];

/**
 * Declares a fused op. `compose` is its pattern, its shape rule and its reference; a backend that has a kernel of
 * this name gets the fused step wherever the pattern stands in a graph and nothing else needs an inner value.
 */
export function defineFusion({
  name,
  inputs,
  inputTypes = {},
  elementwise = false,
  compose,
  samples,
  tolerance = 1e-5,
}: FusionDefinition): OpEntry {
  const trace = (x: Readonly<Record<string, readonly number[]>>): Tensor =>
    compose(
      byName(
        { inputs },
        inputs.map((input) => stored(input, x[input]!, inputTypes[input])),
      ),
    );
  const entry = defineOp({
    name,
    inputs,
    inputTypes,
    shape: (x) => trace(x).shape,
    kernel: (x, y) => {
      const values = new Map<string, Float64Array | Float32Array | Int32Array>();
      for (const input of inputs) values.set(input, x[input]!.data);
      const shapes = inputs.map((input) => x[input]!.shape);
      y.data.set(evaluate(trace(byName({ inputs }, shapes)), values, y.data));
    },
    ...(elementwise && {
      map: mapOf(
        trace(
          byName(
            { inputs },
            inputs.map((): [] => []),
          ),
        ),
        inputs,
      ),
    }),
    compose,
    flops: (x) => flopsOf(trace(x)),
    samples,
    tolerance,
  });
  fusions.push(entry);
  return entry;
}

/** Every declared fusion, in the order in which they are tried. */
export function allFusions(): readonly OpEntry[] {
  return fusions;
}

/** One element of an elementwise composition from one of each input. */
function mapOf({ origin }: Tensor, inputs: readonly string[]): (...x: number[]) => number {
  if (origin.kind === 'constant') return () => origin.value;
  if (origin.kind === 'leaf') {
    const at = inputs.indexOf(origin.name);
    return (...x) => x[at]!;
  }
  const args = origin.inputs.map((input) => mapOf(input, inputs));
  const { map } = origin.op;
  return (...x) => map!(...args.map((arg) => arg(...x)));
}

type Data = Float64Array | Float32Array | Int32Array;

/** Value of a small graph by the reference kernels, one array a tensor: slow and obvious. */
function evaluate(
  y: Tensor,
  leaves: ReadonlyMap<string, Data>,
  like: Data,
  done = new Map<Tensor, Data>(),
): Data {
  const known = done.get(y);
  if (known !== undefined) return known;
  const { origin } = y;
  let data: Data;
  if (origin.kind === 'leaf') {
    data = leaves.get(origin.name)!;
  } else {
    const size = sizeOf(y.shape);
    if (y.dtype === 'i32') data = new Int32Array(size);
    else data = like instanceof Float64Array ? new Float64Array(size) : new Float32Array(size);
    if (origin.kind === 'constant') data.fill(origin.value);
    else {
      const inputs = origin.inputs.map((input) => ({
        data: evaluate(input, leaves, like, done),
        shape: input.shape,
      }));
      origin.op.kernel(byName(origin.op, inputs), { data, shape: y.shape }, origin.attrs);
    }
  }
  done.set(y, data);
  return data;
}

function flopsOf(y: Tensor, seen = new Set<Tensor>()): number {
  if (seen.has(y) || y.origin.kind !== 'op') return 0;
  seen.add(y);
  const { op, inputs, attrs } = y.origin;
  const shapes = byName(
    op,
    inputs.map((input) => input.shape),
  );
  return inputs.reduce((sum, input) => sum + flopsOf(input, seen), op.flops(shapes, y.shape, attrs as Attrs));
}
