import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual as isEqual } from 'node:util';
import { dense, GliaError, input, type Model, ops, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import { saliency } from 'glia/explain';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { stored } from '../src/ir/tensor.ts';
import { type Reachable, reachable } from './support/exported.ts';
import { HOSTILE, isTheirs, Trap } from './support/hostile.ts';

/**
 * Whatever comes as an argument, the answer is a value or an error of glia's, and a call that is refused changes nothing.
 * Every function of every entry point is found by itself and tried: what stands in its other positions is looked up by
 * the names of its parameters, or under its own name where these do not say enough. The names of options are those that it says
 * it knows.
 */

const X = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
const Y = [0, 1, 1, 0];
const LIMITS = { backend: 'typescript' } as const;

const table = Table.fromRows(
  Array.from({ length: 8 }, (_, i) => ({ age: i, plan: i % 2 ? 'a' : 'b', left: i > 3 ? 'yes' : 'no' })),
);
const prepare = columns({
  numeric: { of: ['age'] },
  categorical: { of: ['plan'] },
  target: { of: 'left', encode: 'label' },
}).fit(table);
const classifier = () => sequential([dense(2, { name: 'out' })], { inputShape: [2], ...LIMITS });
const net: Model = classifier();

const x = stored('x', [2, 3]);
const index = stored('index', [2], 'i32');
const loss = (y: typeof x) => ops.mean(y);

/** What stands for a parameter of that name. */
const BY_NAME: Readonly<Record<string, unknown>> = {
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

/** Where the names do not say enough: what is right in each position. */
const BY_FUNCTION: Readonly<Record<string, readonly unknown[]>> = {
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

function rightFor({ name, parameters }: Reachable): readonly unknown[] {
  return BY_FUNCTION[name] ?? parameters.map((parameter) => BY_NAME[parameter.replace(/^\.+/, '')]);
}

/** Entry points that are tried. */
const TRIED = ['glia', 'glia/data', 'glia/callbacks', 'glia/testing'];

/** They call functions of rows, one or several by name, and let through what these throw. */
const OF_ROWS: readonly string[] = ['Table.derive', 'Table.map', 'Table.filter'];

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** What comes of a call, waited for; of a stream, its first items. */
async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    const value: unknown = call();
    const awaited = value instanceof Promise ? await value : value;
    if (typeof awaited === 'object' && awaited !== null && Symbol.asyncIterator in awaited) {
      for await (const item of awaited as AsyncIterable<unknown>) if (item !== undefined) break;
    }
    return { value: awaited };
  } catch (error) {
    return { error };
  }
}

/** What is wrong with an outcome; undefined for a value and an error of glia's. */
function complaint(name: string, hostile: string, { error }: Outcome): string | undefined {
  if (error === undefined) return undefined;
  // A function that was given is called, and what it throws is the caller's own.
  if (error instanceof Trap && hostile === 'throwing function') return undefined;
  if (OF_ROWS.includes(name) && isTheirs(error)) return undefined;
  if (!(error instanceof GliaError)) return String((error as Error)?.stack ?? error).slice(0, 400);
  const { cause } = error;
  if (!(cause instanceof TypeError || cause instanceof RangeError) || isTheirs(cause)) return undefined;
  return `as cause: ${cause.stack?.slice(0, 400)}`;
}

const functions = (await reachable()).filter(({ path }) =>
  TRIED.some((entry) => path.startsWith(`${entry}:`)),
);
const instances = new Map<string, unknown>(
  Object.entries({ Model: classifier(), Table: table, Prepared: prepare }),
);

/** What decides what a model says and how it goes on. */
function stateOf({ session }: Model): unknown {
  const { engine, network, steps, epochs, loss } = session;
  const weights = network.params.map(({ path }) => [...engine.storage.read(path)]);
  return { weights, steps, epochs, loss: loss?.name };
}

describe('anything as any argument', () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'glia-hostile-'));
  beforeAll(async () => {
    // Files that calls write go here.
    process.chdir(folder);
    for (const f of functions) {
      if (f.methodOf !== undefined || f.name.startsWith('new ')) continue;
      const { value } = await outcomeOf(() => f.call(...rightFor(f)));
      const made = typeof value === 'object' ? (value?.constructor?.name ?? '') : '';
      if (!instances.has(made)) instances.set(made, value);
    }
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(functions)('$path', async (f) => {
    const right = rightFor(f);
    const wrong: string[] = [];
    const instance = f.methodOf === undefined ? undefined : instances.get(f.methodOf.split('.').at(-1)!);
    expect(f.methodOf === undefined || instance !== undefined, `nothing makes a ${f.methodOf}`).toBe(true);
    const models = [net, ...(f.methodOf === 'Model' ? [instance as Model] : [])];
    const attempt = async (what: string, hostile: string, given: readonly unknown[]): Promise<unknown> => {
      const before = models.map(stateOf);
      const outcome = await outcomeOf(() => f.call.apply(instance, given as unknown[]));
      const changed = outcome.error instanceof GliaError && !isEqual(models.map(stateOf), before);
      const why = changed ? 'refused, and the model has changed' : complaint(f.name, hostile, outcome);
      if (why !== undefined) wrong.push(`${what} is ${hostile}: ${why}`);
      return outcome.error;
    };
    const slots = Array.from({ length: Math.max(right.length, 1) }, (_, i) => right[i]);
    for (const { name, value } of HOSTILE) {
      for (const i of slots.keys()) await attempt(`argument ${i}`, name, slots.with(i, value));
      await attempt(
        'each argument',
        name,
        slots.map(() => value),
      );
    }
    for (const [i, base] of optionsIn(slots)) {
      const unknown = slots.with(i, { ...base, '?': 1 });
      const known = knownIn(await attempt(`argument ${i}`, 'an unknown option', unknown));
      for (const [key, { name, value }] of known.flatMap((key) => HOSTILE.map((one) => [key, one] as const)))
        await attempt(`option ${key}`, name, slots.with(i, { ...base, [key]: value }));
    }
    expect(wrong).toEqual([]);
  });
});

/** Arguments that are options, or may be some. */
function optionsIn(slots: readonly unknown[]): (readonly [at: number, base: object])[] {
  return slots.flatMap((slot, i) => {
    const base: unknown = slot ?? {};
    return Object.getPrototypeOf(base) === Object.prototype ? [[i, base as object] as const] : [];
  });
}

/** Names of options, as an error says them that refuses another. */
function knownIn(error: unknown): string[] {
  const known = error instanceof GliaError ? error.facts['known'] : undefined;
  return typeof known === 'string' ? known.split(', ') : [];
}
