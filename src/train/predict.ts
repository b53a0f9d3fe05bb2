import { DataError } from '../base/errors.ts';
import { Table } from '../data/table.ts';
import { fed } from '../ir/tensor.ts';
import { type Inputs, readInputs } from './dataset.ts';
import { forward } from './evaluate.ts';
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
  return predictRows(session, readInputs(session, inputs), link);
}

async function predictRows(session: Session, x: readonly Rows[], link: boolean): Promise<Values> {
  const rows = x[0]!.shape[0]!;
  const parts = await forward(session, { rows, x }, (batch) => program(session, batch, link));
  return new Values(asFloat32(parts['y0']!), [rows, ...session.network.outputShapes[0]!]);
}

/** Every output of a model with several. */
export async function predictAll(session: Session, inputs: Inputs): Promise<Values[]> {
  const x = readInputs(session, inputs);
  const rows = x[0]!.shape[0]!;
  const parts = await forward(session, { rows, x }, (batch) => program(session, batch, false));
  return session.network.outputShapes.map(
    (shape, i) => new Values(asFloat32(parts[`y${i}`]!), [rows, ...shape]),
  );
}

/** As {@link predictValues}, on the calling thread and in one step. */
export function predictSync(session: Session, inputs: Inputs): Values {
  const x = readInputs(session, inputs);
  const rows = x[0]!.shape[0]!;
  const { key, trace } = program(session, rows, false);
  const feeds = Object.fromEntries(x.map(({ data }, i) => [LEAVES.input(i), data]));
  const fetched = session.engine.runSync(session.engine.program(key, trace), 1, feeds);
  return new Values(asFloat32(fetched['y0']!), [rows, ...session.network.outputShapes[0]!]);
}

/** Probabilities (`link`) go through the loss that the model was trained with; else the output is as it is. */
function program(session: Session, batch: number, link: boolean) {
  const { network, loss } = session;
  return {
    key: `predict ${link ? (loss?.name ?? '') : ''} ${batch}`,
    trace: () => {
      const inputs = network.inputShapes.map((shape, i) => fed(LEAVES.input(i), [batch, ...shape]));
      const { outputs } = network.trace(inputs, false);
      const shown = outputs.map((y) => (link && loss !== undefined ? loss.prediction(y) : y));
      return { fetch: Object.fromEntries(shown.map((y, i) => [`y${i}`, y])), carry: [] };
    },
  };
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
  // The target may be there without being known yet: missing, or of a class that training never saw.
  const columns = prepare.groups.map(({ column }) => column);
  const { x } =
    rows instanceof Table ? prepare.transform(rows.select(columns)) : { x: prepare.transformRow(rows) };
  const values = await predictRows(session, readInputs(session, x), true);
  const width = values.data.length / values.shape[0]!;
  return Array.from({ length: values.shape[0]! }, (_, i) =>
    describe(session, values.data.subarray(i * width, (i + 1) * width)),
  );
}

function describe({ prepare, loss }: Session, row: Float32Array): RowPrediction {
  const classes = prepare!.classes;
  if (classes.length === 0) return { value: prepare!.inverseTarget(row)[0]! };
  // One output for two classes is the probability of the second.
  const each =
    row.length === 1 && classes.length === 2 && loss?.task === 'binary' ? [1 - row[0]!, row[0]!] : row;
  const best = each.indexOf(Math.max(...each));
  return {
    class: classes[best] ?? String(best),
    probabilities: Object.fromEntries(classes.map((name, i) => [name, each[i]!])),
  };
}
