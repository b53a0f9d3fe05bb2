import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/index.ts';
import type { Room } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import type { Loss } from '../loss/index.ts';
import type { Network } from '../nn/index.ts';
import type { Rows } from './rows.ts';
import type { Session } from './session.ts';
import { readTargets, type Targets } from './targets.ts';

/** Inputs, targets and weights, checked against the model. */
export interface Dataset extends Targets {
  readonly rows: number;
  readonly x: readonly Rows[];
  /** Weight of each row, `[rows]`. */
  readonly weight: Rows | undefined;
}

/** What a model is fed: one input, or one for each input of a functional model. */
export type Inputs = Data | readonly Data[];

/** Inputs as rows of the width that the model was built for; a model that is not built is built for theirs. */
export function readInputs(session: Session, inputs: Inputs): readonly Rows[] {
  return buildFor(session, asRows(asList(session, inputs)));
}

/**
 * Inputs of a model that knows its width. It is not taken from rows to be predicted: the first of them, if mistaken,
 * would fix it.
 *
 * @throws {GliaError} when the model does not know the shape of its input yet.
 */
export function readInputsOfBuilt(session: Session, inputs: Inputs): readonly Rows[] {
  return checkWidths(session.network, asRows(asList(session, inputs)));
}

function buildFor(session: Session, x: readonly Rows[]): readonly Rows[] {
  session.build(x.map(({ shape }) => shape.slice(1)));
  return checkWidths(session.network, x);
}

function asRows(x: readonly Rows[]): readonly Rows[] {
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
  return x.map(({ data, shape }) => ({ data: asFloats(data), shape }));
}

function checkWidths({ inputShapes, calls }: Network, x: readonly Rows[]): readonly Rows[] {
  inputShapes.forEach((wanted, i) => {
    const { shape } = x[i]!;
    if (sameShape(shape.slice(1), wanted)) return;
    throw new ShapeError('x does not have the width that the model was built for', {
      at: calls[0]?.name,
      x: showShape(shape),
      wanted: `[n, ${wanted.join(', ')}]`,
      hint: 'each row needs as many numbers as the first layer has inputs',
    });
  });
  return x;
}

function asList(session: Session, inputs: Inputs, room?: Room): Rows[] {
  const count = session.wiring.inputs.length;
  if (count === 1) return [toMatrix(inputs as Data, 'x', room)];
  if (!Array.isArray(inputs) || inputs.length !== count) {
    throw new ShapeError(`the model takes ${count} inputs`, { hint: `give an array of ${count}` });
  }
  return inputs.map((one, i) => toMatrix(one as Data, `x[${i}]`, room));
}

/** Inputs and targets of a table by the model's preprocessing, or as they are; `room` is for the inputs. */
export function readDataset(
  session: Session,
  loss: Loss,
  inputs: Inputs | Table,
  targets: Data | undefined,
  room?: Room,
): Dataset {
  const { x, y } =
    inputs instanceof Table ? ofTable(session, inputs, targets) : ofArrays(session, inputs, targets, room);
  // Before the model is built, so that a mistaken call leaves no trace.
  const rows = x[0]!.shape[0]!;
  if (y.shape[0] !== rows) {
    throw new ShapeError(`x has ${rows} rows, y has ${y.shape[0] ?? 'none'}`, {
      x: showShape(x[0]!.shape),
      y: showShape(y.shape),
    });
  }
  buildFor(session, x);
  return { rows, x, weight: undefined, ...readTargets(session.network, loss, y, inputs instanceof Table) };
}

type Pair = { readonly x: readonly Rows[]; readonly y: Rows };

function ofTable(session: Session, table: Table, targets: Data | undefined): Pair {
  if (targets !== undefined) throw new OptionError('a table brings its own targets', { hint: 'leave y out' });
  if (session.prepare === undefined) {
    throw new OptionError('the model has no preprocessing, so it cannot take a table', {
      hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
    });
  }
  if (table.rows === 0) throw new DataError('the table has no rows');
  const { x, y } = session.prepare.transform(table);
  if (y === undefined) throw new DataError('the table does not have the target column');
  return { x: asRows([x]), y };
}

function ofArrays(session: Session, inputs: Inputs, targets: Data | undefined, room?: Room): Pair {
  if (targets === undefined) {
    throw new OptionError('y is missing', { hint: 'fit(x, y, options), or fit(table, options)' });
  }
  return { x: asRows(asList(session, inputs, room)), y: toMatrix(targets, 'y') };
}

function asFloats(data: Rows['data']): Float32Array {
  return data instanceof Float32Array ? data : new Float32Array(data);
}
