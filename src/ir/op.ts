import { checkList } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import type { DType, NumberArray } from '../base/dtype.ts';
import { OptionError, ProgramError, ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import { showShape } from '../base/shape.ts';
import { type Attr, checkAttr } from './attr.ts';
import { currentPath } from './scope.ts';
import type { Tensor } from './tensor.ts';
import { createTensor, isTensor } from './tensor.ts';

/** Attributes of an op in the order in which backends receive them. */
export type Attrs = Readonly<Record<string, Attr>>;

/** Numbers of a tensor while a kernel of the reference backend runs. */
export interface View {
  readonly data: NumberArray;
  readonly shape: Shape;
}

/** Stops tracing with a ShapeError that names the op, the layer and the inputs' shapes. */
export type Fail = (why: string, hint?: string) => never;

type Named<T> = Readonly<Record<string, T>>;

/** Shapes, attributes and value range with which the conformance test runs an op. */
export interface Sample {
  readonly shapes: Named<Shape>;
  readonly attrs?: Attrs;
  /** Range that f32 inputs are drawn from; default [-2, 2]. For an op with poles or kinks, a range without them. */
  readonly domain?: readonly [number, number];
  /** i32 inputs are drawn from 0 to this number, exclusive. */
  readonly classes?: number;
}

/** One op: meaning, shape rule, derivative and reference kernel in one place. */
export interface OpEntry {
  readonly name: string;
  /** Names of the inputs, in order. */
  readonly inputs: readonly string[];
  /** Inputs that are not f32. */
  readonly inputTypes: Named<DType>;
  /** Type of the output. */
  readonly outputType: DType;
  /** Default of each attribute; gives its type and the order of the attributes. */
  readonly attrs: Attrs;
  readonly shape: (x: Named<Shape>, attrs: Attrs, fail: Fail) => Shape;
  /** Gradient of each differentiable input from the output's, as graph. Absent: not differentiable. */
  readonly grad?: (
    x: Named<Tensor>,
    y: Tensor,
    dy: Tensor,
    attrs: Attrs,
  ) => Readonly<Record<string, Tensor | undefined>>;
  /**
   * Groups of inputs in which the op is linear, those of a group together, while all others are held: `[['a', 'b']]` of
   * a sum, `[['a'], ['b']]` of a product. Attribution passes back through it as the gradient does. But for elementwise
   * ops, an output element is a sum of products of elements, so that parts above 0 stay above it.
   */
  readonly linear?: readonly (readonly string[])[];
  /**
   * Attribution holds the output: what it is computed from gets no share, and a row that is compared with another lends it
   * its own, as softmax shifts its logits by a number that changes nothing.
   */
  readonly held?: boolean;
  /** The same value out of ops that attribution has rules for, where it has none for this one. */
  readonly parts?: (x: Named<Tensor>, attrs: Attrs) => Tensor;
  /** The specification of what the op computes, in plain loops. */
  readonly kernel: (x: Named<View>, y: View, attrs: Attrs) => void;
  /** Elementwise ops: one output element from one element of each input. They run inside regions. */
  readonly map?: (...x: number[]) => number;
  /** The output is the input's memory under another shape. */
  readonly view: boolean;
  /** The kernel finishes its output block by block, so that elementwise ops may follow on each while it is in cache. */
  readonly blocks: boolean;
  /** A cheaper equal of this application, if one is known. */
  readonly simplify?: (x: Named<Tensor>, y: Tensor, attrs: Attrs) => Tensor | undefined;
  /** Fused ops: the same value out of other ops. */
  readonly compose?: (x: Named<Tensor>, attrs: Attrs) => Tensor;
  /** Floating-point operations, for `summary`; default: one for each output element of an elementwise op, else 0. */
  readonly flops: (x: Named<Shape>, y: Shape, attrs: Attrs) => number;
  readonly samples: readonly Sample[];
  /** Largest difference of a float32 kernel from the reference, relative to max(1, |reference|). */
  readonly tolerance: number;
  /** Checks of the conformance test that mean nothing for this op, each with the reason. */
  readonly exempt: { readonly gradient?: string; readonly nonFinite?: string };
}

/** What `defineOp` takes: an entry whose usual parts may be left out. */
export type OpDefinition = Pick<OpEntry, 'name' | 'inputs' | 'shape' | 'kernel' | 'samples'> &
  Partial<OpEntry>;

const table = new Map<string, OpEntry>();
/** What {@link defineOp} made, so that nothing passes for an op by looking like one. */
const entries = new WeakSet<OpEntry>();

/**
 * Enters an op of the library into the table. Defining it is all that is needed for it to be compiled, linked and tested.
 * Tests look at its parts, and not each program that imports it.
 *
 * @throws {ProgramError} when there is an op of that name.
 */
export function defineOp(own: OpDefinition): OpEntry {
  if (table.has(own.name)) throw new ProgramError(`op ${own.name} is defined twice`);
  const entry: OpEntry = {
    inputTypes: {},
    outputType: 'f32',
    attrs: {},
    view: false,
    blocks: false,
    flops: (_x, y) => (own.map === undefined ? 0 : y.reduce((size, dim) => size * dim, 1)),
    tolerance: 1e-6,
    exempt: {},
    ...own,
  };
  table.set(entry.name, entry);
  entries.add(entry);
  return entry;
}

/** Every op of the table, in the order of definition. */
export function allOps(): readonly OpEntry[] {
  return [...table.values()];
}

/** The op called `name`, if the table has it. */
export function findOp(name: string): OpEntry | undefined {
  return table.get(name);
}

/**
 * Refuses what is not an op of the table.
 *
 * @throws {OptionError} saying what came.
 */
function checkOp(where: string, op: unknown): void {
  if (entries.has(op as OpEntry)) return;
  throw new OptionError(`${where}: op must be what defineOp gave, got ${describe(op)}`);
}

/**
 * An op as both languages write it: `matmul(a, b; transA, transB)`, with `:i32` after what is not f32.
 *
 * @throws {OptionError} for what is not an op of the table.
 */
export function signature(op: OpEntry): string {
  checkOp('signature', op);
  const inputs = op.inputs.map((name) => (op.inputTypes[name] === 'i32' ? `${name}:i32` : name));
  return `${signatureOf(op.name, inputs, Object.keys(op.attrs))}${op.outputType === 'i32' ? ':i32' : ''}`;
}

/** A name, its inputs and its attributes as both languages write them. */
export function signatureOf(name: string, inputs: readonly string[], attrs: readonly string[] = []): string {
  return `${name}(${inputs.join(', ')}${attrs.length > 0 ? `; ${attrs.join(', ')}` : ''})`;
}

/**
 * Refuses what is not a tensor of a graph.
 *
 * @throws {ShapeError} naming the op, the input and what came.
 */
export function checkTensor(op: string, name: string, x: unknown): Tensor {
  if (isTensor(x)) return x;
  throw new ShapeError(`${op}: ${name} must be a tensor, got ${describe(x)}`, {
    at: currentPath() || undefined,
    hint: typeof x === 'number' ? 'only elementwise ops take numbers' : undefined,
  });
}

/**
 * Applies an op: checks inputs, attributes, types and shapes and enters the result into the graph.
 *
 * @throws {ShapeError} when an input is no tensor, or the op's shape rule refuses the inputs.
 * @throws {OptionError} when it is no op of the table, for an attribute that it has none of, and for one that does not
 * have the type of its default.
 */
export function apply(op: OpEntry, inputs: readonly Tensor[], attrs: Attrs = {}): Tensor {
  checkOp('apply', op);
  const given = checkList(op.name, 'inputs', inputs, 'a list of tensors');
  if (given.length > op.inputs.length)
    throw new OptionError(`${op.name}: takes ${op.inputs.length} inputs, got ${given.length}`);
  const x = byName(op, given);
  const tensors = op.inputs.map((name) => checkTensor(op.name, name, x[name]));
  const shapes = byName(
    op,
    tensors.map((input) => input.shape),
  );
  const fail: Fail = (why, hint) => {
    const facts = Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [name, showShape(shape)]));
    throw new ShapeError(`${op.name}: ${why}`, { at: currentPath() || undefined, ...facts, hint });
  };
  for (const name of op.inputs) {
    const wanted = op.inputTypes[name] ?? 'f32';
    const { dtype } = x[name] as Tensor;
    if (dtype !== wanted) fail(`${name} must be ${wanted}, got ${dtype}`);
  }
  const complete = Object.fromEntries(
    Object.entries<Attr>({ ...op.attrs, ...checkOptions(op.name, attrs, Object.keys(op.attrs)) }).map(
      ([name, value]) => [name, checkAttr(op.name, name, value, op.attrs[name] ?? value)],
    ),
  );
  return createTensor(op.shape(shapes, complete, fail), op.outputType, {
    kind: 'op',
    op,
    inputs: tensors,
    attrs: complete,
  });
}

/** Pairs an op's input names with values. */
export function byName<T>(op: Pick<OpEntry, 'inputs'>, values: readonly T[]): Record<string, T> {
  return Object.fromEntries(op.inputs.map((name, i) => [name, values[i]!]));
}

/** Attributes as the flat list of doubles that backends receive: a list is preceded by its length. */
export function encodeAttrs(attrs: Attrs): number[] {
  return Object.values(attrs).flatMap((value) =>
    typeof value === 'object' ? [value.length, ...value] : [Number(value)],
  );
}
