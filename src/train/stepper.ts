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
import { areOrdinary, isBounded } from '../optim/ordinary.ts';
import { builtFor, datasetOf, type Inputs, type Pair, readInputs, readPair } from './dataset.ts';
import { type Compiled, type Engine, pick } from './engine.ts';
import { type Accepts, type Inlet, inletWith, pourInputs } from './inlet.ts';
import type { Rows } from './rows.ts';
import { type OutputsLoss, scalarLoss } from './scalar-loss.ts';
import { type ScalarPorts, Scalars } from './scalars.ts';
import type { Session } from './session.ts';
import { FAULTS, LEAVES, optimizerSlots, type StepSpec, traceStep } from './step.ts';

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

/** How much a step looks at before it is applied. */
type Guard = NonNullable<StepSpec['guard']>;

/** The program that the last step on this thread ran, with all that is looked up for it. */
interface Bound {
  readonly guard: Guard;
  readonly program: Compiled;
  readonly mailbox: Mailbox;
  readonly x: readonly Inlet[];
  readonly y: Inlet;
  readonly accepts: Accepts;
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
  /** The outcome is looked at as soon as one step was applied that was not ordinary: its state may be of any size. */
  #guard: Guard;
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
    this.#guard = isBounded(this.#optimizer) ? 'ordinary' : 'outcome';
  }

  /** A step when all earlier calls on the model are done. */
  async step(inputs: Inputs, targets: Data): Promise<{ loss: number }> {
    const session = this.#session;
    const later = (work: () => void) => void session.engine.exclusive(work);
    // Compiled here, so that what cannot be is refused at once.
    const batch = this.#prepare(inputs, targets, (read) => void this.#program(read, this.#guard, later));
    const feeds: Record<string, NumberArray> = { y: batch.y.data, step: new Int32Array(1) };
    for (const leaf of this.#scalars.leaves) feeds[leaf] = new Float32Array(1);
    batch.x.forEach(({ data }, i) => {
      feeds[LEAVES.input(i)] = data;
    });
    return session.engine.exclusive(async () => {
      // Not before its turn: a step that failed meanwhile does not count.
      const ports = this.#scalars.portsIn(feeds);
      this.#scalars.write(ports, this.#taken, 0);
      feeds['step']![0] = session.steps;
      const take = async (guard: Guard) => {
        const { runnable, feeds: names } = this.#program(batch, guard, (work) => work());
        const { loss, faults } = await runnable.run(1, pick(feeds, names));
        return { guard, loss: loss![0]!, faults: faults![0]! };
      };
      const first = await take(this.#guardFor(ports));
      return this.#finish(Number.isNaN(first.faults) ? await take('outcome') : first);
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
    this.#feed(bound);
    const guard = this.#guardFor(bound.scalars);
    if (bound.guard !== guard) bound = this.#rebind(bound, guard);
    bound.mailbox.step();
    if (Number.isNaN(bound.faults[0])) {
      bound = this.#rebind(bound, 'outcome');
      bound.mailbox.step();
    }
    return this.#finish({ guard: bound.guard, loss: bound.loss[0]!, faults: bound.faults[0]! });
  }

  /** Writes what is another number in each step. */
  #feed({ scalars, number }: Bound): void {
    this.#scalars.write(scalars, this.#taken, 0);
    if (number !== undefined) number[0] = this.#session.steps;
  }

  #guardFor({ arrays }: ScalarPorts): Guard {
    return areOrdinary(arrays) ? this.#guard : 'outcome';
  }

  /** Counts a step that was applied; another one left everything as it was. */
  #finish({ guard, loss, faults }: { guard: Guard; loss: number; faults: number }): { loss: number } {
    if (faults !== 0) throw notFinite(loss, faults, this.#optimizer, this.#taken + 1);
    this.#session.steps++;
    // What the model was last trained with, as after `fit`; that of several outputs is none that `evaluate` could take.
    if (this.#session.wiring.outputs.length === 1) this.#session.loss = this.#trainedWith;
    this.#taken++;
    this.#guard = guard;
    return { loss };
  }

  /** Reads a batch the long way, finds its program and leaves the batch in its mailbox. */
  #bind(inputs: Inputs, targets: Data): Bound {
    const session = this.#session;
    if (session.isBuilt) session.engine.checkIdle('trainStep.sync');
    let program: Compiled | undefined;
    const batch = this.#prepare(inputs, targets, (read) => {
      program = this.#program(read, this.#guard, (work) => work());
    });
    this.#bound = this.#boundTo(program!, this.#guard, batch);
    return this.#bound;
  }

  /** The same batch in the mailbox of another program. */
  #rebind({ x, y, accepts }: Bound, guard: Guard): Bound {
    const batch = { x: x.map(({ rows }) => rows), y: y.rows, accepts };
    this.#bound = this.#boundTo(
      this.#program(batch, guard, (work) => work()),
      guard,
      batch,
    );
    this.#feed(this.#bound);
    return this.#bound;
  }

  #boundTo(program: Compiled, guard: Guard, { x, y, accepts }: Batch): Bound {
    const mailbox = program.runnable.mailbox();
    const { feeds, fetches } = mailbox;
    return {
      guard,
      program,
      mailbox,
      x: x.map((rows, i) => inletWith(feeds[LEAVES.input(i)], rows)),
      y: inletWith(feeds['y'], y, accepts),
      accepts,
      scalars: this.#scalars.portsIn(feeds),
      number: feeds['step'],
      loss: fetches['loss']!,
      faults: fetches['faults']!,
    };
  }

  /** Checks a batch and has its program found; only then is a model built that was not. */
  #prepare(inputs: Inputs, targets: Data, find: (batch: Batch) => void): Batch {
    const pair = this.#read(inputs, targets);
    return builtFor(this.#session, pair.x, () => {
      const batch = this.#check(pair);
      find(batch);
      return batch;
    });
  }

  /** The program for a batch. `write` runs what must wait for earlier calls on the storage. */
  #program({ x, y }: Batch, guard: Guard, write: (work: () => void) => void): Compiled {
    const batch = x[0]!.shape[0]!;
    const integer = y.data instanceof Int32Array;
    const key = `${this.#key}${batch} ${integer} ${y.shape.join('x')} ${guard}`;
    const { engine, network } = this.#session;
    const trace = () => {
      const target = fed('y', y.shape, integer ? 'i32' : 'f32');
      return traceStep({
        network,
        optimizer: this.#optimizer,
        owner: this.#key,
        batch,
        guard,
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
