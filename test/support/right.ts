import { dense, type Model, ops, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { saliency } from 'glia/explain';
import { allOps, compile } from 'glia/unstable';
import type { Tensor } from '../../src/ir/tensor.ts';
import type { Reachable } from './exported.ts';
import {
  BY_CALL,
  classifier,
  index,
  LIMITS,
  net,
  BY_NAME as OPTIONS_BY_NAME,
  X,
  x,
  Y,
} from './right-arguments.ts';

/** What is right as each argument of all that can be reached, so that one of them at a time can be wrong. */

const table = Table.fromRows(
  Array.from({ length: 4 }, (_, i) => ({
    age: 20 + ((3 * i) % 4),
    plan: i % 2 ? 'a' : 'b',
    left: i > 1 ? 'yes' : 'no',
  })),
);
const prepare = columns({
  numeric: { of: ['age'] },
  categorical: { of: ['plan'] },
  target: { of: 'left', encode: 'label' },
}).fit(table);
/** One that knows rows by name. */
const people: Model = sequential([dense(2, { name: 'out' })], {
  inputShape: [prepare.width],
  ...{ seed: 1, prepare, ...LIMITS },
});
await people.fit(table, { loss: 'categoricalCrossentropy', epochs: 1 });

/** Its target is a number. */
const ages = columns({ categorical: { of: ['plan'] }, target: { of: 'age', encode: 'none' } }).fit(table);

/** What stands for a parameter of that name. */
const BY_NAME: Readonly<Record<string, unknown>> = {
  ...OPTIONS_BY_NAME,
  bytes: Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7),
  dtype: 'f32',
  fetch: x,
  order: [x],
  path: 'file',
  precision: 'float32',
  table,
};

/** Where an entry point means something else by a name. */
const BY_ENTRY: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  'glia/explain': { model: people, inputs: table, train: table, test: table, x: table, y: undefined },
};

const STEPS = 10;
const GRAPH = { fetch: { y: ops.add(x, 1) }, carry: [[x, ops.add(x, x)] as const] };
const why = await saliency(people, table);

