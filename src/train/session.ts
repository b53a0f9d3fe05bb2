import type { Backend, BackendName } from '../backend/backend.ts';
import { loadBackend } from '../backend/load.ts';
import { MOST_THREADS } from '../backend/threads.ts';
import { readGiven } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { type NumberArray, numericArrayOf } from '../base/dtype.ts';
import { DataError, GliaError, OptionError, ShapeError } from '../base/errors.ts';
import { allocating, checkMemory } from '../base/memory.ts';
import { checkOptions, choose, didYouMean } from '../base/options.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { readShape, type Shape, sameShape, showShape, sizeOf } from '../base/shape.ts';
import { Prepared } from '../data/prepared.ts';
import type { Loss } from '../loss/index.ts';
import { Network, type Param, type Wiring } from '../nn/index.ts';
import { Engine } from './engine.ts';
import type { Metric } from './metrics/index.ts';

/** A tensor of numbers by which weights are read and written. */
export interface Weight {
  readonly shape: Shape;
  readonly data: Float32Array;
}

/** What a model is made of. */
export interface ModelOptions {
  /** Decides first weights, shuffles, splits and dropout. Default 0. */
  readonly seed?: number;
  /** Preprocessing, fitted on the training rows: tables and rows then go in as users know them. */
  readonly prepare?: Prepared;
  /** Where to compute; by default natively where the addon is there. */
  readonly backend?: BackendName;
  /**
   * Most threads that compute a native program of the model, 1 to 1024; never more than `GLIA_THREADS` or, without it,
   * the processors of the process allow. No number depends on it. Default: as many as pay.
   */
  readonly threads?: number;
}

const BACKENDS: Readonly<Record<BackendName, true>> = { native: true, typescript: true };

/** What of the options says where to compute. */
type Where = { readonly [K in 'backend' | 'threads']?: ModelOptions[K] | undefined };

/**
 * Refuses a backend that does not exist, and threads that are no count.
 *
 * @throws {OptionError} naming the option.
 */
export function checkWhere(where: string, { backend, threads }: Where): void {
  if (backend !== undefined) choose('backend', backend, BACKENDS);
  if (threads === undefined) return;
  checkNumber(where, 'threads', threads, { least: 1, most: MOST_THREADS, whole: true });
}

/** What an output means: it decides how predictions are shown and metrics are taken. */
export type Task = Loss['task'];

/**
 * The state behind a model: the wiring, and, once the shapes of the inputs are known, the network and the engine that
 * holds its weights.
 */
export class Session {
  readonly wiring: Wiring;
  readonly seed: number;
  readonly prepare: Prepared | undefined;
  /** Set by `fit` and saved: the loss that the model was last trained with. */
  loss: Loss | undefined;
  /** Set by `fit`: the metrics that it reported. Those of glia are saved. */
  metrics: readonly Metric[] = [];
  /** Training steps and epochs so far; they decide dropout masks and shuffles, so a second `fit` goes on. */
  steps = 0;
  epochs = 0;
  readonly #wanted: Where;
  #backend: Backend | undefined;
  #claimed = false;
  #built: { network: Network; engine: Engine } | undefined;

  /** With `weights` the model begins with them, once they are checked; else with values of its own. */
  constructor(wiring: Wiring, options: ModelOptions, weights?: Readonly<Record<string, Weight>>) {
    const known = ['seed', 'prepare', 'backend', 'threads'];
    const { seed = 0, prepare, backend, threads } = checkOptions('model', options, known);
    checkNumber('model', 'seed', seed, { whole: true });
    if (!readGiven('model: prepare', () => prepare === undefined || prepare instanceof Prepared)) {
      throw new OptionError('prepare: must be what columns({ … }).fit(train) gives', {
        got: describe(prepare),
      });
    }
    checkWhere('model', { backend, threads });
    this.wiring = wiring;
    this.seed = seed;
    this.prepare = prepare;
    // Both by name, set or not: what somebody put on Object.prototype is no choice.
    this.#wanted = { backend, threads };
    if (wiring.inputs.every((shape) => shape !== undefined)) this.build(wiring.inputs, weights);
  }

