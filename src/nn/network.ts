import { describe } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { keyOf } from '../base/random.ts';
import { type Shape, sameShape, showShape } from '../base/shape.ts';
import { withScope } from '../ir/scope.ts';
import { fed, isTensor, stored, type Tensor } from '../ir/tensor.ts';
import { add, uniform } from '../ops/index.ts';
import {
  type CallContext,
  checkLayer,
  checkNode,
  type Layer,
  type Node,
  type ParamSpec,
  type StateSpec,
} from './layer.ts';
import { penalty } from './regularize.ts';

/** One call of a layer: which earlier values it takes. Values are numbered: first the inputs, then the calls. */
export interface Call {
  readonly layer: Layer;
  readonly name: string;
  readonly inputs: readonly number[];
}

/** A network before its input shapes are known: which layer is fed by which. */
export interface Wiring {
  /** Shape of each input without the batch axis, where it was given. */
  readonly inputs: readonly (Shape | undefined)[];
  readonly calls: readonly Call[];
  readonly outputs: readonly number[];
}

/** A trainable tensor of a built network. */
export interface Param extends ParamSpec {
  /** Such as `dense1.weight`. */
  readonly path: string;
  readonly leaf: Tensor;
}

/** A carried tensor of a built network. */
export interface State extends StateSpec {
  readonly path: string;
  readonly leaf: Tensor;
}

/** What one call of a layer looks like after building. */
export interface BuiltCall extends Call {
  /** Shape of its value, without the batch axis. */
  readonly shape: Shape;
  /** Params of this call; of a layer called again, none. */
  readonly params: readonly Param[];
}

/** What tracing a network gives. */
export interface Traced {
  readonly outputs: readonly Tensor[];
  /** Value of each call, by layer name. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** States and what they hold after the step; empty unless training. */
  readonly updates: readonly (readonly [leaf: Tensor, next: Tensor])[];
  /** Sum of the parameters' penalties, if any has one. */
  readonly penalty: Tensor | undefined;
}

/** Name of the fed leaf that counts training steps, for random numbers. */
export const STEP = 'step';

/**
 * Layers behind each other.
 *
 * @throws {OptionError} for something that is not a layer, and for names that collide.
 */
export function chain(layers: readonly Layer[], inputShape: Shape | undefined): Wiring {
  for (const [i, layer] of layers.entries()) checkLayer(`sequential: layers[${i}]`, layer);
  const names = nameLayers(layers);
  const calls = layers.map((layer, i) => ({ layer, name: names.get(layer)!, inputs: [i] }));
  return { inputs: [inputShape], calls, outputs: [layers.length] };
}

/**
 * The network between some inputs and outputs of a functional model.
 *
 * @throws {OptionError} when an output depends on an input that is not listed or on itself, or something is not a value
 * of a model.
 */
export function between(inputs: readonly Node[], outputs: readonly Node[]): Wiring {
  for (const [what, nodes] of Object.entries({ inputs, outputs })) {
    if (nodes.length === 0) throw new OptionError(`model: there are no ${what}`);
    for (const node of nodes) checkNode(`model: ${what}`, node);
  }
  const order = callOrder(inputs, outputs);
  const number = new Map([...inputs, ...order].map((node, i) => [node, i]));
  const names = nameLayers(order.map((node) => node.layer!));
  return {
    inputs: inputs.map((node) => node.shape),
    calls: order.map((node) => ({
      layer: node.layer!,
      name: names.get(node.layer!)!,
      inputs: node.inputs.map((from) => number.get(from)!),
    })),
    outputs: outputs.map((node) => number.get(node)!),
  };
}

/** What the outputs are computed from, each after its own inputs: depth first, on a stack of its own, as deep as it is. */
function callOrder(inputs: readonly Node[], outputs: readonly Node[]): Node[] {
  const done = new Set(inputs);
  const open = new Set<Node>();
  const order: Node[] = [];
  const stack: { readonly node: Node; next: number }[] = [];
  const enter = (node: Node): void => {
    if (done.has(node)) return;
    checkCall(node, open);
    open.add(node);
    stack.push({ node, next: 0 });
  };
  for (const output of outputs) {
    enter(output);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const { node } = top;
      if (top.next < node.inputs.length) {
        enter(node.inputs[top.next++]!);
        continue;
      }
      stack.pop();
      open.delete(node);
      done.add(node);
      order.push(node);
    }
  }
  return order;
}

