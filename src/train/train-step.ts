import type { Arrays } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { NumericError, OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { type Loss, type LossName, lossOf, reduceRows } from '../loss/index.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from '../optim/index.ts';
import { type Inputs, readDataset, readInputs } from './dataset.ts';
import type { Model } from './model.ts';
import type { Rows } from './rows.ts';
import { type OutputsLoss, scalarLoss } from './scalar-loss.ts';
import { type Session, sessionOf } from './session.ts';
import { LEAVES, optimizerSlots, rateOf, traceStep } from './step.ts';

/** Options of {@link trainStep}. */
export interface TrainStepOptions {
  readonly loss: LossName | Loss | ((output: Tensor, target: Tensor) => Tensor);
  /** Default `adam`. */
  readonly optimizer?: OptimizerName | Optimizer;
  /** Updates that the learning-rate schedule runs over; a schedule that needs to know throws without it. */
  readonly totalSteps?: number;
}

/** One training step: call it with a batch. */
export interface TrainStep {
  /** Runs a step off the event loop and gives the loss before the update. */
  (x: Inputs, y: Data): Promise<{ readonly loss: number }>;
  /** The same at once on this thread, for tiny networks. Not while another call is in flight. */
  readonly sync: (x: Inputs, y: Data) => { readonly loss: number };
}

/**
 * A training step for a loop of one's own: loss, gradients and updates in one native call.
 *
 * | name | shape                                                          |
 * | ---- | -------------------------------------------------------------- |
 * | `x`  | `[n, …]` as the model takes it                                 |
 * | `y`  | what the loss takes; an Int32Array arrives as an int32 tensor  |
 *
 * A loss of one's own gets the output, or a list of all outputs where there are several; annotate it then:
 * `([value, logits]: readonly Tensor[], target) => …`. Each batch size is compiled once. Optimizer state lives as long as the step.
 *
 * @throws {OptionError} for unknown options; the step itself throws ShapeError, DataError or NumericError.
 * @example
 * const step = trainStep(net, { loss: 'mse', optimizer: adam({ learningRate: 1e-3 }) });
 * const { loss } = await step([[0, 1]], [[1]]);
 */
export function trainStep(model: Model, options: TrainStepOptions): TrainStep;
export function trainStep(
  model: Model,
  options: Omit<TrainStepOptions, 'loss'> & { readonly loss: OutputsLoss },
): TrainStep;
export function trainStep(model: Model, options: AnyLoss): TrainStep {
  const session = sessionOf('trainStep', model);
  const stepper = new Stepper(
    session,
    checkOptions('trainStep', options, ['loss', 'optimizer', 'totalSteps']),
  );
  const step = async (x: Inputs, y: Data) => {
    const { program, feeds, number } = stepper.prepare(x, y, (work) => void session.engine.exclusive(work));
    return stepper.finish(await session.engine.run(program, 1, feeds), number);
  };
  const sync = (x: Inputs, y: Data) => {
    const { program, feeds, number } = stepper.prepare(x, y, (work) => work());
    let fetched: Arrays;
    try {
      fetched = session.engine.runSync(program, 1, feeds);
    } catch (error) {
      stepper.undo();
      throw error;
    }
    return stepper.finish(fetched, number);
  };
  return Object.assign(step, { sync });
}

/** Options with the loss of a model with one output, or with several. */
interface AnyLoss extends Omit<TrainStepOptions, 'loss'> {
  readonly loss: TrainStepOptions['loss'] | OutputsLoss;
}

let steppers = 0;

/** Frees what a step holds in the model's engine when nobody can take that step any more. */
const dropped = new FinalizationRegistry<() => void>((free) => free());

class Stepper {
  readonly #session: Session;
  readonly #loss: AnyLoss['loss'];
  readonly #optimizer: Optimizer;
  readonly #totalSteps: number;
  readonly #key = `step ${steppers++} `;
  #taken = 0;

  constructor(
    session: Session,
    { loss, optimizer = 'adam', totalSteps = Number.POSITIVE_INFINITY }: AnyLoss,
  ) {
    if (loss === undefined) throw new OptionError('trainStep: loss is missing');
    this.#session = session;
    this.#loss = loss;
    this.#optimizer = optimizerOf(optimizer);
    const { name, watch } = this.#optimizer.schedule;
    if (watch !== undefined) {
      throw new OptionError(
        `trainStep: the schedule ${name} watches ${watch.monitor}, and a step logs nothing`,
        {
          hint: 'use fit, or a schedule that follows the steps',
        },
      );
    }
    if (totalSteps !== Number.POSITIVE_INFINITY)
      checkNumber('trainStep', 'totalSteps', totalSteps, { least: 1, whole: true });
    this.#totalSteps = totalSteps;
  }

  /** Makes the next step ready; `write` runs what must wait for earlier calls on the storage. */
  prepare(inputs: Inputs, targets: Data, write: (work: () => void) => void) {
    const { x, y } = this.#read(inputs, targets);
    const { engine } = this.#session;
    if (this.#taken === 0) this.#allocate(write);
    const batch = x[0]!.shape[0]!;
    const integer = y.data instanceof Int32Array;
    const key = `${this.#key}${batch} ${integer} ${y.shape.join('x')}`;
    const program = engine.program(key, () => {
      const target = fed('y', y.shape, integer ? 'i32' : 'f32');
      const { network } = this.#session;
      return traceStep({
        network,
        optimizer: this.#optimizer,
        owner: this.#key,
        batch,
        loss: (out) => this.#trace(out, target),
      });
    });
    const feeds: Record<string, NumberArray> = { y: y.data, ...this.#scalars() };
    x.forEach(({ data }, i) => {
      feeds[LEAVES.input(i)] = data;
    });
    this.#taken++;
    this.#session.steps++;
    return { program, feeds, number: this.#taken };
  }

  /** The step that was prepared last was not taken. */
  undo(): void {
    this.#taken--;
    this.#session.steps--;
  }

  finish(fetched: Arrays, number: number): { loss: number } {
    const loss = fetched['loss']![0]!;
    if (!Number.isFinite(loss)) {
      throw new NumericError(`the loss became ${loss}`, {
        at: `step ${number}`,
        hint: 'lower the learning rate, scale the inputs, or set clipNorm',
      });
    }
    return { loss };
  }

  #read(inputs: Inputs, targets: Data): { x: readonly Rows[]; y: Rows } {
    if (typeof this.#loss === 'function') {
      return { x: readInputs(this.#session, inputs), y: toMatrix(targets, 'y') };
    }
    return readDataset(this.#session, lossOf(this.#loss), inputs, targets);
  }

  #trace(outputs: readonly Tensor[], target: Tensor): { loss: Tensor } {
    if (typeof this.#loss === 'function')
      return { loss: scalarLoss('trainStep', this.#loss, outputs, target) };
    const loss = lossOf(this.#loss);
    return { loss: reduceRows(loss.rows(outputs[0]!, target), loss.reduction) };
  }

  #allocate(write: (work: () => void) => void): void {
    const { engine, network } = this.#session;
    const slots = optimizerSlots(network, this.#optimizer, this.#key);
    for (const { name, shape, initial } of slots) {
      engine.storage.allocate({ name, shape, dtype: 'f32' });
      if (initial === 0) continue;
      write(() => engine.storage.write(name, new Float32Array(sizeOf(shape)).fill(initial)));
    }
    const key = this.#key;
    dropped.unregister(this);
    dropped.register(
      this,
      () => {
        engine.forget(key);
        for (const { name } of slots) engine.storage.release(name);
      },
      this,
    );
  }

  #scalars(): Record<string, NumberArray> {
    const { accumulate, scalars } = this.#optimizer;
    const done = Math.floor(this.#taken / accumulate);
    const values = scalars(done + 1, rateOf(this.#optimizer, done, this.#totalSteps));
    return {
      ...Object.fromEntries(
        Object.entries(values).map(([name, value]) => [LEAVES.scalar(name), Float32Array.of(value)]),
      ),
      [LEAVES.apply]: Float32Array.of((this.#taken + 1) % accumulate === 0 ? 1 : 0),
      step: Int32Array.of(this.#session.steps),
    };
  }
}
