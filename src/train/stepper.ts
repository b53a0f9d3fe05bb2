import type { Mailbox } from '../backend/backend.ts';
import { oneOrMore, readGiven } from '../base/check.ts';
import type { NumberArray } from '../base/dtype.ts';
import { NumericError, OptionError, ShapeError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { sizeOf } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/matrix.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { type Loss, type LossFunction, type LossName, lossOf, reduceRows } from '../loss/index.ts';
import { type Optimizer, type OptimizerName, optimizerOf } from '../optim/index.ts';
import { builtFor, datasetOf, type Inputs, type Pair, readInputs, readPair } from './dataset.ts';
import { type Compiled, type Engine, pick } from './engine.ts';
import { type Accepts, type Inlet, inletWith, pourInputs } from './inlet.ts';
import type { Rows } from './rows.ts';
import { type OutputsLoss, scalarLoss } from './scalar-loss.ts';
import { type ScalarPorts, Scalars } from './scalars.ts';
import type { Session } from './session.ts';
import { FAULTS, LEAVES, optimizerSlots, traceStep } from './step.ts';

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
  readonly faults: NumberArray;
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
  /** Where the optimizer's tensors lie. */
  #engine: Engine | undefined;
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
    const [batch, program] = this.#prepare(inputs, targets, (work) => void session.engine.exclusive(work));
    const feeds: Record<string, NumberArray> = { y: batch.y.data, step: new Int32Array(1) };
    for (const leaf of this.#scalars.leaves) feeds[leaf] = new Float32Array(1);
    batch.x.forEach(({ data }, i) => {
      feeds[LEAVES.input(i)] = data;
    });
    return session.engine.exclusive(async () => {
      // Not before its turn: a step that failed meanwhile does not count.
      this.#scalars.write(this.#scalars.portsIn(feeds), this.#taken, 0);
      feeds['step']![0] = session.steps;
      const { loss, faults } = await program.runnable.run(1, pick(feeds, program.feeds));
      return this.#finish(loss![0]!, faults![0]!);
    });
  }

  /** A step at once, on this thread. */
  sync(inputs: Inputs, targets: Data): { loss: number } {
    let bound = this.#bound;
    if (bound !== undefined) this.#session.engine.checkIdle('trainStep.sync');
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
    return this.#finish(bound.loss[0]!, bound.faults[0]!);
  }

  /** Counts a step that was applied; another one left everything as it was. */
  #finish(loss: number, faults: number): { loss: number } {
    if (faults !== 0) throw notFinite(loss, faults, this.#optimizer, this.#taken + 1);
    this.#session.steps++;
    // What the model was last trained with, as after `fit`; that of several outputs is none that `evaluate` could take.
    if (this.#session.wiring.outputs.length === 1) this.#session.loss = this.#trainedWith;
    this.#taken++;
    return { loss };
  }

  /** Reads a batch the long way, finds its program and leaves the batch in its mailbox. */
  #bind(inputs: Inputs, targets: Data): Bound {
    const session = this.#session;
    if (session.isBuilt) session.engine.checkIdle('trainStep.sync');
    const [batch, program] = this.#prepare(inputs, targets, (work) => work());
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
      faults: fetches['faults']!,
    };
    this.#bound = bound;
    return bound;
  }

  /**
   * Checks a batch and finds its program; only then is a model built that was not. `write` runs what must wait for
   * earlier calls on the storage.
   */
  #prepare(inputs: Inputs, targets: Data, write: (work: () => void) => void): [Batch, Compiled] {
    const pair = this.#read(inputs, targets);
    return builtFor(this.#session, pair.x, () => {
      const batch = this.#check(pair);
      return [batch, this.#program(batch, write)];
    });
  }

  /** The program for a batch. */
  #program({ x, y }: Batch, write: (work: () => void) => void): Compiled {
    const batch = x[0]!.shape[0]!;
    const integer = y.data instanceof Int32Array;
    const key = `${this.#key}${batch} ${integer} ${y.shape.join('x')}`;
    const { engine, network } = this.#session;
    const trace = () => {
      const target = fed('y', y.shape, integer ? 'i32' : 'f32');
      return traceStep({
        network,
        optimizer: this.#optimizer,
        owner: this.#key,
        batch,
        guarded: true,
        loss: (out) => this.#trace(out, target),
      });
    };
    return engine.program(key, () => {
      const graph = trace();
      this.#allocate(write);
      return graph;
    });
  }

  #read(inputs: Inputs, targets: Data): Pair {
    if (typeof this.#loss !== 'function') return readPair(this.#session, inputs, targets);
    const x = readInputs(this.#session, inputs);
    return { x, y: this.#readTargets(targets, x[0]!.shape[0]!), fromTable: false, unknown: [] };
  }

  /** Targets for a function of the caller's; of several outputs, which are one array, the mistake is to give a list. */
  #readTargets(targets: Data, rows: number): Rows {
    const count = this.#session.wiring.outputs.length;
    if (count === 1 || ArrayBuffer.isView(targets)) return toMatrix(targets, 'y');
    const list = oneOrMore('trainStep', 'y', targets);
    const isEach = list.length === count && count !== rows && list.every((one) => hasRows(one));
    if (!isEach) return toMatrix(targets, 'y');
    throw new ShapeError('trainStep: y is one array, not one for each output', {
      hint: 'give the targets of all outputs side by side, [n, a + b], and take them apart in the loss: ops.slice(y, [0, 0], [n, a])',
    });
  }

  #check(pair: Pair): Batch {
    if (typeof this.#loss === 'function') return { ...pair, accepts: {} };
    const data = datasetOf(this.#session, lossOf(this.#loss), pair);
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
    const { engine, network } = this.#session;
    if (this.#engine === engine) return;
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
    this.#engine = engine;
  }
}

/** Whether a value has rows of its own: as an entry of targets it is those of an output, and no row. */
function hasRows(value: unknown): boolean {
  return readGiven('y', () => {
    if (typeof value !== 'object' || value === null) return false;
    return Array.isArray(value) ? typeof value[0] === 'object' : !ArrayBuffer.isView(value);
  });
}

function notFinite(loss: number, faults: number, { name }: Optimizer, number: number): NumericError {
  const inside = faults === FAULTS.gradient ? 'a gradient is' : `a weight, or the state of ${name}, would be`;
  const what = Number.isFinite(loss) ? `${inside} not finite` : `the loss became ${loss}`;
  return new NumericError(what, {
    at: `step ${number}`,
    hint: 'lower the learning rate, scale the inputs, or set clipNorm',
  });
}