/** Refuses what is no call of a layer, and a call that waits for its own value. */
function checkCall(node: Node, open: ReadonlySet<Node>): void {
  checkNode('model: a layer', node);
  if (node.layer === undefined) {
    throw new OptionError(
      `model: an output depends on an input${node.name ? ` "${node.name}"` : ''} that is not listed`,
      {
        hint: 'list every input() under `inputs`',
      },
    );
  }
  checkLayer('model: what makes a value', node.layer);
  if (!open.has(node)) return;
  throw new OptionError(
    `model: a call of the layer "${node.layer.name ?? node.layer.kind}" depends on itself`,
    {
      hint: 'a value can only be made of earlier ones; what layer.call gives is not to be changed',
    },
  );
}

/** Names as given, else kind and number: `dense1`, `dense2`, `dropout1`. */
function nameLayers(layers: readonly Layer[]): Map<Layer, string> {
  const names = new Map<Layer, string>();
  const taken = new Set<string>();
  const counts = new Map<string, number>();
  for (const layer of layers) {
    if (names.has(layer)) continue;
    const count = (counts.get(layer.kind) ?? 0) + 1;
    counts.set(layer.kind, count);
    const name = layer.name ?? `${layer.kind}${count}`;
    if (typeof name !== 'string')
      throw new OptionError(`a layer's name must be a string, got ${describe(name)}`);
    if (/[^\w-]/.test(name) || taken.has(name)) {
      throw new OptionError(
        `layer name "${name}" ${/[^\w-]/.test(name) ? 'may hold only letters, digits, _ and -' : 'is taken'}`,
      );
    }
    names.set(layer, name);
    taken.add(name);
  }
  return names;
}

/** Calls of layers in a network, at most: what follows from them is compiled in one turn of the event loop. */
const MOST_CALLS = 5000;

function checkSize({ calls }: Wiring): void {
  if (calls.length <= MOST_CALLS) return;
  throw new OptionError(`the network has ${calls.length} layers, and at most ${MOST_CALLS} can be compiled`);
}

/** A network whose shapes are known: its parameters, and how to trace it into a graph. */
export class Network {
  readonly inputShapes: readonly Shape[];
  readonly outputShapes: readonly Shape[];
  readonly calls: readonly BuiltCall[];
  readonly params: readonly Param[];
  readonly states: readonly State[];
  readonly #wiring: Wiring;
  readonly #seed: number;
  readonly #own = new Map<Layer, Record<string, Tensor>>();

