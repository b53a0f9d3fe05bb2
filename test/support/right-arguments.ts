import { dense, GliaError, input, type Model, ops, sequential } from 'glia';
import { columns, type Prepared, Table } from 'glia/data';
import { saliency } from 'glia/explain';
import { stored, type Tensor } from '../../src/ir/tensor.ts';
import type { Reachable } from './exported.ts';

export const X = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
export const Y = [0, 1, 1, 0];
const JUDGED = { inputs: X, values: X };
const SCORES = Y.map((label) => [1 - label, label]);
export const LIMITS = { backend: 'typescript' } as const;

export const table: Table = Table.fromRows(
  Array.from({ length: 8 }, (_, i) => ({ age: i, plan: i % 2 ? 'a' : 'b', left: i > 3 ? 'yes' : 'no' })),
);
export const prepare: Prepared = columns({
  numeric: { of: ['age'] },
  categorical: { of: ['plan'] },
  target: { of: 'left', encode: 'label' },
}).fit(table);
export const classifier = (): Model =>
  sequential([dense(2, { name: 'out' })], { inputShape: [2], seed: 1, ...LIMITS });
export const net: Model = classifier();

/** What methods are called on. */
export const INSTANCES: Readonly<Record<string, object>> = { Model: net, Table: table, Prepared: prepare };

export const x: Tensor = stored('x', [2, 3]);
export const index: Tensor = stored('index', [2], 'i32');
const loss = (y: typeof x) => ops.mean(y);

/** What stands for a parameter of that name. */
export const BY_NAME: Readonly<Record<string, unknown>> = {
  a: x,
  at: 'file',
  attrs: {},
  b: x,
  axis: 0,
  choice: 'adam',
  classes: 4,
  code: 'ERR_GLIA_TEST',
  condition: x,
  count: 2,
  data: { x: X, y: Y },
  before: [0, 0],
  after: [0, 0],
  limit: 1,
  saved: { name: 'zeros', config: {} },
  definition: { apply: (_own: unknown, one: unknown) => one },
  given: {},
  rest: undefined,
  judged: undefined,
  epoch: 0,
  facts: {},
  factor: 2,
  feature: 0,
  grads: [x],
  high: 1,
  index,
  indices: [0, 1],
  input: X,
  inputs: X,
  k: 1,
  key: [1, 2],
  labels: undefined,
  layers: [dense(1)],
  learningRate: 0.1,
  logits: x,
  loss,
  low: -1,
  max: 1,
  method: saliency,
  model: net,
  n: 8,
  name: 'age',
  names: ['age'],
  options: {},
  path: 'somewhere/that/is/not',
  predictions: Y,
  rate: 0.5,
  room: undefined,
  row: 0,
  rows: [{ age: 1, plan: 'a' }],
  seed: 1,
  shape: [3, 2],
  starts: [0, 0],
  sizes: [1, 1],
  step: stored('step', [], 'i32'),
  summary: 'a summary',
  table,
  target: x,
  targets: Y,
  test: [X, Y],
  text: 'a,b\n1,2\n',
  train: [X, Y],
  units: 2,
  value: 1,
  values: [0],
  weight: 0.1,
  where: 'test',
  wrt: [x],
  x,
  xs: [x, x],
  y: x,
};

const node = input([2]);
const FIT = { loss: 'categoricalCrossentropy', epochs: 1, batchSize: 4, callbacks: [] };
const hooks = {
  name: 'stops',
  onEpoch: (_: unknown, run: { stop: (why: string) => void }) => run.stop('seen'),
};

/** The same of functions of which the names do not say enough: what is right in each position. */
export const BY_CALL: Readonly<Record<string, readonly unknown[]>> = {
  'Model.fit': [X, Y, { ...FIT, callbacks: [hooks] }],
  'Model.evaluate': [X, Y, { loss: 'categoricalCrossentropy' }],
  'Model.predict': [X],
  'Model.predictProbabilities': [X],
  'Model.predictAll': [X],
  'Model.predictSync': [X],
  'Model.setWeights': [
    {
      'out.weight': { shape: [2, 2], data: new Float32Array(4) },
      'out.bias': { shape: [2], data: new Float32Array(2) },
    },
  ],
  model: [{ inputs: node, outputs: dense(1).call(node) }],
  train: [net, { x: X, y: Y }, { loss: 'categoricalCrossentropy', epochs: 1 }],
  trainStep: [net, { loss: 'categoricalCrossentropy' }],
  grad: [ops.mean(x), [x]],
};

