import type { Mailbox } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { DataError, ShapeError } from '../base/errors.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { Table } from '../data/table.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { boundsOf } from '../loss/bounds.ts';
import { binaryCrossentropy, categoricalCrossentropy } from '../loss/index.ts';
import { sum } from '../ops/index.ts';
import { type Inputs, readInputsOfBuilt } from './dataset.ts';
import type { Compiled } from './engine.ts';
import { forward } from './evaluate.ts';
import { type Inlet, inletWith, pourInputs } from './inlet.ts';
import type { Rows } from './rows.ts';
import { asFloat32, type Session } from './session.ts';
import { LEAVES } from './step.ts';
import { Values } from './values.ts';

/** A prediction of a classifier for a row: the class by name, and what each class is given. */
export interface ClassPrediction {
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** A prediction of a regression for a row, in the units of the target column. */
export interface ValuePrediction {
  readonly value: number;
}

/** A row's prediction, by what the model was trained for. */
export type RowPrediction = ClassPrediction | ValuePrediction;

/** A row as users write it: values by column. */
export type RowObject = Readonly<Record<string, number | string | boolean | null | undefined>>;

/** Outputs of the model, one row for each row of the inputs; of the model's only output. */
export async function predictValues(session: Session, inputs: Inputs, link: boolean): Promise<Values> {
  return predictRows(session, readInputsOfBuilt(session, inputs), link ? 'linked' : 'output');
}

async function predictRows(session: Session, x: readonly Rows[], shown: Shown): Promise<Values> {
  const rows = x[0]!.shape[0]!;
  const parts = await forward(session, { rows, x }, (batch) => program(session, batch, shown));
  return new Values(asFloat32(parts['y0']!), [rows, ...session.network.outputShapes[0]!]);
}

/** Every output of a model with several. */
export async function predictAll(session: Session, inputs: Inputs): Promise<Values[]> {
  const x = readInputsOfBuilt(session, inputs);
  const rows = x[0]!.shape[0]!;
  const parts = await forward(session, { rows, x }, (batch) => program(session, batch, 'output'));
  return session.network.outputShapes.map(
    (shape, i) => new Values(asFloat32(parts[`y${i}`]!), [rows, ...shape]),
  );
}

/** What the last prediction on this thread ran, with all that is looked up for it. */
interface Bound {
  readonly program: Compiled;
  readonly mailbox: Mailbox;
  readonly x: readonly Inlet[];
  readonly y: NumberArray;
  readonly shape: Shape;
  /** Sums of the inputs where these are many; else they are checked as they are copied. */
  readonly sums: readonly NumberArray[];
}

/** Inputs of more numbers than this are summed by the program, which takes a tenth of the time of a look at each here. */
const MANY = 1 << 14;

const bounds = new WeakMap<Session, Bound>();

/** As {@link predictValues}, on the calling thread and in one step. */
export function predictSync(session: Session, inputs: Inputs): Values {
  let bound = bounds.get(session);
  if (bound === undefined || !bound.program.live || !pourInputs(bound.x, inputs)) {
    bound = bind(session, readInputsOfBuilt(session, inputs));
    bounds.set(session, bound);
  }
  bound.mailbox.step();
  // The long way says which number is not finite. Sums that are too large for float32 pass there.
  if (!bound.sums.every(([sum]) => Number.isFinite(sum))) readInputsOfBuilt(session, inputs);
  return new Values(new Float32Array(bound.y), bound.shape.slice());
}

function bind(session: Session, x: readonly Rows[]): Bound {
  const rows = x[0]!.shape[0]!;
  const many = x.some(({ data }) => data.length > MANY);
  const { key, trace } = program(session, rows, 'output', many);
  const compiled = session.engine.program(key, trace);
  const mailbox = compiled.runnable.mailbox();
  return {
    program: compiled,
    mailbox,
    x: x.map((one, i) => inletWith(mailbox.feeds[LEAVES.input(i)], one, { unchecked: many })),
    sums: many ? x.map((_, i) => mailbox.fetches[`sum${i}`]!) : [],
    y: mailbox.fetches['y0']!,
    shape: [rows, ...session.network.outputShapes[0]!],
  };
}

/** The output as it is, through the loss that the model was trained with, or as probabilities of classes. */
type Shown = 'output' | 'linked' | 'classes';

function program(session: Session, batch: number, shown: Shown, summed = false) {
  const { network, loss } = session;
  const show = (y: Tensor): Tensor => {
    if (shown === 'classes' && (loss === undefined || loss.task === 'values')) return classProbabilities(y);
    return shown === 'output' || loss === undefined ? y : loss.prediction(y);
  };
  return {
    key: `predict ${shown} ${shown === 'output' ? '' : (loss?.name ?? '')} ${batch}${summed ? ' summed' : ''}`,
    trace: () => {
      const inputs = network.inputShapes.map((shape, i) => fed(LEAVES.input(i), [batch, ...shape]));
      const { outputs } = network.trace(inputs, false);
      const sums = summed ? inputs.map((x, i) => [`sum${i}`, sum(x)] as const) : [];
      return {
        fetch: Object.fromEntries([...outputs.map((y, i) => [`y${i}`, show(y)] as const), ...sums]),
        carry: [],
      };
    },
  };
}

/** Probabilities of classes from an output that no loss of glia's explains: one of them already, or logits. */
function classProbabilities(output: Tensor): Tensor {
  const [low, high] = boundsOf(output);
  if (low >= 0 && high <= 1) return output;
  const loss = output.shape.at(-1) === 1 ? binaryCrossentropy() : categoricalCrossentropy();
  return loss.prediction(output);
}

/** Predictions for a table or for rows as users write them, with classes by name. */
export async function predictNamed(
  session: Session,
  rows: Table | readonly RowObject[],
): Promise<RowPrediction[]> {
  const { prepare } = session;
  if (prepare === undefined) {
    throw new DataError('the model has no preprocessing, so it takes numbers, not rows with names', {
      hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
    });
  }
  // `inputs`, since the target may be there without being known: missing, or of a class that training never saw.
  const x = rows instanceof Table ? prepare.inputs(rows) : prepare.transformRow(rows);
  const inputs = readInputsOfBuilt(session, x);
  const count = prepare.classes.length;
  const width = sizeOf(session.network.outputShapes[0]!);
  if (count > 0 && width !== count && !(count === 2 && width === 1)) {
    throw new ShapeError(`the model has ${width} outputs for ${count} classes`, {
      at: session.network.calls.at(-1)?.name,
      hint: 'end it with dense(prepare.classes.length)',
    });
  }
  const values = await predictRows(session, inputs, count > 0 ? 'classes' : 'linked');
  return Array.from({ length: values.shape[0]! }, (_, i) =>
    describe(session, values.data.subarray(i * width, (i + 1) * width)),
  );
}

function describe({ prepare }: Session, row: Float32Array): RowPrediction {
  const classes = prepare!.classes;
  if (classes.length === 0) return { value: prepare!.inverseTarget(row)[0]! };
  // One output for two classes is the probability of the second.
  const each = row.length === 1 && classes.length === 2 ? [1 - row[0]!, row[0]!] : row;
  const best = each.indexOf(Math.max(...each));
  return {
    class: classes[best] ?? String(best),
    probabilities: Object.fromEntries(classes.map((name, i) => [name, each[i]!])),
  };
}
