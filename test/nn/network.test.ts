import {
  add,
  batchNorm,
  concat,
  dense,
  dropout,
  input,
  type Layer,
  l1,
  l1l2,
  l2,
  layer,
  layerNorm,
  type Node,
  ops,
  type Shape,
} from 'glia';
import { describe, expect, test } from 'vitest';
import { OptionError, ShapeError } from '../../src/base/errors.ts';
import { grad } from '../../src/compile/autodiff.ts';
import { stored } from '../../src/ir/tensor.ts';
import { between, chain, Network } from '../../src/nn/index.ts';
import { evaluate } from '../support/evaluate.ts';

const build = (layers: readonly Layer[], inputShape: Shape = [4], seed = 0) =>
  new Network(chain(layers, inputShape), [inputShape], seed);
const paths = ({ params }: Network) => params.map(({ path }) => path);

/** What a network puts out in training at a step, in float64, for inputs of ones and weights of one half. */
function trained(network: Network, rows: number, step = 0): number[][] {
  const leaves = network.inputShapes.map((shape, i) => stored(`x${i}`, [rows, ...shape]));
  const own = [...network.params, ...network.states];
  const values = Object.fromEntries([
    ...leaves.map(({ shape }, i) => [`x${i}`, ones(shape, 1)]),
    ...own.map(({ path, shape }) => [path, ones(shape, 0.5)]),
  ]);
  return evaluate(network.trace(leaves, true).outputs, { ...values, step: [step] }, 'float64');
}

const ones = (shape: Shape, value: number) =>
  new Array<number>(shape.reduce((size, dim) => size * dim, 1)).fill(value);

describe('names', () => {
  test('are kind and number, or as given', () => {
    const network = build([dense(3), dense(2, { name: 'middle' }), batchNorm(), dense(1)]);
    expect(paths(network)).toEqual([
      'dense1.weight',
      'dense1.bias',
      'middle.weight',
      'middle.bias',
      'batchNorm1.weight',
      'batchNorm1.bias',
      'dense3.weight',
      'dense3.bias',
    ]);
    expect(network.states.map(({ path }) => path)).toEqual([
      'batchNorm1.running_mean',
      'batchNorm1.running_var',
    ]);
  });

  test('collide with an error', () => {
    expect(() => build([dense(3, { name: 'a' }), dense(2, { name: 'a' })])).toThrow(/"a" is taken/);
    expect(() => build([dense(3, { name: 'dense2' }), dense(2)])).toThrow(/"dense2" is taken/);
  });

  test.each(['a.b', 'a b', 'a/b', '__proto__.x', 'é'])('"%s" is refused', (name) => {
    expect(() => build([dense(3, { name })])).toThrow(OptionError);
  });

  test.each(['__proto__', 'constructor', 'toString', '0', '-'])('"%s" is a name like any other', (name) => {
    expect(paths(build([dense(3, { name })]))).toEqual([`${name}.weight`, `${name}.bias`]);
  });

  const keyed = (param: string, state: string) =>
    layer({
      params: () => ({ [param]: [2] }),
      state: () => ({ [state]: { shape: [2], initial: 0 } }),
      apply: (_own, x) => x,
    });
  test('of parameters and states stand for themselves in paths', () => {
    expect(() => build([keyed('a.b', 'c')])).toThrow(/"a\.b" may hold only[\s\S]*custom1/);
    expect(() => build([keyed('a', 'a')])).toThrow(/"a" is taken[\s\S]*custom1/);
  });
});

describe('wiring', () => {
  test('a layer that is called twice has its weights once, and gradients of both calls', () => {
    const x = input([4]);
    const shared = dense(4, { name: 'shared', bias: false });
    const network = new Network(between([x], [shared.call(shared.call(x))]), [[4]], 1);
    expect(paths(network)).toEqual(['shared.weight']);
    expect(network.calls.map(({ params }) => params.length)).toEqual([1, 0]);
    const leaf = stored('x', [1, 4]);
    const [y] = network.trace([leaf], true).outputs;
    const [dw] = grad(ops.sum(y!), [network.params[0]!.leaf]);
    // y = W·W·x with W = ½ everywhere and x = 1: d Σy / dW = Wᵀ1·xᵀ + 1·(Wx)ᵀ = 2 + 2.
    const numbers = { x: ones([4], 1), 'shared.weight': ones([4, 4], 0.5) };
    expect(evaluate([dw!], numbers, 'float64')).toEqual([ones([4, 4], 4)]);
  });

  test('is found from outputs back to inputs, and only what leads to an output is built', () => {
    const [a, b] = [input([2]), input([3])];
    const left = dense(4, { name: 'left' }).call(a);
    dense(9, { name: 'unused' }).call(left);
    const both = concat({ name: 'both' }).call(left, b);
    const network = new Network(between([a, b], [both, left]), [[2], [3]], 0);
    expect(network.calls.map(({ name }) => name)).toEqual(['left', 'both']);
    expect(network.outputShapes).toEqual([[7], [4]]);
  });

  test('takes lists of nodes, an input as an output, and one node many times', () => {
    const x = input([2]);
    const sum = add().call([x, x, x]);
    const network = new Network(between([x], [sum, x]), [[2]], 0);
    expect(trained(network, 1)).toEqual([
      [3, 3],
      [1, 1],
    ]);
  });

  test('goes a thousand layers deep', () => {
    let node: Node = input([1]);
    const x = node;
    for (let i = 0; i < 1000; i++) node = add().call(node, x);
    expect(trained(new Network(between([x], [node]), [[1]], 0), 1)).toEqual([[1001]]);
  });

  test('refuses an input that is not listed, by name', () => {
    const [x, other] = [input([2]), input([2], { name: 'age' })];
    expect(() => between([x], [add().call(x, other)])).toThrow(
      /input "age" that is not listed[\s\S]*`inputs`/,
    );
  });

  test('refuses inputs that are not shapes', () => {
    for (const shape of [[0], [-1], [1.5], [Number.NaN], 3, undefined, 'x']) {
      expect(() => input(shape as never)).toThrow(ShapeError);
    }
    expect(() => input([2], { nam: 'x' } as never)).toThrow(/did you mean "name"/);
  });
});

