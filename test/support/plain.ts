import { inspect } from 'node:util';
import { fed, isTensor, stored, type Tensor } from '../../src/ir/tensor.ts';
import type { Loss } from '../../src/loss/index.ts';
import * as nn from '../../src/nn/index.ts';
import { clipGradients, type Optimizer, type Schedule } from '../../src/optim/index.ts';
import type { LayerSample } from './layer-samples.ts';

/** What a factory has made as data that can be compared: a graph for what computes, numbers for what is asked for some. */
export function plainOf(made: unknown): unknown {
  if (isTensor(made)) return graphOf(made);
  if (Array.isArray(made) && made.length > 0 && made.every(isTensor)) return graphOf(...made);
  if (isMade<Optimizer>(made, 'update', 'scalars')) return ofOptimizer(made);
  if (isMade<Schedule>(made, 'at', 'config')) return ofSchedule(made);
  if (isMade<Loss>(made, 'rows', 'targets')) return ofLoss(made);
  if (isMade<nn.Layer>(made, 'call', 'kind'))
    throw new Error(
      `give samples of ${made.kind} in test/support/layer-samples.ts: a layer is compared by them`,
    );
  if (isMade<nn.Activation>(made, 'apply', 'name', 'config')) return ofActivation(made);
  return inspect(made, { depth: 6, maxArrayLength: null });
}

function isMade<T>(made: unknown, ...parts: readonly (string & keyof T)[]): made is T {
  return typeof made === 'object' && made !== null && parts.every((part) => part in made);
}

/** A graph as lines, each value once. */
function graphOf(...tensors: readonly Tensor[]): string[] {
  const lines: string[] = [];
  const seen = new Map<Tensor, number>();
  const visit = (tensor: Tensor): number => {
    const known = seen.get(tensor);
    if (known !== undefined) return known;
    const { origin } = tensor;
    const own =
      origin.kind === 'op'
        ? `${origin.op.name}(${origin.inputs.map(visit).join()}) ${JSON.stringify(origin.attrs)}`
        : origin.kind === 'leaf'
          ? origin.name
          : String(origin.value);
    lines.push(`${own} [${tensor.shape.join()}] ${tensor.path}`);
    seen.set(tensor, lines.length);
    return lines.length;
  };
  tensors.forEach(visit);
  return lines;
}

function ofOptimizer(rule: Optimizer): unknown {
  const scalars = rule.scalars(3, 0.25);
  const state = Object.fromEntries(Object.keys(rule.state).map((name) => [name, stored(name, [2])]));
  const fedScalars = Object.fromEntries(Object.keys(scalars).map((name) => [name, fed(name, [])]));
  const [clipped] = clipGradients([stored('g', [2])], rule);
  const next = rule.update(stored('p', [2]), clipped!, state, fedScalars);
  return { config: rule.config, scalars, graph: graphOf(next.param, ...Object.values(next.state)) };
}

const ofSchedule = ({ config, at }: Schedule) => ({ config, rates: [0, 1, 7, 19].map((t) => at(t, 20)) });

function ofLoss({ rows, targets, prediction, reduction, task }: Loss): unknown {
  const output = stored('output', [3, 4]);
  const wanted = targets([3, 4]);
  const graphs = wanted.map(({ kind, shape }, i) => {
    const target = stored(`target ${i}`, shape, kind === 'labels' ? 'i32' : 'f32');
    return graphOf(rows(output, target).loss);
  });
  return { reduction, task, wanted, graphs, prediction: graphOf(prediction(output)) };
}

const ofActivation = ({ name, config, apply }: nn.Activation) => ({
  name,
  config,
  graph: graphOf(apply(stored('x', [2]))),
});

/** The same of a layer, which is traced in training over what its sample takes. */
export function plainOfLayer({ make, inputs }: LayerSample, options: object): unknown {
  const layer = make(options);
  const nodes = inputs.map((shape) => nn.input(shape));
  const network = new nn.Network(nn.between(nodes, [layer.call(nodes)]), [...inputs], 3);
  const leaves = inputs.map((shape, i) => stored(`x${i}`, [5, ...shape]));
  const { outputs, updates } = network.trace(leaves, true);
  return {
    config: JSON.stringify(layer.config),
    params: network.params.map(({ path, init, regularizer }) => [path, init.name, init.config, regularizer]),
    graph: graphOf(...outputs, ...updates.map(([, next]) => next)),
  };
}
