import { checkFlag, checkText } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError, ProgramError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { sizeOf } from '../base/shape.ts';
import { readNames, readSamples, readTypes } from './definition.ts';
import { type Attrs, byName, checkTensor, defineOp, type OpEntry, type Sample } from './op.ts';
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
 *
 * @throws {OptionError} for a part that there is none of, and for one that is not of its type.
 * @throws {ProgramError} when there is an op of that name, or one that is composed is not elementwise though it should be.
 */
export function defineFusion(definition: FusionDefinition): OpEntry {
  const { name, compose, samples, tolerance = 1e-5, ...rest } = readFusion(definition);
  const { inputs, inputTypes, elementwise } = rest;
  const trace = (x: Readonly<Record<string, readonly number[]>>): Tensor => {
    const leaves = inputs.map((input) => stored(input, x[input]!, inputTypes[input]));
    return checkTensor(name, 'what compose gives', compose(byName({ inputs }, leaves)));
  };
  const scalars = (): Tensor =>
    trace(
      byName(
        { inputs },
        inputs.map((): [] => []),
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
    ...(elementwise && { map: mapOf(name, scalars(), inputs) }),
    compose,
    flops: (x) => flopsOf(trace(x)),
    samples,
    tolerance,
  });
  fusions.push(entry);
  return entry;
}

const KNOWN = ['name', 'inputs', 'inputTypes', 'elementwise', 'compose', 'samples', 'tolerance'];

/** The parts that are used before the op is defined; {@link defineOp} reads the others. */
function readFusion(definition: FusionDefinition) {
  const own = checkOptions('defineFusion', definition, KNOWN);
  const where = `fusion ${checkText('defineFusion', 'name', own.name)}`;
  const inputs = readNames(where, own.inputs);
  if (typeof own.compose !== 'function')
    throw new OptionError(`${where}: compose must be a function, got ${describe(own.compose)}`);
  const samples = readSamples(where, inputs, own.samples);
  if (samples.length === 0)
    throw new OptionError(`${where}: samples must be one at least: the pattern has its shapes`);
  return {
    ...own,
    inputs,
    samples,
    inputTypes: readTypes(where, inputs, own.inputTypes ?? {}),
    elementwise: checkFlag(where, 'elementwise', own.elementwise ?? false),
  };
}

/** Every declared fusion, in the order in which they are tried. */
export function allFusions(): readonly OpEntry[] {
  return fusions;
}

/** One element of an elementwise composition from one of each input. */
function mapOf(name: string, { origin }: Tensor, inputs: readonly string[]): (...x: number[]) => number {
  if (origin.kind === 'constant') return () => origin.value;
  if (origin.kind === 'leaf') {
    const at = inputs.indexOf(origin.name);
    return (...x) => x[at]!;
  }
  const args = origin.inputs.map((input) => mapOf(name, input, inputs));
  const { map } = origin.op;
  if (map === undefined) throw new ProgramError(`fusion ${name}: ${origin.op.name} is not elementwise`);
  return (...x) => map(...args.map((arg) => arg(...x)));
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
