import { setImmediate as nextTurn } from 'node:timers/promises';
import type { NumberArray } from '../base/dtype.ts';
import { NumericError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import { unknownText } from '../data/unknown.ts';
import type { Loss } from '../loss/index.ts';
import type { EndEvent, EpochEvent, Run, StepEvent, TrainEvent } from './callback.ts';
import type { Compiled } from './engine.ts';
import { EpochCalls, type Place } from './epoch-calls.ts';
import { EpochLoss, EpochPredictions } from './epoch-sums.ts';
import { evaluateDataset } from './evaluate.ts';
import { firstBroken, GoodWeights } from './good-weights.ts';
import { EpochLog, historyOf } from './history.ts';
import type { Metric } from './metrics/index.ts';
import { Orders } from './orders.ts';
import { ResponseScale } from './response.ts';
import type { Rows } from './rows.ts';
import { type Filled, RunFeeds } from './run-feeds.ts';
import { type RunPlan, updatesOf } from './run-plan.ts';
import { LEAVES, optimizerSlots, traceRest } from './step.ts';

/** Wanted length of one call of the backend, in milliseconds: progress, abort and other calls get their turn. */
const CALL = 25;
/** Numbers of the data that are copied into storage at a time: a few milliseconds. */
const SLICE = 1 << 20;

let runs = 0;

/** One training, from first step to last: what `train` and `fit` are made of. */
export class Training {
  readonly #plan: RunPlan;
  readonly #key = `run ${runs++} `;
  readonly #stepsPerEpoch: number;
  readonly #log: EpochLog;
  readonly #feeds: RunFeeds;
  readonly #orders: Orders;
  readonly #epochCalls: EpochCalls;
  readonly #loss: EpochLoss;
  readonly #goodWeights: GoodWeights;
  /** What the model had done before, and the loss that it was trained with. */
  #before = { steps: 0, epochs: 0 };
  #lossBefore: Loss | undefined;
  #metricsBefore: readonly Metric[] = [];
  #updates = 0;
  #settled = false;
  /** The run ended by itself, rather than by an error. */
  #ended = false;
  #stopReason: string | undefined;
  #steps = 0;
  /** Steps a call, adapted to the time that calls take. */
  #stepsPerCall = 1;
  /** Of the last step, in double precision. */
  #learningRate = 0;
  /** What a schedule that watches a metric has done to the learning rate. */
  #factor = 1;

  constructor(plan: RunPlan) {
    const { session, optimizer, train, loss, facts, batchSize, shuffle } = plan;
    const { seed } = session;
    this.#plan = plan;
    this.#stepsPerEpoch = facts.stepsPerEpoch;
    const updates = updatesOf(optimizer, facts);
    this.#log = new EpochLog(facts.logged);
    this.#feeds = new RunFeeds(train, optimizer, updates);
    this.#orders = new Orders(train.rows, seed, shuffle);
    this.#epochCalls = new EpochCalls({ train, optimizer, updates, seed, shuffle, batchSize });
    this.#loss = new EpochLoss(train, loss);
    this.#goodWeights = new GoodWeights(session, batchSize);
  }

  /** The run as callbacks see it. */
  get run(): Run {
    const { session, facts } = this.#plan;
    return {
      ...facts,
      session,
      stop: (reason) => {
        this.#stopReason ??= reason;
      },
      readWeights: () => session.readWeights(),
      writeWeights: (weights) => session.writeWeights(weights),
    };
  }

  /** The whole run as a stream; leaving it ends the run. The model must be free, and is again afterwards. */
  async *events(): AsyncGenerator<TrainEvent, void, undefined> {
    const release = this.#plan.session.claim();
    try {
      this.begin();
      yield* this.steps();
      await this.settle();
      yield this.end();
    } finally {
      try {
        // A loop that was left, too, leaves weights that are finite and no batches that were for nothing.
        await this.settle();
      } finally {
        this.release();
        release();
      }
    }
  }

  /** Makes the model one that is trained by this run. */
  begin(): void {
    const { session, loss, metrics } = this.#plan;
    [this.#lossBefore, this.#metricsBefore] = [session.loss, session.metrics];
    [session.loss, session.metrics] = [loss, metrics];
  }

  /**
   * Takes all steps, yielding what happens. Where nobody `hears` of single epochs, several may go in one call and are
   * yielded as its one step event.
   */
  async *steps(hears: () => boolean = () => true): AsyncGenerator<StepEvent | EpochEvent, void, undefined> {
    const { session, epochs, train, batchSize } = this.#plan;
    await session.engine.exclusive(() => this.#allocate());
    this.#program(Math.min(batchSize, train.rows));
    await nextTurn();
    this.#before = { steps: session.steps, epochs: session.epochs };
    for (let epoch = 1; epoch <= epochs && !this.#stopped(); ) {
      await this.#goodWeights.copy(this.#steps);
      const together = hears() ? 1 : this.#epochsInCall(epoch);
      if (together > 1) epoch += yield* this.#callOfEpochs(epoch, together);
      else {
        yield* this.#epoch(epoch);
        if (this.#log.length === epoch) yield { type: 'epoch', logs: this.#log.at(epoch - 1) };
        epoch++;
      }
    }
  }

  /**
   * What every run does when it ends, however that is: applies a last group of batches that is not full, and sees that
   * the weights are finite. Does nothing the second time, or when the good weights are back already.
   *
   * @throws {NumericError} when they are not, after the last good ones were put back.
   */
  async settle(): Promise<void> {
    if (this.#settled || this.#steps === 0) return;
    this.#settled = true;
    this.#updates = Math.floor(this.#steps / this.#plan.optimizer.accumulate);
    await this.#applyRest();
    // No loss follows the last update, so that what it broke shows in the weights alone.
    const broken = await firstBroken(this.#plan.session, this.#plan.optimizer);
    if (broken !== undefined) await this.#fail(`${broken} is not finite any more`, this.#steps);
  }

  /** The end of the run, which an error may have brought. */
  end(failures: readonly unknown[] = []): EndEvent {
    const [error] = failures;
    this.#ended = failures.length === 0;
    const failed = error instanceof NumericError ? 'diverged' : 'failed';
    const reason = this.#ended ? (this.#stopReason ?? 'completed') : failed;
    const history = historyOf(this.#log, {
      stopReason: reason,
      steps: this.#steps,
      updates: this.#updates,
      warnings: warningsOf(this.#plan),
    });
    return { type: 'end', history, ...(!this.#ended && { error }) };
  }

  /** Frees what the run holds. A model that had taken no step when an error came is not one trained with its loss. */
  release(): void {
    const { session, optimizer } = this.#plan;
    if (!this.#ended && this.#steps === 0)
      [session.loss, session.metrics] = [this.#lossBefore, this.#metricsBefore];
    session.engine.forget(this.#key);
    for (const { name } of optimizerSlots(session.network, optimizer)) session.engine.storage.release(name);
    for (const [name] of this.#stored()) session.engine.storage.release(name);
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
    const { session, optimizer } = this.#plan;
    const { storage } = session.engine;
    // Data has just been checked and copied, and a program is compiled next: timers and I/O get a turn in between. A
    // single immediate may come before both.
    for (let i = 0; i < 2; i++) await nextTurn();
    for (const { name, shape, initial } of optimizerSlots(session.network, optimizer)) {
      storage.allocate({ name, shape, dtype: 'f32' });
      if (initial !== 0) storage.write(name, new Float32Array(sizeOf(shape)).fill(initial));
    }
    for (const [name, { data, shape }] of this.#stored()) {
      if (data instanceof Float32Array && storage.adopt({ name, shape, dtype: 'f32' }, data)) continue;
      storage.allocate({ name, shape, dtype: 'f32' });
      for (let at = 0; at < data.length; at += SLICE) {
        storage.write(name, data.subarray(at, at + SLICE), at);
        // Copying gigabytes takes seconds; the event loop gets its turns meanwhile.
        if (at + SLICE < data.length) await nextTurn();
      }
    }
  }

  /** The data that lies in storage. Labels are fed: a number a row, and rows are gathered as floats. */
  #stored(): [string, Rows][] {
    const { x, y, weight } = this.#plan.train;
    const stored = x.map((rows, i): [string, Rows] => [LEAVES.input(i), rows]);
    if (!(y.data instanceof Int32Array)) stored.push([LEAVES.target, y]);
    if (weight !== undefined) stored.push([LEAVES.weight, weight]);
    return stored;
  }

  async *#epoch(epoch: number): AsyncGenerator<StepEvent, void, undefined> {
    const { session, train, batchSize, metrics } = this.#plan;
    const order = this.#orders.of(session.epochs, 1);
    const predictions =
      metrics.length > 0 ? new EpochPredictions(train, order, session.network.outputShapes[0]!) : undefined;
    const steps = this.#stepsPerEpoch;
    this.#loss.reset();
    for (let step = 0; step < steps; ) {
      const from = step * batchSize;
      const whole = Math.floor(train.rows / batchSize) - step;
      // Calls of one length, rather than a short one at the end.
      const calls = Math.ceil(whole / this.#stepsPerCall);
      const count = whole > 0 ? Math.ceil(whole / calls) : 1;
      const size = whole > 0 ? batchSize : train.rows - from;
      const program = this.#program(size);
      const batches = { order, from, size, count };
      const filled = this.#feeds.fill(program.feeds, batches, this.#steps, session.steps, this.#factor);
      const fetched = await this.#call(epoch, program, count, filled);
      this.#loss.add(fetched['loss']!, 0, order, from, size, count);
      predictions?.add(fetched['prediction']!, from);
      step += count;
      yield this.#stepEvent(epoch, step);
      if (this.#aborted()) return;
    }
    session.epochs++;
    await this.#finishEpoch(predictions);
  }

  /** How many whole epochs go in the next call: as many as nothing comes between. */
  #epochsInCall(epoch: number): number {
    const { optimizer, train, metrics, validation, epochs, batchSize } = this.#plan;
    const alike = train.rows % batchSize === 0;
    const { watch } = optimizer.schedule;
    if (!alike || metrics.length > 0 || validation !== undefined || watch !== undefined) return 1;
    const steps = this.#stepsPerEpoch;
    const untilCopy = Math.ceil((this.#goodWeights.due - this.#steps) / steps);
    return Math.max(1, Math.min(Math.floor(this.#stepsPerCall / steps), epochs - epoch + 1, untilCopy));
  }

  /** Runs up to so many whole epochs in one call; returns how many it was. */
  async *#callOfEpochs(from: number, most: number): AsyncGenerator<StepEvent, number, undefined> {
    const { session, train, batchSize: size } = this.#plan;
    const { rows } = train;
    const steps = this.#stepsPerEpoch;
    const program = this.#program(size);
    const call = this.#epochCalls.take(program.feeds, this.#place(0), most);
    const { epochs, order, rates } = call;
    const last = from + epochs - 1;
    const running = this.#call(from, program, epochs * steps, call);
    const [{ loss: losses }] = await Promise.all([running, this.#makeAhead(program, epochs, last)]);
    if (steps === 1) {
      this.#log.addAll(rates, losses!, epochs - 1);
    } else {
      for (let i = 0; i < epochs - 1; i++) {
        this.#loss.reset();
        this.#loss.add(losses!, i * steps, order, i * rows, size, steps);
        this.#log.add(rates[(i + 1) * steps - 1]!, this.#loss.value);
      }
    }
    session.epochs += epochs - 1;
    this.#loss.reset();
    this.#loss.add(losses!, (epochs - 1) * steps, order, (epochs - 1) * rows, size, steps);
    yield this.#stepEvent(last, steps);
    // As at the end of an epoch that went alone.
    if (this.#aborted()) return epochs;
    session.epochs++;
    this.#log.add(this.#learningRate, this.#loss.value);
    return epochs;
  }

  /** Makes the numbers of the call after one of so many epochs, which ends with epoch `last` and has begun to run. */
  async #makeAhead(program: Compiled, epochs: number, last: number): Promise<void> {
    const place = this.#place(epochs);
    // A turn of the event loop later the backend is at work.
    await nextTurn();
    const next = Math.min(Math.floor(this.#stepsPerCall / this.#stepsPerEpoch), this.#plan.epochs - last);
    if (next > 1) this.#epochCalls.makeAhead(program.feeds, place, next);
  }

  /** Where the run stands after so many further epochs. */
  #place(epochs: number): Place {
    const { session } = this.#plan;
    const steps = epochs * this.#stepsPerEpoch;
    return { step: this.#steps + steps, number: session.steps + steps, epoch: session.epochs + epochs };
  }

  #stepEvent(epoch: number, step: number): StepEvent {
    const { value: loss } = this.#loss;
    return { type: 'step', epoch, step, steps: this.#stepsPerEpoch, loss, learningRate: this.#learningRate };
  }

  /** Some steps in one call of the backend; `epoch` is that of the first. */
  async #call(
    epoch: number,
    program: Compiled,
    count: number,
    { feeds, rates }: Filled,
  ): Promise<Readonly<Record<string, NumberArray>>> {
    const { session } = this.#plan;
    this.#learningRate = rates[count - 1]!;
    const started = performance.now();
    const fetched = await session.engine.run(program, count, feeds);
    this.#adapt(performance.now() - started, count);
    const losses = fetched['loss']!;
    const bad = firstNotFinite(losses);
    if (bad !== 0) this.#goodWeights.confirm();
    if (bad >= 0) {
      const at = epoch + Math.floor(bad / this.#stepsPerEpoch);
      await this.#fail(`the loss became ${losses[bad]} in epoch ${at}`, this.#steps + bad + 1);
    }
    this.#steps += count;
    session.steps += count;
    return fetched;
  }

  /** Ends the run with the last good weights put back. */
  async #fail(why: string, step: number): Promise<never> {
    const { session } = this.#plan;
    // Not how far the call went: masks and shuffles of a further run must not depend on the clock.
    session.steps = this.#before.steps + step;
    session.epochs = this.#before.epochs + Math.floor((step - 1) / this.#stepsPerEpoch);
    this.#settled = true;
    await this.#goodWeights.restore();
    throw new NumericError(why, {
      at: `step ${step}`,
      hint: 'lower the learning rate, scale the inputs, or set clipNorm',
    });
  }

  /** Applies the last group of batches, if it is not full. */
  async #applyRest(): Promise<void> {
    const { session, optimizer } = this.#plan;
    const batches = this.#steps % optimizer.accumulate;
    if (batches === 0) return;
    const program = session.engine.program(`${this.#key}rest`, () => traceRest(session.network, optimizer));
    await session.engine.run(program, 1, this.#feeds.rest(program.feeds, this.#steps, batches, this.#factor));
    this.#updates++;
  }

  #adapt(elapsed: number, count: number): void {
    const fitting = Math.max(1, Math.round((count * CALL) / Math.max(elapsed, 0.01)));
    this.#stepsPerCall = Math.min(fitting, 2 * this.#stepsPerCall);
  }

  #program(batch: number): Compiled {
    const { session, graphs } = this.#plan;
    return session.engine.program(`${this.#key}${batch}`, () => graphs.get(batch)!);
  }

  async #finishEpoch(predictions: EpochPredictions | undefined): Promise<void> {
    const { session, loss, metrics, validation, optimizer, signal } = this.#plan;
    const rest: number[] = [];
    if (predictions !== undefined) {
      const { values, seen } = predictions;
      rest.push(...new ResponseScale(session, loss).measure(metrics, values, seen));
    }
    if (validation !== undefined) {
      const key = `${this.#key}validation`;
      try {
        const { logs } = await evaluateDataset(session, loss, validation, metrics, key, signal);
        rest.push(logs.loss, ...metrics.map(({ name }) => logs[name]!));
      } catch (error) {
        if (this.#aborted() && error === signal?.reason) return;
        throw error;
      }
    }
    this.#log.add(this.#learningRate, this.#loss.value, rest);
    const { watch } = optimizer.schedule;
    if (watch === undefined) return;
    this.#factor = watch.factor(this.#log.column(watch.monitor));
  }
}

/** Index of the first number that is not finite, or -1; a callback for each would cost as much as a tiny step. */
function firstNotFinite(numbers: NumberArray): number {
  for (let i = 0; i < numbers.length; i++) if (!Number.isFinite(numbers[i])) return i;
  return -1;
}

function warningsOf({ train, validation }: RunPlan): string[] {
  const parts = [
    ['training', train],
    ['validation', validation],
  ] as const;
  return parts.flatMap(([name, part]) => unknownText(part?.unknown ?? []).map((text) => `${name}: ${text}`));
}