describe('building', () => {
  test('refuses a layer that does not keep the batch axis, naming it', () => {
    const folds = layer({ apply: (_own, x) => ops.sum(x, { axis: 0 }) });
    expect(() => build([dense(3), folds])).toThrow(ShapeError);
    expect(() => build([dense(3), folds])).toThrow(/does not keep the batch axis\n {2}at {4}custom1/);
  });

  test('refuses what is no tensor, naming the layer', () => {
    const broken = layer({ name: 'mine', apply: () => undefined as never });
    expect(() => build([broken])).toThrow(OptionError);
    expect(() => build([broken])).toThrow(/apply gave undefined[\s\S]*mine/);
  });

  test('names the layer when an op inside of it refuses', () => {
    const narrow = layer({ name: 'mine', apply: (_own, x) => ops.matmul(x, x) });
    expect(() => build([dense(5), narrow])).toThrow(ShapeError);
    expect(() => build([dense(5), narrow])).toThrow(/\n {2}at {4}mine\n/);
  });

  test('checks the inputs of a trace', () => {
    const network = build([dense(3, { name: 'first' })]);
    expect(() => network.trace([stored('x', [2, 5])], false)).toThrow(
      /at\s+first\n\s+wanted\s+\[n, 4\]\n\s+x\s+\[2, 5\]/,
    );
    expect(() => network.trace([], false)).toThrow(/takes 1 inputs, got 0/);
  });

  test('a state takes only what has its shape, and only what was declared', () => {
    const counts = (key: string, shape: Shape) =>
      layer({
        name: 'count',
        state: () => ({ seen: { shape: [2], initial: 0 } }),
        apply(_own, x, { update }) {
          update(key, ops.expand(ops.add(0, 1), shape));
          return x;
        },
      });
    const traced = (key: string, shape: Shape) =>
      build([counts(key, shape)]).trace([stored('x', [1, 4])], true);
    expect(traced('seen', [2]).updates).toHaveLength(1);
    expect(() => traced('seen', [3])).toThrow(/seen cannot become \[3\]\n {2}at {4}count\n {2}state \[2\]/);
    expect(() => traced('sean', [2])).toThrow(/sean cannot become[\s\S]*not declared/);
  });
});

describe('random numbers of layers', () => {
  const drop = (name: string) => dropout(0.5, { name });
  const mask = (network: Network, step = 0) => trained(network, 40, step)[0]!;

  test('follow from seed, path and step alone', () => {
    const network = build([drop('d')], [8], 1);
    expect(mask(network)).toEqual(mask(build([drop('d')], [8], 1)));
    expect(mask(network, 1)).not.toEqual(mask(network, 0));
    expect(mask(build([drop('d')], [8], 2))).not.toEqual(mask(network));
    expect(mask(build([drop('e')], [8], 1))).not.toEqual(mask(network));
  });

  test('do not depend on what stands around the layer', () => {
    const before = build(
      [layerNorm(), layer({ apply: (_own, x) => ops.add(ops.mul(0, x), 1) }), drop('d')],
      [8],
      1,
    );
    expect(mask(before)).toEqual(mask(build([drop('d')], [8], 1)));
  });

  test('are others for each call of a shared layer', () => {
    const x = input([8]);
    const shared = drop('d');
    const calls = [shared.call(x), shared.call(x), shared.call(x), shared.call(x)];
    const masks = trained(new Network(between([x], calls), [[8]], 1), 40);
    expect(new Set(masks.map((one) => one.join())).size).toBe(calls.length);
  });

  test('dropout keeps its share, and the mean', () => {
    for (const rate of [0.1, 0.5, 0.9]) {
      const kept = trained(build([dropout(rate)], [1000], 3), 100)[0]!;
      const n = kept.length;
      expect(n).toBe(1e5);
      const zeros = kept.filter((value) => value === 0).length / n;
      // Binomial; five standard errors, as chance has it once in 1.7 million draws.
      expect(Math.abs(zeros - rate)).toBeLessThan(5 * Math.sqrt((rate * (1 - rate)) / n));
      // In float64 the one value that is not 0 is 1 / (1 - rate), exactly as the layer multiplies.
      expect(new Set(kept)).toEqual(new Set([0, 1 / (1 - rate)]));
    }
  });
});

