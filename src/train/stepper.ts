import type { Mailbox } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { NumericError, OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { type Loss, type LossFunction, type LossName, lossOf, reduceRows } from '../loss/index.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from '../optim/index.ts';
import { type Inputs, readDataset, readInputs } from './dataset.ts';
import type { Compiled } from './engine.ts';
import { type Accepts, type Inlet, inletWith, pourInputs } from './inlet.ts';
import type { Rows } from './rows.ts';
import { type OutputsLoss, scalarLoss } from './scalar-loss.ts';
import { type ScalarPorts, Scalars } from './scalars.ts';
import type { Session } from './session.ts';
import { LEAVES, optimizerSlots, traceStep } from './step.ts';

/** What decides a step: a loss of a model with one output, or with several. */
export interface AnyLoss {
  readonly loss: LossName | Loss | ((output: Tensor, target: Tensor) => Tensor) | OutputsLoss;
  readonly optimizer?: OptimizerName | Optimizer;
  readonly totalSteps?: number;
}

/** A batch, checked. */
interface Batch {
  readonly x: readonly Rows[];
  readonly y: Rows;
  readonly accepts: Accepts;
}

/** The program that the last step on this thread ran, with all that is looked up for it. */
interface Bound {
  readonly program: Compiled;
  readonly mailbox: Mailbox;
  readonly x: readonly Inlet[];
  readonly y: Inlet;
  readonly scalars: ScalarPorts;
  readonly number: NumberArray | undefined;
  readonly loss: NumberArray;
}

let steppers = 0;

/** Frees what a step holds in the model's engine when nobody can take that step any more. */
const dropped = new FinalizationRegistry<() => void>((free) => free());

/** Takes training steps of a model one by one; what `trainStep` stands on. */
export class Stepper {
  readonly #session: Session;
  readonly #loss: AnyLoss['loss'];
  readonly #trainedWith: Loss;
  readonly #optimizer: Optimizer;
  readonly #scalars: Scalars;
  readonly #key = `step ${steppers++} `;
  #allocated = false;
  #taken = 0;
  #bound: Bound | undefined;

  constructor(
    session: Session,
    { loss, optimizer = 'adam', totalSteps = Number.POSITIVE_INFINITY }: AnyLoss,
  ) {
    if (loss === undefined) throw new OptionError('trainStep: loss is missing');
    this.#session = session;
    this.#loss = loss;
    this.#trainedWith = lossOf(loss as LossName | Loss | LossFunction);
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
    this.#scalars = new Scalars(this.#optimizer, totalSteps);
  }

  /** A step when all earlier calls on the model are done. */
  async step(inputs: Inputs, targets: Data): Promise<{ loss: number }> {
    const session = this.#session;
    const batch = this.#read(inputs, targets);
    const program = this.#program(batch, (work) => void session.engine.exclusive(work));
    const feeds: Record<string, NumberArray> = { y: batch.y.data, step: Int32Array.of(session.steps) };
    for (const leaf of this.#scalars.leaves) feeds[leaf] = new Float32Array(1);
    this.#scalars.write(this.#scalars.portsIn(feeds), this.#taken, 0);
    batch.x.forEach(({ data }, i) => {
      feeds[LEAVES.input(i)] = data;
    });
    const number = this.#count();
    const fetched = await session.engine.run(program, 1, feeds);
    return finish(fetched['loss']![0]!, number);
  }

  /** A step at once, on this thread. */
  sync(inputs: Inputs, targets: Data): { loss: number } {
    let bound = this.#bound;
    if (
      bound === undefined ||
      !bound.program.live ||
      !(pourInputs(bound.x, inputs) && bound.y.pour(targets))
    ) {
      bound = this.#bind(inputs, targets);
    }
    this.#scalars.write(bound.scalars, this.#taken, 0);
    if (bound.number !== undefined) bound.number[0] = this.#session.steps;
    bound.mailbox.step();
    // A step that was refused does not get here, and is not counted.
    return finish(bound.loss[0]!, this.#count());
  }

  #count(): number {
    this.#session.steps++;
    // What the model was last trained with, as after `fit`; that of several outputs is none that `evaluate` could take.
    if (this.#session.wiring.outputs.length === 1) this.#session.loss = this.#trainedWith;
    return ++this.#taken;
  }

  /** Reads a batch the long way, finds its program and leaves the batch in its mailbox. */
  #bind(inputs: Inputs, targets: Data): Bound {
    const batch = this.#read(inputs, targets);
    const program = this.#program(batch, (work) => work());
    const mailbox = program.runnable.mailbox();
    const { feeds, fetches } = mailbox;
    const bound = {
      program,
      mailbox,
      x: batch.x.map((rows, i) => inletWith(feeds[LEAVES.input(i)], rows)),
      y: inletWith(feeds['y'], batch.y, batch.accepts),
      scalars: this.#scalars.portsIn(feeds),
      number: feeds['step'],
      loss: fetches['loss']!,
    };
    this.#bound = bound;
    return bound;
  }

  /** The program for a batch; `write` runs what must wait for earlier calls on the storage. */
  #program({ x, y }: Batch, write: (work: () => void) => void): Compiled {
    this.#allocate(write);
    const batch = x[0]!.shape[0]!;
    const integer = y.data instanceof Int32Array;
    const key = `${this.#key}${batch} ${integer} ${y.shape.join('x')}`;
    return this.#session.engine.program(key, () => {
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
  }

  #read(inputs: Inputs, targets: Data): Batch {
    if (typeof this.#loss === 'function') {
      return { x: readInputs(this.#session, inputs), y: toMatrix(targets, 'y'), accepts: {} };
    }
    const data = readDataset(this.#session, lossOf(this.#loss), inputs, targets);
    const { x, y, labels, classes, ignoreIndex, wants } = data;
    return { x, y, accepts: { classes: labels ? (classes ?? 2 ** 31) : undefined, ignoreIndex, wants } };
  }

  #trace(outputs: readonly Tensor[], target: Tensor): { loss: Tensor } {
    if (typeof this.#loss === 'function')
      return { loss: scalarLoss('trainStep', this.#loss, outputs, target) };
    const loss = lossOf(this.#loss);
    return { loss: reduceRows(loss.rows(outputs[0]!, target), loss.reduction) };
  }

  #allocate(write: (work: () => void) => void): void {
    if (this.#allocated) return;
    const { engine, network } = this.#session;
    const slots = optimizerSlots(network, this.#optimizer, this.#key);
    for (const { name, shape, initial } of slots) {
      engine.storage.allocate({ name, shape, dtype: 'f32' });
      if (initial === 0) continue;
      write(() => engine.storage.write(name, new Float32Array(sizeOf(shape)).fill(initial)));
    }
    const key = this.#key;
    dropped.register(this, () => {
      engine.forget(key);
      for (const { name } of slots) engine.storage.release(name);
    });
    this.#allocated = true;
  }
}

function finish(loss: number, number: number): { loss: number } {
  if (Number.isFinite(loss)) return { loss };
  throw new NumericError(`the loss became ${loss}`, {
    at: `step ${number}`,
    hint: 'lower the learning rate, scale the inputs, or set clipNorm',
  });
}