  /** What computes; found when it is first asked for. */
  get backend(): Backend {
    this.#backend ??= loadBackend(this.#wanted.backend, this.#wanted.threads);
    return this.#backend;
  }

  /** @throws {GliaError} when a run has the model. */
  checkFree(): void {
    if (!this.#claimed) return;
    throw new GliaError('ERR_GLIA_STATE', 'the model is being trained already', {
      hint: 'await the first run',
    });
  }

  /**
   * Takes the model for a run, and returns what frees it.
   *
   * @throws {GliaError} when another run has it.
   */
  claim(): () => void {
    this.checkFree();
    this.#claimed = true;
    return () => {
      this.#claimed = false;
    };
  }

  get isBuilt(): boolean {
    return this.#built !== undefined;
  }

  /** @throws {GliaError} when the shape of an input is not known yet. */
  get network(): Network {
    return this.#ready().network;
  }

  /** @throws {GliaError} when the shape of an input is not known yet. */
  get engine(): Engine {
    return this.#ready().engine;
  }

  /** Fixes the shapes of the inputs and gives the parameters their first values. Does nothing the second time. */
  build(inputShapes: readonly Shape[], weights?: Readonly<Record<string, Weight>>): void {
    if (this.#built !== undefined) return;
    const network = new Network(this.wiring, inputShapes, this.seed);
    // Before anything is allocated: shapes that a file asks for may be of any size, its numbers are there.
    const first = weights === undefined ? undefined : checkWeights(network, weights);
    const all = [...network.params, ...network.states];
    checkMemory(
      'the model',
      all.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    );
    const engine = new Engine(this.backend);
    const place = (path: string, shape: Shape, fill: () => Float32Array): void => {
      engine.storage.allocate({ name: path, shape, dtype: 'f32' });
      engine.storage.write(path, first === undefined ? fill() : first[path]!.data);
    };
    for (const param of network.params) place(param.path, param.shape, () => firstValues(param, this.seed));
    for (const { path, shape, initial } of network.states)
      place(path, shape, () => new Float32Array(sizeOf(shape)).fill(initial));
    this.#built = { network, engine };
  }

  /**
   * What `work` makes of the model when it is built for these inputs; if it throws, a model that was not built before is
   * not built after.
   */
  buildFor<T>(inputShapes: readonly Shape[], work: () => T): T {
    const before = this.#built;
    try {
      this.build(inputShapes);
      return work();
    } catch (error) {
      this.#built = before;
      throw error;
    }
  }

  /** The same network on the same backend, with weights of its own, which begin as those given. */
  twin(weights: Readonly<Record<string, Weight>>): Session {
    const { seed, prepare } = this;
    const { backend, threads } = this.#wanted;
    const where = { ...(backend && { backend }), ...(threads && { threads }) };
    const twin = new Session(this.wiring, { seed, ...(prepare && { prepare }), ...where }, weights);
    twin.build(this.network.inputShapes, weights);
    twin.loss = this.loss;
    twin.metrics = this.metrics;
    return twin;
  }

  /** Copies of parameters and states by path, when all earlier calls are done; `also` looks at the model just then. */
  readWeights(also?: () => void): Promise<Record<string, Weight>> {
    const { network, engine } = this.#ready();
    return engine.exclusive(() => {
      also?.();
      return Object.fromEntries(
        [...network.params, ...network.states].map(({ path, shape }) => [
          path,
          { shape, data: asFloat32(engine.storage.read(path)) },
        ]),
      );
    });
  }

  /**
   * Overwrites parameters and states; all are checked before the first is written.
   *
   * @throws {DataError} for a path that the model does not have, or one that is missing.
   * @throws {ShapeError} for a tensor of another shape.
   */
  writeWeights(weights: Readonly<Record<string, Weight>>): Promise<void> {
    const { network, engine } = this.#ready();
    // Copies, since it may be a while until earlier calls are done.
    const copies = Object.entries(checkWeights(network, weights)).map(
      ([path, { data }]) => [path, data.slice()] as const,
    );
    return engine.exclusive(() => {
      for (const [path, data] of copies) engine.storage.write(path, data);
    });
  }

  #ready(): { network: Network; engine: Engine } {
    if (this.#built === undefined) {
      throw new GliaError('ERR_GLIA_STATE', 'the model does not know the shape of its input yet', {
        hint: 'give `inputShape`, or call fit first, which takes it from the data',
      });
    }
    return this.#built;
  }
}

/**
 * The state behind a model.
 *
 * @throws {OptionError} when it is not a model.
 */
export function sessionOf(where: string, model: { readonly session: Session }): Session {
  const session = readGiven(`${where}: the model`, () => {
    const own: unknown = typeof model === 'object' && model !== null ? model.session : undefined;
    return own instanceof Session ? own : undefined;
  });
  if (session !== undefined) return session;
  throw new OptionError(`${where}: the model is ${describe(model)}, not a model`);
}

function firstValues({ path, shape, init }: Param, seed: number): Float32Array {
  const given: unknown = allocating(`the first values of ${path}`, sizeOf(shape), () =>
    init.fill(shape, Random.of(seed, path)),
  );
  const first = numericArrayOf(given);
  if (!(first instanceof Float32Array)) {
    throw new OptionError(`initialiser ${init.name} gave ${describe(given)}, wanted a Float32Array`, {
      at: path,
    });
  }
  if (first.length === sizeOf(shape)) return first;
  throw new ShapeError(`initialiser ${init.name} gave ${first.length} numbers, wanted ${sizeOf(shape)}`, {
    at: path,
  });
}

/** The weights as plain data, once all of them fit. */
function checkWeights({ params, states }: Network, weights: unknown): Record<string, Weight> {
  const own = new Map([...params, ...states].map(({ path, shape }) => [path, shape]));
  const paths = [...own.keys()];
  return readGiven(
    'weights',
    () => {
      if (!isRecord(weights))
        throw new DataError(`weights: wanted tensors by path, got ${describe(weights)}`);
      for (const path of Object.keys(weights)) {
        if (own.has(path)) continue;
        throw new DataError(`weights: the model has no ${path}`, {
          known: paths.join(', '),
          hint: didYouMean(path, paths),
        });
      }
      const read = (path: string) => (Object.hasOwn(weights, path) ? weights[path] : undefined);
      return Object.fromEntries(
        [...own].map(([path, shape]) => [path, checkWeight(path, shape, read(path))]),
      );
    },
    DataError,
  );
}

function checkWeight(path: string, wanted: Shape, came: unknown): Weight {
  if (came === undefined) throw new DataError(`weights: ${path} is missing`, { wanted: showShape(wanted) });
  const given = isRecord(came) ? came : {};
  const shape = readShape(given['shape']);
  const data = numericArrayOf(given['data']);
  if (shape === undefined || !(data instanceof Float32Array)) {
    throw new DataError(`weights: ${path} is not { shape, data }`, {
      hint: 'shape is a list, data a Float32Array, as weights() gives them',
    });
  }
  if (!sameShape(shape, wanted) || data.length !== sizeOf(wanted)) {
    throw new ShapeError(`weights: ${path} has another shape`, {
      wanted: showShape(wanted),
      got: data.length === sizeOf(shape) ? showShape(shape) : `${showShape(shape)}, ${data.length} numbers`,
    });
  }
  return { shape, data };
}

/** Backends give floats of their precision; users see float32. */
export function asFloat32(array: NumberArray): Float32Array {
  return array instanceof Float32Array ? array : new Float32Array(array);
}