const BY_FUNCTION: Readonly<Record<string, readonly unknown[]>> = {
  ...BY_CALL,
  'ops.matmul': [x, stored('w', [3, 4]), {}],
  'metrics.topKAccuracy': [SCORES, Y, {}],
  'metrics.logLoss': [SCORES, Y, {}],
  inferColumns: [table, 'left', {}],
  'Table.sort': ['age', {}],
  'Table.join': [table.select(['age']), { on: 'age' }],
  attribution: [{ rows: X }],
  attributionLog: [{ rows: X }],
  warmup: [{ steps: 5, to: 0.1 }],
  explain: [net, [0, 1], {}],
  'glia/explain: ale': [net, X, { feature: 0 }],
  counterfactual: [net, [0, 1], {}],
  ...Object.fromEntries(
    ['deletion', 'insertion', 'infidelity', 'faithfulness'].map((name) => [name, [net, JUDGED, {}]]),
  ),
  gradientShap: [net, X, { background: X }],
  influence: [net, [X, Y], [X, Y], { loss: 'mse' }],
  memorization: [net, [X, Y], { loss: 'mse' }],
  'glia/explain: partialDependence': [net, X, { feature: 0 }],
  shap: [net, X, { background: X }],
  shortcut: [net, X, Y, 0, {}],
  audit: [net, X, Y, {}],
  calibration: [net, X, Y, {}],
  permutationImportance: [net, X, Y, {}],
  temperature: [net, X, Y, {}],
};

/** What stands for an option of that name, where a function does not go without it. */
const BY_OPTION: Readonly<Record<string, unknown>> = {
  apply: (_own: unknown, one: unknown) => one,
  gamma: 0.5,
  initial: 0.1,
  max: 0.1,
  milestones: [5],
  peak: 0.1,
  period: 5,
  size: 5,
  steps: 5,
  to: 0.1,
  warmup: 5,
  width: 8,
};

/**
 * The options that a function does not go without, beside those that are right: those of which it says that they must be
 * something.
 *
 * @throws when nothing is known to be right for one of them.
 */
export function neededOptions(call: (options: object) => unknown, right: object): object {
  const needed: Record<string, unknown> = { ...right };
  for (;;) {
    try {
      call({ ...needed });
      return needed;
    } catch (error) {
      const name = error instanceof GliaError ? /^\w+: (\w+) must be/.exec(error.message)?.[1] : undefined;
      if (name === undefined || name in needed) throw error;
      if (!(name in BY_OPTION)) {
        throw new Error(`give BY_OPTION in test/support/right-arguments.ts what is right for ${name}`, {
          cause: error,
        });
      }
      needed[name] = BY_OPTION[name];
    }
  }
}

/** What is right in each position of a function: as much as is known by the names of its parameters. */
export function rightFor({
  path,
  name,
  parameters,
}: Pick<Reachable, 'path' | 'name' | 'parameters'>): readonly unknown[] {
  const named = BY_FUNCTION[path] ?? BY_FUNCTION[name];
  return named ?? parameters.map((parameter) => BY_NAME[parameter.replace(/^\.+/, '')]);
}

/** Arguments that are options, or may be some. */
export function optionsIn(slots: readonly unknown[]): (readonly [at: number, base: object])[] {
  return slots.flatMap((slot, i) => {
    const base: unknown = slot ?? {};
    return Object.getPrototypeOf(base) === Object.prototype ? [[i, base as object] as const] : [];
  });
}

/** Names of options, as an error says them that refuses another. */
export function knownIn(error: unknown): string[] {
  const known = error instanceof GliaError ? error.facts['known'] : undefined;
  return typeof known === 'string' ? known.split(', ') : [];
}