/** Where the names do not say enough: what is right in each position, of `Table.map`, or of `glia/plot: ale` alone. */
const BY_FUNCTION: Readonly<Record<string, readonly unknown[]>> = {
  ...BY_CALL,
  'Table.map': [() => ({ age: 1 })],
  'Table.filter': [() => true],
  'Table.derive': [{ old: () => true }],
  'Table.fromColumns': [{ a: [1, 2], b: ['x', 'y'] }],
  'Table.rename': [{ age: 'years' }],
  'Table.sort': ['age'],
  'Table.join': [table, { on: 'age', suffix: '_right' }],
  'Table.groupBy': ['plan'],
  'Table.concat': [table],
  'Table.row': [0],
  'Prepared.fromJSON': [prepare.toJSON()],
  activation: ['relu'],
  'activations.activationOf': ['relu'],
  'init.initializerOf': ['zeros'],
  'ops.scatterAdd': [x, index, 4],
  'ops.matmul': [x, x, { transB: true }],
  'ops.expand': [x, [3, 2, 3]],
  load: ['model', LIMITS],
  'metrics.topKAccuracy': [X, Y, { k: 1 }],
  cosine: [{ peak: 0.1 }],
  cosineRestarts: [{ peak: 0.1, period: STEPS }],
  oneCycle: [{ max: 0.1 }],
  exponential: [{ initial: 0.1, gamma: 0.9 }],
  multiStep: [{ initial: 0.1, milestones: [STEPS] }],
  polynomial: [{ initial: 0.1 }],
  step: [{ initial: 0.1, size: STEPS }],
  plateau: [{ initial: 0.1 }],
  noam: [{ width: 8, warmup: STEPS }],
  warmup: [{ steps: STEPS, to: 0.1 }],
  epochOrder: [4, 1, 0],
  readCsv: ['rows.csv'],
  readDate: ['2024-01-31', 'ymd'],
  readIdx: ['labels.idx'],
  inferColumns: [table, 'left'],
  toLabels: [Y, 2],
  'glia/callbacks: attribution': [{ rows: X }],

  'metrics.confusionMatrix': [Y, Y, { classes: 2 }],
  'new metrics.ConfusionMatrix': [[[1]], ['a']],
  'glia/explain: Explanation.toHtml': ['why.html'],

  'glia/explain: deletion': [people, why, { steps: 2, randomOrders: 1 }],
  'glia/explain: insertion': [people, why, { steps: 2, randomOrders: 1 }],
  'glia/explain: faithfulness': [people, why, { steps: 2, randomOrders: 1 }],
  'glia/explain: infidelity': [people, why, { samples: 2 }],
  'glia/explain: calibration': [people, table],
  'glia/explain: temperature': [people, table],
  'glia/explain: audit': [people, table, { methods: { saliency }, rows: 1, background: 1 }],
  'glia/explain: permutationImportance': [people, table],
  'glia/explain: explain': [people, { age: 21, plan: 'a' }, {}],
  'glia/explain: ale': [people, table, { feature: 'age' }],
  'glia/explain: partialDependence': [people, table, { feature: 'age' }],
  'glia/explain: gradientShap': [people, table, { background: table, nSamples: 2 }],
  'glia/explain: attributionLog': [{ rows: X }],
  'glia/explain: occlusion': [net, X, { window: 1 }],
  'glia/explain: shap': [people, table, { background: table }],
  'glia/explain: Explanation.with': [{ warnings: ['w'] }],
  'glia/explain: counterfactual': [people, { age: 21, plan: 'a' }, { data: table }],
  'glia/explain: new Explanation': [why],
  'glia/explain: Explanation.top': [1, 0, 0],

  'glia/plot: ale': [{ grid: [1, 2], effect: [0, 1], rug: [1], name: 'a', unit: 'u' }],
  'glia/plot: bar': [{ values: [1, 2], names: ['a', 'b'], errors: [0, 1], unit: 'u' }],
  'glia/plot: beeswarm': [{ values: [[1, 2]], inputs: [[3, 4]], names: ['a', 'b'], unit: 'u' }],
  'glia/plot: changes': [{ changed: [{ feature: 'a', from: 1, to: 2 }], from: 'no', target: 'yes' }],
  'glia/plot: confusionMatrix': [
    {
      counts: [
        [1, 2],
        [3, 4],
      ],
      classes: ['a', 'b'],
    },
  ],
  'glia/plot: decisionBoundary': [
    {
      ...{ x: [0, 1], y: [0, 1], predicted: [0, 1, 1, 0], confidence: [1, 1, 1, 1], classNames: ['a', 'b'] },
      ...{ points: { x: [0], y: [1], labels: [0] }, xName: 'x', yName: 'y' },
    },
  ],
  'glia/plot: deletionCurve': [
    { curves: [{ name: 'a', fraction: [0, 1], score: [1, 0], auc: 0.5 }], unit: 'u' },
  ],
  'glia/plot: force': [{ values: [1, -2], baseValue: 0, names: ['a', 'b'], inputs: [1, 'x'] }],
  'glia/plot: heatmap': [{ values: [[1, 2]], rowNames: ['r'], columnNames: ['a', 'b'], unit: 'u' }],
  'glia/plot: heatmapOverlay': [{ image: [0, 1], attributions: [1, -1], width: 2, height: 1 }],
  'glia/plot: learningCurves': [{ epochs: [{ epoch: 1, loss: 1, val_loss: 2, accuracy: 0.5 }] }],
  'glia/plot: network': [{ layers: [{ units: 2, nodes: [1, 2] }, { units: 1 }], weights: [[[1, 2]]] }],
  'glia/plot: partialDependence': [{ grid: [1, 2], average: [0, 1], ice: [[0, 1]], rug: [1], name: 'a' }],
  'glia/plot: proponents': [
    { rows: [{ name: 'a', influence: 1, label: 'l', image: [1, 2] }], imageWidth: 2 },
  ],
  'glia/plot: reliabilityDiagram': [{ confidence: [0.5], accuracy: [0.5], counts: [2], ece: 0 }],
  'glia/plot: rocCurve': [
    { curves: [{ name: 'a', falsePositiveRate: [0, 1], truePositiveRate: [0, 1], auc: 0.5 }] },
  ],
  'glia/plot: scatter': [{ x: [1, 2], y: [3, 4], groups: [0, 1], groupNames: ['a', 'b'], xName: 'x' }],
  'glia/plot: tree': [
    { nodes: [{ feature: 'a', threshold: 1, left: 1, right: 2 }, { prediction: 'n' }, { prediction: 1 }] },
  ],
  'glia/plot: waterfall': [{ values: [1, -2], baseValue: 0, names: ['a', 'b'], inputs: [1, 'x'] }],
  'glia/plot: weightHistograms': [{ layers: [{ name: 'a', values: [1, 2, 3] }], unit: 'u' }],

  'glia/unstable: compile': [GRAPH, {}],
  'glia/unstable: printProgram': [compile(GRAPH)],
  'glia/unstable: defineOp': [
    { name: 'an op', inputs: ['x'], attrs: { n: 1 }, shape: () => [], kernel: () => {}, samples: [] },
  ],
  'glia/unstable: defineFusion': [
    {
      ...{ name: 'a fusion', inputs: ['x'], inputTypes: {}, elementwise: true },
      samples: [{ shapes: { x: [2] } }],
      compose: ({ x }: { x: Tensor }) => ops.exp(x),
    },
  ],
  'glia/unstable: loadBackend': ['typescript', 1],
  'glia/unstable: apply': [allOps().find(({ name }) => name === 'add'), [x, x]],
  'glia/unstable: signature': [allOps()[0]],
};

/** Classes of which only functions make instances: the constructor refuses whatever comes. */
export const MADE_ELSEWHERE: readonly string[] = ['new Table', 'new Prepared'];

/** Arguments with which a function does what it is for. */
export function rightFor({ path, name, parameters }: Reachable): readonly unknown[] {
  const byName = { ...BY_NAME, ...BY_ENTRY[path.split(':')[0]!] };
  const found = BY_FUNCTION[path] ?? BY_FUNCTION[name];
  return found ?? parameters.map((parameter) => byName[parameter.replace(/^\.+/, '')]);
}

/** What methods are called on, by class; of other classes what a function gives. */
export const instances = new Map<string, unknown>(
  Object.entries({ Model: classifier(), Table: table, Prepared: ages, Explanation: why }),
);

/** Models that a call could change. */
export const models: readonly Model[] = [net, people, instances.get('Model') as Model];