test('dropout keeps a number that ties with its rate, as the probability asks', () => {
  const u = stored('u', [3]);
  const context = { training: true, uniform: () => u, update: () => undefined };
  const y = dropout(0.5).apply({}, [stored('x', [3])], context);
  const near = 2 ** -24; // from one uniform number to the next
  expect(evaluate([y], { x: [1, 1, 1], u: [0.5 - near, 0.5, 0.5 + near] }, 'float32')).toEqual([[0, 2, 2]]);
});

describe('penalties', () => {
  const weights = [3, -4, 0, 0.5];
  const of = (regularizer: ReturnType<typeof l1>) => {
    const network = build([dense(1, { regularizer, bias: false })]);
    const { penalty } = network.trace([stored('x', [1, 4])], true);
    const [dw] = grad(penalty!, [network.params[0]!.leaf]);
    return evaluate([penalty!, dw!], { 'dense1.weight': weights }, 'float64');
  };

  test('l1 is λ·Σ|w|, with gradient λ·sign(w)', () => {
    expect(of(l1(0.5))).toEqual([[3.75], [0.5, -0.5, 0, 0.5]]);
  });

  test('l2 is λ·Σw², with gradient 2·λ·w', () => {
    expect(of(l2(0.5))).toEqual([[12.625], [3, -4, 0, 0.5]]);
  });

  test('l1l2 is both', () => {
    expect(of(l1l2(0.5, 0.5))).toEqual([[16.375], [3.5, -4.5, 0, 1]]);
  });

  test('of weight 0 is 0 with gradient 0', () => {
    expect(of(l1l2(0, 0))).toEqual([[0], [0, 0, 0, 0]]);
  });

  test('of a shared layer counts once, and there is none without a regularizer', () => {
    const x = input([4]);
    const shared = dense(4, { regularizer: l2(1), bias: false });
    const network = new Network(between([x], [shared.call(shared.call(x))]), [[4]], 0);
    const leaf = stored('x', [1, 4]);
    const [penalty] = evaluate(
      [network.trace([leaf], true).penalty!],
      { 'dense1.weight': ones([4, 4], 1) },
      'float64',
    );
    expect(penalty).toEqual([16]);
    expect(build([dense(2)]).trace([leaf], true).penalty).toBeUndefined();
  });

  test.each([-1, Number.NaN, Infinity, '1'])('%s is refused', (weight) => {
    for (const make of [l1, l2, (w: number) => l1l2(0, w)])
      expect(() => make(weight as number)).toThrow(OptionError);
  });
});

describe('a polluted Object.prototype', () => {
  const dirt: Readonly<Record<string, unknown>> = {
    name: 'dirty',
    bias: false,
    activation: 'tanh',
    init: 'zeros',
    regularizer: { l1: 1, l2: 1 },
    momentum: 0.9,
    eps: 1,
    axes: 2,
    axis: 1,
    slope: 3,
    std: 5,
    kind: 'dirty',
    state: () => ({ dirt: { shape: [1], initial: 0 } }),
    params: () => ({ dirt: [1] }),
  };

  test('changes no layer', () => {
    const make = () => {
      const network = build([
        dense(3),
        dense(4, { init: 'normal', activation: 'leakyRelu' }),
        batchNorm(),
        layerNorm(),
        dropout(0.5),
        layer({ apply: (_own, x) => x }),
      ]);
      const [x, y] = [input([2, 2]), input([2, 2])];
      const merged = new Network(
        between([x, y], [concat().call(x, y)]),
        [
          [2, 2],
          [2, 2],
        ],
        0,
      );
      return {
        paths: [...paths(network), ...network.states.map(({ path }) => path)],
        configs: network.calls.map(({ layer: made }) => JSON.stringify(made.config)),
        shapes: merged.outputShapes,
        penalty: network.trace([stored('x', [1, 4])], true).penalty,
      };
    };
    const clean = make();
    for (const [key, value] of Object.entries(dirt)) {
      Object.defineProperty(Object.prototype, key, { value, configurable: true, writable: true });
    }
    try {
      expect(make()).toEqual(clean);
    } finally {
      for (const key of Object.keys(dirt)) Reflect.deleteProperty(Object.prototype, key);
    }
  });
});
