import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { type Shape, sameShape, showShape } from '../base/shape.ts';
import { type Data, toLabels, toMatrix } from '../data/index.ts';
import { Table } from '../data/table.ts';
import type { Loss, TargetSpec } from '../loss/index.ts';
import type { Rows } from './rows.ts';
import type { Session } from './session.ts';

/** Inputs, targets and weights, checked against the model. */
export interface Dataset {
  readonly rows: number;
  readonly x: readonly Rows[];
  readonly y: Rows;
  /** Targets are class indices. */
  readonly labels: boolean;
  readonly classes: number | undefined;
  /** A label that leaves its row out. */
  readonly ignoreIndex: number | undefined;
  /** Weight of each row, `[rows]`. */
  readonly weight: Rows | undefined;
}

/** What a model is fed: one input, or one for each input of a functional model. */
export type Inputs = Data | readonly Data[];

/** Inputs as rows; builds the model for their shapes if it is not built. */
export function readInputs(session: Session, inputs: Inputs | Table): readonly Rows[] {
  const x = inputs instanceof Table ? [prepared(session).inputs(inputs)] : asList(session, inputs);
  const first = x[0]!.shape[0];
  x.forEach((one, i) => {
    if (one.shape.length === 0 || one.shape[0] === 0)
      throw new DataError('x has no rows', { shape: showShape(one.shape) });
    if (one.shape[0] !== first) {
      throw new ShapeError(`inputs differ in rows: ${first} and ${one.shape[0]}`, { at: `x[${i}]` });
    }
    if (one.shape.length === 1) {
      throw new ShapeError('x must have an axis of features', {
        x: showShape(one.shape),
        hint: `for one feature a row, give a column [${first}, 1]; for one row, [[…]]`,
      });
    }
  });
  session.build(x.map(({ shape }) => shape.slice(1)));
  for (const [i, wanted] of session.network.inputShapes.entries()) checkWidth(session, x[i]!.shape, wanted);
  return x.map(({ data, shape }) => ({ data: asFloats(data), shape }));
}

function checkWidth(session: Session, shape: Shape, wanted: Shape): void {
  if (sameShape(shape.slice(1), wanted)) return;
  throw new ShapeError('x does not have the width that the model was built for', {
    at: session.network.calls[0]?.name,
    x: showShape(shape),
    wanted: `[n, ${wanted.join(', ')}]`,
    hint: 'each row needs as many numbers as the first layer has inputs',
  });
}

function asList(session: Session, inputs: Inputs): Rows[] {
  const count = session.wiring.inputs.length;
  if (count === 1) return [toMatrix(inputs as Data, 'x')];
  if (!Array.isArray(inputs) || inputs.length !== count) {
    throw new ShapeError(`the model takes ${count} inputs`, { hint: `give an array of ${count}` });
  }
  return inputs.map((one, i) => toMatrix(one as Data, `x[${i}]`));
}

/** Inputs and targets of a table by the model's preprocessing, or as they are. */
export function readDataset(
  session: Session,
  loss: Loss,
  inputs: Inputs | Table,
  targets: Data | undefined,
): Dataset {
  if (inputs instanceof Table) {
    if (targets !== undefined)
      throw new OptionError('a table brings its own targets', { hint: 'leave y out' });
    if (inputs.rows === 0) throw new DataError('the table has no rows');
    const { x: features, y } = prepared(session).transform(inputs);
    if (y === undefined) throw new DataError('the table does not have the target column');
    const x = readInputs(session, features);
    return complete(session, loss, x, loss.task === 'binary' ? asColumn(y) : y);
  }
  if (targets === undefined)
    throw new OptionError('y is missing', { hint: 'fit(x, y, options), or fit(table, options)' });
  return complete(session, loss, readInputs(session, inputs), targets);
}

/** Labels of two classes as the probabilities that a single output is compared with. */
function asColumn({ data, shape }: Rows): Rows {
  return data instanceof Int32Array && shape.length === 1
    ? { data: new Float32Array(data), shape: [shape[0]!, 1] }
    : { data, shape };
}

function prepared(session: Session) {
  if (session.prepare === undefined) {
    throw new OptionError('the model has no preprocessing, so it cannot take a table', {
      hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
    });
  }
  return session.prepare;
}

function complete(session: Session, loss: Loss, x: readonly Rows[], targets: Data): Dataset {
  const rows = x[0]!.shape[0]!;
  const outputs = session.network.outputShapes;
  if (outputs.length !== 1) {
    throw new OptionError(`fit and evaluate need a model with one output, this has ${outputs.length}`, {
      hint: 'trainStep takes a loss of several outputs',
    });
  }
  const output = [rows, ...outputs[0]!];
  const came = toMatrix(targets, 'y');
  if (came.shape[0] !== rows) {
    throw new ShapeError(`x has ${rows} rows, y has ${came.shape[0] ?? 'none'}`, {
      x: showShape(x[0]!.shape),
      y: showShape(came.shape),
    });
  }
  const specs = loss.targets(output);
  const spec = specs.find((one) => sameShape(one.shape, came.shape));
  if (spec === undefined && specs.length > 0) refuse(session, loss, output, came.shape, specs);
  const base = { rows, x, weight: undefined, ignoreIndex: spec?.ignoreIndex };
  if (spec?.kind === 'labels')
    return { ...base, ...readLabels(came, spec), labels: true, classes: spec.classes };
  const asGiven = spec === undefined && came.data instanceof Int32Array;
  const y = asGiven ? came : { data: asFloats(came.data), shape: came.shape };
  return { ...base, y, labels: false, classes: loss.task === 'classes' ? output.at(-1) : undefined };
}

function readLabels({ data, shape }: Rows, { classes, ignoreIndex }: TargetSpec): { y: Rows } {
  if (ignoreIndex === undefined) return { y: { data: toLabels({ data, shape }, classes), shape } };
  // Ignored rows may hold a label outside of the classes, so that only the others are checked.
  const counted = Array.from(data, (label) => (label === ignoreIndex ? 0 : label));
  const labels = toLabels({ data: counted, shape }, classes);
  return { y: { data: labels.map((label, i) => (data[i] === ignoreIndex ? ignoreIndex : label)), shape } };
}

function refuse(
  session: Session,
  loss: Loss,
  output: Shape,
  came: Shape,
  specs: readonly TargetSpec[],
): never {
  const column = output.length === 2 && output[1] === 1 && came.length === 1;
  const flat = specs.some(({ kind }) => kind === 'labels') && came.length === 2 && came[1] === 1;
  throw new ShapeError(`${loss.name}: targets do not fit the output`, {
    at: session.network.calls.at(-1)?.name,
    output: showShape(output),
    y: showShape(came),
    wanted: specs.map(({ kind, shape }) => `${showShape(shape)} ${kind}`).join(' or '),
    hint: column
      ? 'give a column: y.map((value) => [value])'
      : flat
        ? 'give labels as [n], not as a column'
        : 'a loss never broadcasts',
  });
}

function asFloats(data: Rows['data']): Float32Array {
  return data instanceof Float32Array ? data : new Float32Array(data);
}
