import type { NumberArray } from '../base/dtype.ts';
import { GliaError, NumericError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { epochOrder } from '../data/index.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { type Loss, reduceRows } from '../loss/index.ts';
import type { Optimizer } from '../optim/index.ts';
import type { Callback, Run, StepEvent, TrainEvent } from './callback.ts';
import type { Dataset } from './dataset.ts';
import type { Compiled } from './engine.ts';
import { evaluateDataset, measure } from './evaluate.ts';
import { firstBroken, GoodWeights } from './good-weights.ts';
import { type EpochLogs, historyOf } from './history.ts';
import type { Metric } from './metrics/index.ts';
import { takeRows } from './rows.ts';
import { asFloat32, type Session } from './session.ts';
import { LEAVES, optimizerSlots, rateOf, traceStep } from './step.ts';
import { Values } from './values.ts';

/** A run, ready to go: everything is checked. */
export interface RunPlan {
  readonly session: Session;
  readonly loss: Loss;
  readonly optimizer: Optimizer;
  readonly metrics: readonly Metric[];
  readonly train: Dataset;
  readonly validation: Dataset | undefined;
  readonly epochs: number;
  readonly batchSize: number;
  readonly shuffle: boolean;
  readonly signal: AbortSignal | undefined;
  readonly callbacks: readonly Callback[];
}

/** Names of the numbers that each epoch logs. */
export function loggedNames(metrics: readonly Metric[], validated: boolean): string[] {
  const own = ['loss', ...metrics.map(({ name }) => name)];
  return validated ? [...own, ...own.map((name) => `val_${name}`)] : own;
}

/** Wanted length of one call of the backend, in milliseconds: progress, abort and other calls get their turn. */
const CALL = 20;
/** Numbers of the data that are copied into storage at a time: a few milliseconds. */
const SLICE = 1 << 20;

let runs = 0;

/** One training, from first step to last: what `train` and `fit` are made of. */
export class Training {
  readonly #plan: RunPlan;
  readonly #key = `run ${runs++} `;
  readonly #epochs: EpochLogs[] = [];
  #stopReason: string | undefined;
  #steps = 0;
  /** Steps a call, adapted to the time that calls take. */
  #stepsPerCall = 1;
  /** Of the last step, in double precision. */
  #learningRate = 0;
  /** What a schedule that watches a metric has done to the learning rate. */
  #factor = 1;

  readonly #goodWeights: GoodWeights;

  constructor(plan: RunPlan) {
    this.#plan = plan;
    this.#goodWeights = new GoodWeights(plan.session);
  }

  /** The run as callbacks see it. */
  get run(): Run {
    const { session, epochs, train, metrics, validation } = this.#plan;
    return {
      epochs,
      stepsPerEpoch: this.#stepsPerEpoch,
      rows: train.rows,
      logged: loggedNames(metrics, validation !== undefined),
      better: (name) => {
        const bare = name.replace(/^val_/, '');
        return bare === 'loss' ? 'lower' : metrics.find((metric) => metric.name === bare)?.better;
      },
      stop: (reason) => {
        this.#stopReason ??= reason;
      },
      readWeights: () => session.readWeights(),
      writeWeights: (weights) => session.writeWeights(weights),
    };
  }

  /** Runs to the end, yielding what happens. The model stays usable however it ends. */
  async *events(): AsyncGenerator<TrainEvent, void, undefined> {
    const { session, epochs } = this.#plan;
    if (session.training) {
      throw new GliaError('ERR_GLIA_STATE', 'the model is being trained already', {
        hint: 'await the first run',
      });
    }
    session.training = true;
    try {
      await session.engine.exclusive(() => this.#allocate());
      for (let epoch = 1; epoch <= epochs && !this.#stopped(); epoch++) {
        yield* this.#epoch(epoch);
        const logs = this.#epochs.at(-1);
        if (logs?.epoch === epoch) yield { type: 'epoch', logs };
      }
      await this.#checkLast();
      yield { type: 'end', history: historyOf(this.#epochs, this.#stopReason ?? 'completed', this.#steps) };
    } finally {
      this.#release();
      session.training = false;
    }
  }

  get #stepsPerEpoch(): number {
    return Math.ceil(this.#plan.train.rows / this.#plan.batchSize);
  }

  #stopped(): boolean {
    return this.#aborted() || this.#stopReason !== undefined;
  }

  /** An abort does not wait for the end of the epoch, other reasons do. */
  #aborted(): boolean {
    const aborted = this.#plan.signal?.aborted === true;
    if (aborted) this.#stopReason ??= 'aborted';
    return aborted;
  }

  async #allocate(): Promise<void> {
    const { session, optimizer, train } = this.#plan;
    const { storage } = session.engine;
    for (const { name, shape, initial } of optimizerSlots(session.network, optimizer)) {
      storage.allocate({ name, shape, dtype: 'f32' });
      if (initial !== 0) storage.write(name, new Float32Array(sizeOf(shape)).fill(initial));
    }
    for (const [i, { data, shape }] of train.x.entries()) {
      storage.allocate({ name: LEAVES.input(i), shape, dtype: 'f32' });
      for (let at = 0; at < data.length; at += SLICE) {
        storage.write(LEAVES.input(i), data.subarray(at, at + SLICE), at);
        // Copying gigabytes takes seconds; the event loop gets its turns meanwhile.
        if (at + SLICE < data.length) await new Promise((resolve) => setImmediate(resolve));
      }
    }
  }

  #release(): void {
    const { session, optimizer, train } = this.#plan;
    session.engine.forget(this.#key);
    for (const { name } of optimizerSlots(session.network, optimizer)) session.engine.storage.release(name);
    for (const i of train.x.keys()) session.engine.storage.release(LEAVES.input(i));
  }

  async *#epoch(epoch: number): AsyncGenerator<StepEvent, void, undefined> {
    const { session, train, batchSize, shuffle } = this.#plan;
    const order = shuffle
      ? epochOrder(train.rows, session.seed, session.epochs)
      : Int32Array.from({ length: train.rows }, (_, i) => i);
    const sofar = new EpochSums(this.#plan, order);
    const steps = this.#stepsPerEpoch;
    await this.#goodWeights.copy(this.#steps);
    for (let step = 0; step < steps; ) {
      const whole = Math.floor(train.rows / batchSize) - step;
      const count = whole > 0 ? Math.min(this.#stepsPerCall, whole) : 1;
      const size = whole > 0 ? batchSize : train.rows - step * batchSize;
      const from = step * batchSize;
      await this.#call(epoch, sofar, from, size, count);
      step += count;
      yield { type: 'step', epoch, step, steps, loss: sofar.loss, learningRate: this.#learningRate };
      if (this.#aborted()) return;
    }
    session.epochs++;
    await this.#finishEpoch(epoch, sofar);
  }

  /** `count` steps in one call of the backend. */
  async #call(epoch: number, sofar: EpochSums, from: number, size: number, count: number): Promise<void> {
    const { session, train } = this.#plan;
    const program = this.#program(size);
    const to = from + size * count;
    const feeds: Record<string, NumberArray> = {
      [LEAVES.index]: sofar.order.slice(from, to),
      y: takeRows(train.y, sofar.order, from, to),
      ...(train.weight && { weight: takeRows(train.weight, sofar.order, from, to) }),
      ...this.#scalars(count),
    };
    const started = performance.now();
    const fetched = await session.engine.run(program, count, feeds);
    this.#adapt(performance.now() - started, count);
    const losses = fetched['loss']!;
    const bad = losses.findIndex((loss) => !Number.isFinite(loss));
    if (bad !== 0) this.#goodWeights.confirm();
    if (bad >= 0) await this.#fail(`the loss became ${losses[bad]} in epoch ${epoch}`, this.#steps + bad + 1);
    sofar.add(fetched, from, size);
    this.#steps += count;
    session.steps += count;
  }

  /** Ends the run with the last good weights put back. */
  async #fail(why: string, step: number): Promise<never> {
    await this.#goodWeights.restore();
    throw new NumericError(why, {
      at: `step ${step}`,
      hint: 'lower the learning rate, scale the inputs, or set clipNorm',
    });
  }

  /** No loss follows the last update, so that what it broke shows in the weights alone. */
  async #checkLast(): Promise<void> {
    if (this.#steps === 0) return;
    const broken = firstBroken(await this.#plan.session.readWeights());
    if (broken !== undefined) await this.#fail(`${broken} is not finite any more`, this.#steps);
  }

  #adapt(elapsed: number, count: number): void {
    const fitting = Math.max(1, Math.round((count * CALL) / Math.max(elapsed, 0.01)));
    this.#stepsPerCall = Math.min(fitting, 2 * this.#stepsPerCall);
  }

  /** The numbers that change from step to step, for the next `count` steps. */
  #scalars(count: number): Record<string, NumberArray> {
    const { optimizer, session, epochs } = this.#plan;
    const { accumulate } = optimizer;
    const updates = Math.max(1, Math.ceil((epochs * this.#stepsPerEpoch) / accumulate));
    const names = Object.keys(optimizer.scalars(1, 1));
    const feeds: Record<string, NumberArray> = Object.fromEntries(
      names.map((name) => [LEAVES.scalar(name), new Float32Array(count)]),
    );
    feeds[LEAVES.apply] = new Float32Array(count);
    feeds['step'] = Int32Array.from({ length: count }, (_, i) => session.steps + i);
    for (let i = 0; i < count; i++) {
      const done = Math.floor((this.#steps + i) / accumulate);
      this.#learningRate = this.#factor * rateOf(optimizer, done, updates);
      const values = optimizer.scalars(done + 1, this.#learningRate);
      for (const name of names) feeds[LEAVES.scalar(name)]![i] = values[name]!;
      feeds[LEAVES.apply]![i] = (this.#steps + i + 1) % accumulate === 0 ? 1 : 0;
    }
    return feeds;
  }

  #program(batch: number): Compiled {
    const { session, optimizer, loss, train, metrics } = this.#plan;
    return session.engine.program(`${this.#key}${batch}`, () => {
      const integer = train.y.data instanceof Int32Array;
      const target = fed('y', [batch, ...train.y.shape.slice(1)], integer ? 'i32' : 'f32');
      const weight = train.weight && fed('weight', [batch]);
      const lossOf = ([output]: readonly Tensor[]) => ({
        loss: reduceRows(loss.rows(output!, target), loss.reduction, weight),
        ...(metrics.length > 0 && { fetch: { prediction: loss.prediction(output!) } }),
      });
      return traceStep({ network: session.network, optimizer, batch, stored: train.rows, loss: lossOf });
    });
  }

  async #finishEpoch(epoch: number, sofar: EpochSums): Promise<void> {
    const { session, loss, metrics, validation, optimizer } = this.#plan;
    const logs: Record<string, number> = {};
    for (const metric of metrics) logs[metric.name] = measure(metric, sofar.predictions, sofar.seen, loss);
    if (validation !== undefined) {
      const key = `${this.#key}validation`;
      const { signal } = this.#plan;
      try {
        const { logs: own } = await evaluateDataset(session, loss, validation, metrics, key, signal);
        for (const [name, value] of Object.entries(own)) logs[`val_${name}`] = value;
      } catch (error) {
        if (this.#aborted() && error === signal?.reason) return;
        throw error;
      }
    }
    this.#epochs.push({ epoch, learningRate: this.#learningRate, loss: sofar.loss, ...logs });
    const { watch } = optimizer.schedule;
    if (watch === undefined) return;
    this.#factor = watch.factor(this.#epochs.map((one) => one[watch.monitor]!));
  }
}

/** Loss and predictions of an epoch as its steps come in. */
class EpochSums {
  readonly order: Int32Array;
  readonly #train: Dataset;
  readonly #predictions: Values | undefined;
  readonly #plainMean: boolean;
  readonly #sum: boolean;
  #total = 0;
  #mass = 0;
  #started = false;

  constructor(
    { train, loss, session, metrics }: Pick<RunPlan, 'train' | 'loss' | 'session' | 'metrics'>,
    order: Int32Array,
  ) {
    this.order = order;
    this.#train = train;
    this.#sum = loss.reduction === 'sum';
    this.#plainMean = train.weight === undefined && train.ignoreIndex === undefined;
    const shape = [train.rows, ...session.network.outputShapes[0]!];
    const size = shape.reduce((a, b) => a * b, 1);
    this.#predictions = metrics.length > 0 ? new Values(new Float32Array(size), shape) : undefined;
  }

  get loss(): number {
    if (!this.#started) return Number.NaN;
    return this.#sum ? this.#total : this.#total / Math.max(this.#mass, Number.MIN_VALUE);
  }

  get predictions(): Values {
    return this.#predictions!;
  }

  /** The data set in the order of the predictions. */
  get seen(): Dataset {
    const { y, weight, ...rest } = this.#train;
    const ordered = (rows: typeof y) => ({
      data: takeRows(rows, this.order, 0, rest.rows),
      shape: rows.shape,
    });
    return { ...rest, y: ordered(y), weight: weight && ordered(weight) };
  }

  /** What the mean of a batch was divided by: its rows, or the sum of their weights. */
  #massOf(from: number, size: number): number {
    if (this.#plainMean) return size;
    const { y, weight, ignoreIndex } = this.#train;
    let mass = 0;
    for (const row of this.order.subarray(from, from + size)) {
      if (ignoreIndex === undefined || y.data[row] !== ignoreIndex) mass += weight?.data[row] ?? 1;
    }
    return mass;
  }

  add(fetched: Readonly<Record<string, NumberArray>>, from: number, size: number): void {
    fetched['loss']!.forEach((loss, step) => {
      const mass = this.#sum ? 1 : this.#massOf(from + step * size, size);
      this.#total += loss * mass;
      this.#mass += mass;
    });
    this.#started = true;
    const part = fetched['prediction'];
    if (part === undefined || this.#predictions === undefined) return;
    const { data, shape } = this.#predictions;
    data.set(asFloat32(part), (from * data.length) / shape[0]!);
  }
}
