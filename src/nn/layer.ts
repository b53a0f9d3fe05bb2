import { checkText, oneOrMore } from '../base/check.ts';
import { describe, describeList } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { readShape, type Shape, showShape } from '../base/shape.ts';
import { currentPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Initializer } from './init.ts';
import type { Regularizer } from './regularize.ts';

/** A trainable tensor of a layer. */
export interface ParamSpec {
  readonly shape: Shape;
  readonly init: Initializer;
  readonly regularizer?: Regularizer | undefined;
}

/** A tensor that a layer carries from step to step without training it, such as a running mean. */
export interface StateSpec {
  readonly shape: Shape;
  readonly initial: number;
}

/** What a layer may ask for while it is traced. */
export interface CallContext {
  /** Whether the graph is a training step; dropout and batch normalisation differ. */
  readonly training: boolean;
  /** Uniform numbers in [0, 1), new at each training step, decided by seed, layer path and step. */
  readonly uniform: (shape: Shape) => Tensor;
  /** Sets what the layer's state `name` holds after this step. Only in training. */
  readonly update: (name: string, next: Tensor) => void;
}

type Tensors = Readonly<Record<string, Tensor>>;

/** Meaning of a layer: which tensors it owns and what it computes. Shapes are without the batch axis. */
export interface LayerDefinition {
  /** Kind, such as `dense`; names are made of it and a number. */
  readonly kind: string;
  /** Name in paths; made from the kind when left out. */
  readonly name?: string | undefined;
  /** Options as plain data, from which a saved model makes the layer again. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly params: (...inputs: Shape[]) => Readonly<Record<string, ParamSpec>>;
  readonly state?: (...inputs: Shape[]) => Readonly<Record<string, StateSpec>>;
  readonly apply: (own: Tensors, inputs: readonly Tensor[], context: CallContext) => Tensor;
}

/** A value in a functional model: what a layer makes of other such values. */
export interface Node {
  readonly layer: Layer | undefined;
  readonly inputs: readonly Node[];
  /** Shape of an input without the batch axis; other nodes get theirs when the model is built. */
  readonly shape?: Shape;
  readonly name?: string | undefined;
}

/** A layer: a definition, and `call`, which places it in a functional model. */
export interface Layer extends Required<LayerDefinition> {
  /**
   * Places the layer behind one or more values of a functional model. Called twice, it shares its weights.
   *
   * @throws {OptionError} for anything that is no such value.
   * @example
   * const h = dense(64, { activation: 'relu' }).call(input([30]));
   */
  readonly call: (...inputs: readonly (Node | readonly Node[])[]) => Node;
}

// What was made here. Nothing passes for a layer or a value by looking like one, and none is asked what it is.
const layers = new WeakSet<object>();
const nodes = new WeakSet<object>();

function createNode(node: Node): Node {
  nodes.add(node);
  return node;
}

/**
 * Makes a layer out of its definition.
 *
 * @throws {OptionError} when its name is no string.
 */
export function createLayer(definition: LayerDefinition): Layer {
  if (definition.name !== undefined) checkText(definition.kind, 'name', definition.name);
  const made: Layer = {
    name: undefined,
    state: () => ({}),
    ...definition,
    call(...inputs) {
      const from = inputs.flatMap((one) => nodesOf(`${made.kind}: call`, one));
      if (from.length === 0) throw new OptionError(`${made.kind}: call takes at least one value`);
      return createNode({ layer: made, inputs: from });
    },
  };
  layers.add(made);
  return made;
}

/**
 * Refuses what is not a layer.
 *
 * @throws {OptionError} with a hint for a factory that was not called.
 */
export function checkLayer(where: string, layer: unknown): asserts layer is Layer {
  if (typeof layer === 'object' && layer !== null && layers.has(layer)) return;
  throw new OptionError(`${where} is not a layer`, {
    got: describe(layer),
    hint: typeof layer === 'function' ? 'call it: dense(10), flatten()' : undefined,
  });
}

/**
 * Refuses what is not a value of a functional model.
 *
 * @throws {OptionError} with a hint for a layer that was not called.
 */
export function checkNode(where: string, node: unknown): asserts node is Node {
  if (typeof node === 'object' && node !== null && nodes.has(node) && Array.isArray((node as Node).inputs))
    return;
  throw new OptionError(`${where} takes values of a functional model, such as input([30])`, {
    got: describe(node),
    hint: 'a layer becomes a value when it is called: dense(10).call(x)',
  });
}

/**
 * One value of a functional model, or several.
 *
 * @throws {OptionError} for anything else.
 */
export function nodesOf(where: string, given: unknown): Node[] {
  return oneOrMore(where, 'the value', given).map((node) => {
    checkNode(where, node);
    return node;
  });
}

/**
 * An input of a functional model; `shape` is without the batch axis.
 *
 * @throws {ShapeError} when a dimension is not a positive integer.
 * @example
 * const x = input([30]);
 * const net = model({ inputs: x, outputs: dense(2).call(x) });
 */
export function input(shape: Shape, options: { readonly name?: string } = {}): Node {
  const { name } = checkOptions('input', options, ['name']);
  if (name !== undefined) checkText('input', 'name', name);
  const dims = readShape(shape, 1);
  if (dims === undefined) {
    throw new ShapeError(`input: dimensions must be positive integers, got ${describeList(shape)}`, {
      hint: 'leave the batch axis out: a table with 30 columns is [30]',
    });
  }
  return createNode({ layer: undefined, inputs: [], shape: dims, name });
}

/** The only input of a layer that takes one. */
export function single(kind: string, inputs: readonly Tensor[]): Tensor {
  if (inputs.length !== 1)
    refuse(
      `${kind} takes one input, got ${inputs.length}`,
      inputs.map(({ shape }) => shape),
    );
  return inputs[0]!;
}

/** Stops building with what the layer that is being built was given, and its path. */
export function refuse(why: string, inputs: readonly Shape[], hint?: string): never {
  throw new ShapeError(why, { at: currentPath() || undefined, x: inputs.map(showShape).join(' and '), hint });
}