  /**
   * @throws {ShapeError} when a layer refuses its input; the message names the layer.
   * @throws {OptionError} for more layers than can be compiled.
   */
  constructor(wiring: Wiring, inputShapes: readonly Shape[], seed: number) {
    checkSize(wiring);
    this.#wiring = wiring;
    this.#seed = seed;
    this.inputShapes = inputShapes;
    const params: Param[] = [];
    const states: State[] = [];
    const calls: BuiltCall[] = [];
    const shapes = [...inputShapes];
    for (const call of wiring.calls) {
      const fresh = withScope(call.name, () =>
        this.#create(
          call,
          call.inputs.map((i) => shapes[i]!),
        ),
      );
      params.push(...fresh.params);
      states.push(...fresh.states);
      const shape = this.#shapeOf(
        call,
        call.inputs.map((i) => shapes[i]!),
      );
      shapes.push(shape);
      calls.push({ ...call, shape, params: fresh.params });
    }
    this.params = params;
    this.states = states;
    this.calls = calls;
    this.outputShapes = wiring.outputs.map((i) => shapes[i]!);
  }

  /**
   * The network as graph, for inputs with a batch axis.
   *
   * @throws {ShapeError} when an input does not have the shape that the network was built for.
   */
  trace(inputs: readonly Tensor[], training: boolean): Traced {
    this.#checkInputs(inputs);
    const step = fed(STEP, [], 'i32');
    const values = [...inputs];
    const byName = new Map<string, Tensor>();
    const repeats = new Map<string, number>();
    const updates: (readonly [Tensor, Tensor])[] = [];
    for (const { layer, name, inputs: from } of this.#wiring.calls) {
      const own = this.#own.get(layer)!;
      // Each call of a shared layer draws random numbers of its own.
      const repeat = repeats.get(name) ?? 0;
      repeats.set(name, repeat + 1);
      const context = this.#context(name, own, training, step, updates, repeat);
      const value = withScope(name, () =>
        layer.apply(
          own,
          from.map((i) => values[i]!),
          context,
        ),
      );
      values.push(value);
      byName.set(name, value);
    }
    const penalties = this.params.flatMap(({ regularizer, leaf }) =>
      regularizer ? [penalty(leaf, regularizer)] : [],
    );
    return {
      outputs: this.#wiring.outputs.map((i) => values[i]!),
      values: byName,
      updates,
      penalty: penalties.length === 0 ? undefined : penalties.reduce((a, b) => add(a, b)),
    };
  }

  #create({ layer, name }: Call, shapes: readonly Shape[]): { params: Param[]; states: State[] } {
    if (this.#own.has(layer)) return { params: [], states: [] };
    const keys = new Set<string>();
    const place = (key: string, shape: Shape): { path: string; leaf: Tensor } => {
      // Paths with one dot leave every other name of a storage free for the library's own tensors.
      if (/[^\w-]/.test(key) || keys.has(key)) {
        const why = keys.has(key) ? 'is taken' : 'may hold only letters, digits, _ and -';
        throw new OptionError(`layer: the name of the parameter or state "${key}" ${why}`, { at: name });
      }
      keys.add(key);
      return { path: `${name}.${key}`, leaf: stored(`${name}.${key}`, shape) };
    };
    const params = Object.entries(layer.params(...shapes)).map(
      ([key, spec]): Param => ({ regularizer: undefined, ...spec, ...place(key, spec.shape) }),
    );
    const states = Object.entries(layer.state(...shapes)).map(
      ([key, spec]): State => ({ ...spec, ...place(key, spec.shape) }),
    );
    const leaves = [...params, ...states].map(
      ({ path: p, leaf }) => [p.slice(name.length + 1), leaf] as const,
    );
    this.#own.set(layer, Object.fromEntries(leaves));
    return { params, states };
  }

  /** Shape of a call's value, found by tracing it for batches of two and of three rows: one may be a width, too. */
  #shapeOf({ layer, name }: Call, shapes: readonly Shape[]): Shape {
    const own = this.#own.get(layer)!;
    const [two, three] = [2, 3].map((rows) => {
      const inputs = shapes.map((shape, i) => fed(`probe${i}`, [rows, ...shape]));
      const context = this.#context(name, own, false, fed(STEP, [], 'i32'), [], 0);
      const y: unknown = withScope(name, () => layer.apply(own, inputs, context));
      if (!isTensor(y)) {
        throw new OptionError(`the layer gave ${describe(y)}, wanted a tensor`, {
          at: name,
          hint: 'an activation of your own must give what the ops make of its argument',
        });
      }
      const { shape } = y;
      if (shape[0] === rows) return shape.slice(1);
      throw new ShapeError('the layer does not keep the batch axis', {
        at: name,
        x: inputs.map((x) => showShape(x.shape)).join(', '),
        y: showShape(shape),
        hint: 'the first axis of the output must be that of the input',
      });
    });
    if (sameShape(two!, three!)) return two!;
    throw new ShapeError('the shape of a row depends on how many rows there are', {
      at: name,
      'for 2': showShape([2, ...two!]),
      'for 3': showShape([3, ...three!]),
    });
  }

  #context(
    name: string,
    own: Readonly<Record<string, Tensor>>,
    training: boolean,
    step: Tensor,
    updates: (readonly [Tensor, Tensor])[],
    repeat: number,
  ): CallContext {
    let draws = 0;
    return {
      training,
      uniform: (shape) => uniform(step, shape, keyOf(this.#seed, `${name} ${repeat} ${draws++}`)),
      update(key, next) {
        if (!training) return;
        const leaf = own[key];
        if (leaf === undefined || !sameShape(leaf.shape, next.shape)) {
          throw new ShapeError(`state ${key} cannot become ${showShape(next.shape)}`, {
            at: name,
            state: leaf === undefined ? 'not declared' : showShape(leaf.shape),
          });
        }
        const earlier = updates.findIndex(([known]) => known === leaf);
        if (earlier >= 0) updates.splice(earlier, 1);
        updates.push([leaf, next]);
      },
    };
  }

  #checkInputs(inputs: readonly Tensor[]): void {
    if (inputs.length !== this.inputShapes.length) {
      throw new ShapeError(`the model takes ${this.inputShapes.length} inputs, got ${inputs.length}`);
    }
    inputs.forEach((x, i) => {
      const wanted = this.inputShapes[i]!;
      if (sameShape(x.shape.slice(1), wanted)) return;
      throw new ShapeError(`input ${i} does not have the width that the model was built for`, {
        at: this.#wiring.calls[0]?.name,
        wanted: `[n, ${wanted.join(', ')}]`,
        x: showShape(x.shape),
      });
    });
  }
}
