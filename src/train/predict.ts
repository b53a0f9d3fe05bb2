import type { Mailbox } from '../backend/backend.ts';
import { isA, readGiven } from '../base/check.ts';
import type { NumberArray } from '../base/dtype.ts';
import { DataError, NumericError, OptionError, ShapeError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { type Shape, showShape, sizeOf } from '../base/shape.ts';
import { Table } from '../data/table.ts';
import type { UnknownCells } from '../data/unknown.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { sum } from '../ops/index.ts';
import { type Inputs, readInputsOfBuilt } from './dataset.ts';
import type { Compiled } from './engine.ts';
import { forward, type Pass } from './evaluate.ts';
import { type Inlet, inletWith, pourInputs } from './inlet.ts';
import { checkLinks, type LinkName, ResponseScale, withLink } from './response.ts';
import type { Rows } from './rows.ts';
import { asFloat32, type Session } from './session.ts';
import { LEAVES } from './step.ts';
import { Values } from './values.ts';

/** What is said of a row besides its prediction. */
export interface Unknown {
  /** Its cells with a category that training never saw, by column; they count as no category. Only where there are some. */
  readonly unknown?: Readonly<Record<string, string>>;
}

/** A prediction of a classifier for a row: the class by name, and what each class is given. */
export interface ClassPrediction extends Unknown {
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A prediction of a regression for a row, in the units of the target column. */
export interface ValuePrediction extends Unknown {
  readonly value: number;
}

/** A row's prediction, by what the model was trained for. */
export type RowPrediction = ClassPrediction | ValuePrediction;

/** What a model puts out for arrays: the numbers of its output, or those of each in their order where it has several. */
export type Outputs = Values | Values[];

/** What a model says of named rows: `One` of each, or all outputs as they are where it has several. */
export type Named<Out extends Outputs, One> = Out extends Values ? One : Values[];

/** A row as users write it: values by column. */
export type RowObject = Readonly<Record<string, number | string | boolean | null | undefined>>;

/** Options of `predictProbabilities`. */
export interface ProbabilityOptions {
  /**
   * How outputs become probabilities, where neither the model nor its training says: for every output, or a list with
   * one for each.
   */
  readonly link?: LinkName | readonly LinkName[];
}

/** Every output as the network gives it, in their order. */
export async function predictValues(session: Session, inputs: Inputs): Promise<Values[]> {
  return run(session, readInputsOfBuilt(session, inputs), { key: 'output', trace: (y) => y });
}

/**
 * Every output as probabilities, in their order.
 *
 * @throws {OptionError} where nothing says how an output becomes probabilities.
 * @throws {NumericError} for an output that is not finite, naming its row.
 */
export async function predictProbabilities(
  session: Session,
  inputs: Inputs,
  given: ProbabilityOptions = {},
): Promise<Values[]> {
  const where = 'predictProbabilities';
  const { link } = checkOptions(where, given, ['link']);
  const x = readInputsOfBuilt(session, inputs);
  const links = link === undefined ? undefined : checkLinks(where, link, session.network.outputShapes.length);
  const response = new ResponseScale(session);
  const trace = (y: Tensor, i: number): Tensor =>
    links === undefined
      ? (response.probabilities(y) ?? noProbabilities(session, response, y, i))
      : withLink(where, y, links[i]!);
  return run(session, x, { key: `${where} ${links ?? response.key}`, trace, finite: where });
}

function noProbabilities({ network, loss }: Session, response: ResponseScale, y: Tensor, i: number): never {
  const facts = { at: y.path || undefined, output: showShape(y.shape.slice(1)), loss: loss?.name };
  if (response.unit !== undefined) {
    throw new OptionError(
      `predictProbabilities: the model gives values of ${response.unit}, not probabilities`,
      {
        ...facts,
        hint: 'predict of a table or of rows gives them in its units',
      },
    );
  }
  const which = network.outputShapes.length > 1 ? `output ${i}` : 'the output';
  throw new OptionError(`predictProbabilities: nothing says how ${which} becomes probabilities`, {
    ...facts,
    hint: "say it, predictProbabilities(x, { link: 'softmax' }), or end the model with a softmax or sigmoid: losses see the logits below",
  });
}

/** What is shown of the outputs, and what stands for it among the programs of the model. */
interface Shown {
  readonly key: string;
  readonly trace: (output: Tensor, i: number) => Tensor;
  /** Who refuses outputs that are not finite. */
  readonly finite?: string;
}

async function run(session: Session, x: readonly Rows[], shown: Shown): Promise<Values[]> {
  const rows = x[0]!.shape[0]!;
  const parts = await forward(session, { rows, x }, passOf(session, shown));
  return session.network.outputShapes.map((shape, i) => {
    const values = new Values(asFloat32(parts[`y${i}`]!), [rows, ...shape]);
    const { finite } = shown;
    // What they were made of, since a probability of an infinite logit may look like any other.
    if (finite !== undefined)
      checkFinite(finite, session, new Values(asFloat32(parts[`raw${i}`] ?? values.data), values.shape));
    return values;
  });
}

/**
 * Refuses outputs that are not finite: they are no class, no probability and no value.
 *
 * @throws {NumericError} naming the first row.
 */
export function checkFinite(where: string, { network }: Session, { data, shape }: Values): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const width = Math.max(1, sizeOf(shape.slice(1)));
  throw new NumericError(`${where}: the model gives ${data[at]} for row ${Math.floor(at / width)}`, {
    at: network.calls.at(-1)?.name,
    row: Math.floor(at / width),
    output: width > 1 ? at % width : undefined,
    hint: 'numbers of this row may lie far from those of training; if other rows fail too, look for NaN in model.weights()',
  });
}

/** What the last prediction on this thread ran, with all that is looked up for it. */
interface Bound {
  readonly program: Compiled;
  readonly mailbox: Mailbox;
  readonly x: readonly Inlet[];
  readonly y: readonly NumberArray[];
  readonly shapes: readonly Shape[];
  /** Sums of the inputs where these are many; else they are checked as they are copied. */
  readonly sums: readonly NumberArray[];
}

/** Inputs of more numbers than this are summed by the program, which takes a tenth of the time of a look at each here. */
const MANY = 1 << 14;

/** The last prediction of a model, and the last of each number of rows. */
interface Bounds {
  last: Bound;
  readonly ofRows: Map<number, Bound>;
}

/** Numbers of rows that are remembered of a model. */
const MOST_BOUND = 256;

const bounds = new WeakMap<Session, Bounds>();

/** As {@link predictValues}, on the calling thread and in one step. */
export function predictSync(session: Session, inputs: Inputs): Values[] {
  if (session.isBuilt) session.engine.checkIdle('predictSync');
  const known = bounds.get(session);
  const bound = known !== undefined && takes(known.last, inputs) ? known.last : find(session, inputs, known);
  bound.mailbox.step();
  // The long way says which number is not finite. Sums that are too large for float32 pass there.
  if (!bound.sums.every(([sum]) => Number.isFinite(sum))) readInputsOfBuilt(session, inputs);
  const { y, shapes } = bound;
  return y.map((numbers, i) => new Values(new Float32Array(numbers), shapes[i]!.slice()));
}

function takes({ program, x }: Bound, inputs: Inputs): boolean {
  return program.live && pourInputs(x, inputs);
}

/** What takes inputs that the last prediction does not fit. */
function find(session: Session, inputs: Inputs, known: Bounds | undefined): Bound {
  const earlier = known?.ofRows.get(readGiven('x', () => rowsIn(session, inputs), DataError));
  if (known !== undefined && earlier !== undefined && takes(earlier, inputs)) {
    known.last = earlier;
    return earlier;
  }
  const x = readInputsOfBuilt(session, inputs);
  const last = bind(session, x);
  const ofRows = known?.ofRows ?? new Map<number, Bound>();
  // Those whose programs have made room hold memory for nothing.
  for (const [rows, { program }] of ofRows)
    if (!program.live || ofRows.size > MOST_BOUND) ofRows.delete(rows);
  ofRows.set(x[0]!.shape[0]!, last);
  bounds.set(session, { last, ofRows });
  return last;
}

/** How many rows there seem to be; whether there are, is seen when they are copied. */
function rowsIn({ wiring }: Session, inputs: Inputs): number {
  const first: unknown = wiring.inputs.length > 1 && Array.isArray(inputs) ? inputs[0] : inputs;
  if (Array.isArray(first)) return first.length;
  const shape = typeof first === 'object' && first !== null && 'shape' in first ? first.shape : undefined;
  return Array.isArray(shape) ? Number(shape[0]) : 0;
}

function bind(session: Session, x: readonly Rows[]): Bound {
  const rows = x[0]!.shape[0]!;
  const many = x.some(({ data }) => data.length > MANY);
  const shown: Shown = { key: 'output', trace: (y) => y };
  const { key, trace } = passOf(session, shown, many);
  const { program, rows: size } = session.engine.sized(key, rows, trace, passOf(session, shown).trace);
  const mailbox = program.runnable.mailbox();
  // Of rows that are added nothing is left of an earlier call, since they are summed as well.
  const own = (array: NumberArray): NumberArray => array.subarray(0, (array.length / size) * rows);
  return {
    program,
    mailbox,
    x: x.map((one, i) => {
      const feed = mailbox.feeds[LEAVES.input(i)];
      if (size > rows) feed?.fill(0);
      return inletWith(feed && own(feed), one, { unchecked: many });
    }),
    sums: many ? x.map((_, i) => mailbox.fetches[`sum${i}`]!) : [],
    y: session.network.outputShapes.map((_, i) => own(mailbox.fetches[`y${i}`]!)),
    shapes: session.network.outputShapes.map((shape) => [rows, ...shape]),
  };
}

function passOf(session: Session, { key, trace, finite }: Shown, summed = false): Pass {
  const { network } = session;
  return {
    key: `predict ${key}${summed ? ' summed' : ''}`,
    trace: (batch) => {
      const inputs = network.inputShapes.map((shape, i) => fed(LEAVES.input(i), [batch, ...shape]));
      const { outputs } = network.trace(inputs, false);
      const shown = outputs.map(trace);
      const raw = outputs.map((y, i) => [`raw${i}`, y] as const).filter(([, y], i) => y !== shown[i]);
      const sums = summed ? inputs.map((x, i) => [`sum${i}`, sum(x)] as const) : [];
      return {
        fetch: Object.fromEntries([
          ...shown.map((y, i) => [`y${i}`, y] as const),
          ...(finite === undefined ? [] : raw),
          ...sums,
        ]),
        carry: [],
      };
    },
  };
}

/**
 * Predictions for a table or for rows as users write them: classes by name, or values in the units of the target. A
 * model with several outputs gives them as they are, since the preprocessing does not say which one is its target.
 *
 * @throws {NumericError} for an output that is not finite, naming its row.
 */
export async function predictNamed(
  session: Session,
  rows: Table | readonly RowObject[],
): Promise<RowPrediction[] | Values[]> {
  const { prepare } = session;
  if (prepare === undefined) {
    throw new DataError('the model has no preprocessing, so it takes numbers, not rows with names', {
      hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
    });
  }
  // `inputs`, since the target may be there without being known: missing, or of a class that training never saw.
  const x = isA(rows, Table) ? prepare.inputs(rows) : prepare.transformRow(rows);
  const inputs = readInputsOfBuilt(session, x);
  if (session.network.outputShapes.length > 1) return predictValues(session, x);
  const response = new ResponseScale(session);
  checkTarget(session, response);
  const key = `predict named ${response.key}`;
  const [values] = await run(session, inputs, { key, trace: (y) => response.trace(y), finite: 'predict' });
  const { data, shape } = response.inUnits(values!);
  const width = data.length / shape[0]!;
  const { classes } = response;
  const unknown = unknownByRow(x.unknown);
  return Array.from({ length: shape[0]! }, (_, i) => ({
    ...(classes.length === 0
      ? { value: data[i]! }
      : classOf(classes, data.subarray(i * width, (i + 1) * width))),
    ...(unknown.has(i) && { unknown: Object.fromEntries(unknown.get(i)!) }),
  }));
}

function unknownByRow(unknown: readonly UnknownCells[]): ReadonlyMap<number, [string, string][]> {
  const byRow = new Map<number, [string, string][]>();
  for (const { column, rows, values } of unknown) {
    for (const [i, row] of rows.entries()) {
      const cells = byRow.get(row) ?? [];
      cells.push([column, values[i]!]);
      byRow.set(row, cells);
    }
  }
  return byRow;
}

/** Refuses a model whose output is not what its preprocessing has as target. */
function checkTarget({ network, prepare }: Session, { classes, unit }: ResponseScale): void {
  if (classes.length > 0 || unit !== undefined) return;
  const width = sizeOf(network.outputShapes[0]!);
  const { target, classes: names } = prepare!;
  const at = network.calls.at(-1)?.name;
  if (target === undefined) {
    throw new DataError('predict: the preprocessing has no target, so the outputs have no names', {
      at,
      hint: 'columns({ …, target: { of } }), or model.predict(prepare.transformRow(rows)) for numbers',
    });
  }
  const wanted = names.length > 0 ? `${names.length} classes` : `one value of "${target.column}"`;
  throw new ShapeError(`the model has ${width} outputs for ${wanted}`, {
    at,
    hint: names.length > 0 ? 'end it with dense(prepare.classes.length)' : 'end it with dense(1)',
  });
}

function classOf(classes: readonly string[], row: ArrayLike<number>): ClassPrediction {
  // One output for two classes is the probability of the second.
  const each = row.length === 1 ? [1 - row[0]!, row[0]!] : Array.from(row);
  const best = each.reduce((most, p, i) => (p > each[most]! ? i : most), 0);
  return {
    class: classes[best]!,
    probabilities: Object.fromEntries(classes.map((name, i) => [name, each[i]!])),
  };
}
