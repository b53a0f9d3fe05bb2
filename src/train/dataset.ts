import { checkList, isA, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { atOnce, type Pieces } from '../base/pieces.ts';
import { type Shape, sameShape, showShape, sizeOf } from '../base/shape.ts';
import { type Data, toMatrix } from '../data/index.ts';
import { checkInPieces, copyInPieces, type Room } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import type { UnknownCells } from '../data/unknown.ts';
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
  /** Cells of a table with categories that the preprocessing does not know. */
  readonly unknown: readonly UnknownCells[];
}

/** What a model is fed: one input, or one for each input of a functional model. */
export type Inputs = Data | readonly Data[];

/** Inputs as rows, not yet compared with the width of the model. */
export function readInputs(session: Session, inputs: Inputs): readonly Rows[] {
  return asRows(session, asList(session, inputs));
}

/**
 * What `work` makes of a model that knows the width of these inputs. One that did not know it is built for them, unless
 * `work` throws: a call that is refused must not fix it.
 *
 * @throws {ShapeError} when the model was built for another width; and what `work` throws.
 */
export function builtFor<T>(session: Session, x: readonly Rows[], work: () => T): T {
  return session.buildFor(
    x.map(({ shape }) => shape.slice(1)),
    () => {
      checkWidths(session.network, x);
      return work();
    },
  );
}

/**
 * Inputs of a model that knows its width. It is not taken from rows to be predicted: the first of them, if mistaken,
 * would fix it.
 *
 * @throws {GliaError} when the model does not know the shape of its input yet.
 */
export function readInputsOfBuilt(session: Session, inputs: Inputs): readonly Rows[] {
  return checkWidths(session.network, asRows(session, asList(session, inputs)));
}

/** Shapes of a row of each input, as far as they are known. */
function inputShapesOf(session: Session): readonly (Shape | undefined)[] {
  return session.isBuilt ? session.network.inputShapes : session.wiring.inputs;
}

function asRows(session: Session, x: readonly Rows[]): readonly Rows[] {
  const first = x[0]!.shape[0] ?? 0;
  x.forEach((one, i) => {
    if (one.shape.length === 0 || one.shape[0] === 0)
      throw new DataError('x has no rows', { shape: showShape(one.shape) });
    if (one.shape[0] !== first) {
      throw new ShapeError(`inputs differ in rows: ${first} and ${one.shape[0]}`, { at: `x[${i}]` });
    }
    if (one.shape.length === 1) {
      throw new ShapeError('x must have an axis of features', {
        x: showShape(one.shape),
        hint: hintForFlat(i, x.length, first, inputShapesOf(session)[i]),
      });
    }
  });
  return x.map(({ data, shape }) => ({ data: asFloats(data), shape }));
}

/** What to write instead of numbers without rows. */
function hintForFlat(i: number, inputs: number, length: number, row: Shape | undefined): string {
  const name = inputs === 1 ? 'x' : `x[${i}]`;
  const width = row === undefined ? 0 : sizeOf(row);
  const fits = row !== undefined && width > 0 && length % width === 0;
  const shape = fits ? showShape([length / width, ...row]) : '[rows, features]';
  const one = `for one feature a row, give a column [${length}, 1]; for one row, [[…]]`;
  return `${one}; with all rows in one flat array, give { data: ${name}, shape: ${shape} }`;
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

function asList(session: Session, inputs: Inputs): Rows[] {
  return listOf(session, inputs).map(({ data, name }) => toMatrix(data, name));
}

/** Each input with its name in errors. */
function listOf(session: Session, inputs: Inputs): { data: Data; name: string }[] {
  const count = session.wiring.inputs.length;
  if (count === 1) return [{ data: inputs as Data, name: 'x' }];
  const isList = readGiven('x', () => Array.isArray(inputs));
  const list = (isList ? checkList('model', 'x', inputs) : []) as Data[];
  if (list.length === count) return list.map((data, i) => ({ data, name: `x[${i}]` }));
  const shapes = inputShapesOf(session).map((shape, i) => {
    return `x${i} ${shape === undefined ? '[n, …]' : `[n, ${shape.join(', ')}]`}`;
  });
  throw new ShapeError(`the model takes ${count} inputs`, {
    got: isList ? `an array of ${list.length}` : describe(inputs),
    hint: `give an array of ${count} in the order of its inputs: [${shapes.join(', ')}]`,
  });
}

/**
 * Refuses a model with several outputs, before any data is looked at.
 *
 * @throws {OptionError} saying how such a model is trained.
 */
function checkOneOutput({ wiring }: Session): void {
  const count = wiring.outputs.length;
  if (count === 1) return;
  const names = wiring.outputs.map((_, i) => `y${i}`).join(', ');
  const inputs = wiring.inputs.map((_, i) => `x${i}`).join(', ');
  const x = wiring.inputs.length === 1 ? inputs : `[${inputs}]`;
  throw new OptionError(`fit and evaluate need a model with one output, this has ${count}`, {
    hint:
      `const step = trainStep(net, { loss: ([${names}], y) => … }); await step(${x}, y), where y holds ` +
      'the targets of all outputs side by side, [n, …]: ops.slice takes them apart',
  });
}

/** What to write instead of numbers without rows, where they would fill so many. */
function hintForRows(rows: number, { shape }: Rows): string | undefined {
  if (shape.length !== 1 || shape[0]! % rows !== 0) return undefined;
  return `for ${shape[0]! / rows} numbers a row, give { data: y, shape: [${rows}, ${shape[0]! / rows}] }`;
}

/** Inputs and targets of the caller's, copied; their numbers may still be anything. */
export interface Pair {
  readonly x: readonly Rows[];
  readonly y: Rows;
  readonly fromTable: boolean;
  readonly unknown: readonly UnknownCells[];
}

/**
 * Inputs and targets of a table by the model's preprocessing, or as they are, piece by piece; `room` is for the inputs.
 * What the caller does to them afterwards changes nothing.
 *
 * @throws {ShapeError | DataError | OptionError} for what is no such data, but for numbers that are not finite.
 */
export function* copyPair(
  session: Session,
  inputs: Inputs | Table,
  targets: Data | undefined,
  room?: Room,
): Pieces<Pair> {
  checkOneOutput(session);
  const pair = isA(inputs, Table)
    ? ofTable(session, inputs, targets)
    : yield* ofArrays(session, inputs, targets, room);
  const rows = pair.x[0]!.shape[0]!;
  if (pair.y.shape[0] === rows) return pair;
  throw new ShapeError(`x has ${rows} rows, y has ${pair.y.shape[0] ?? 'none'}`, {
    x: showShape(pair.x[0]!.shape),
    y: showShape(pair.y.shape),
    hint: hintForRows(rows, pair.y),
  });
}

/**
 * Refuses numbers that are not finite, piece by piece.
 *
 * @throws {DataError} naming the first.
 */
export function* checkPair({ x, y, fromTable }: Pair): Pieces<void> {
  if (fromTable) return;
  for (const [i, rows] of x.entries()) yield* checkInPieces(rows, x.length === 1 ? 'x' : `x[${i}]`);
  yield* checkInPieces(y, 'y');
}

/**
 * A pair, checked against the model, which is built.
 *
 * @throws {ShapeError | DataError | OptionError} when it does not fit the model or the loss.
 */
export function datasetOf({ network }: Session, loss: Loss, { x, y, fromTable, unknown }: Pair): Dataset {
  checkWidths(network, x);
  const targets = readTargets(network, loss, y, fromTable);
  return { rows: x[0]!.shape[0]!, x, weight: undefined, unknown, ...targets };
}

/** Inputs and targets as a model takes them that is built for them, or becomes it when they are all right. */
export function readDataset(
  session: Session,
  loss: Loss,
  inputs: Inputs | Table,
  targets: Data | undefined,
): Dataset {
  const pair = readPair(session, inputs, targets);
  return builtFor(session, pair.x, () => datasetOf(session, loss, pair));
}

/** A pair whose numbers are finite, in one go. */
export function readPair(session: Session, inputs: Inputs | Table, targets: Data | undefined): Pair {
  const pair = atOnce(copyPair(session, inputs, targets));
  atOnce(checkPair(pair));
  return pair;
}

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
  return { x: asRows(session, [x]), y, fromTable: true, unknown: x.unknown };
}

function* ofArrays(session: Session, inputs: Inputs, targets: Data | undefined, room?: Room): Pieces<Pair> {
  if (targets === undefined) {
    throw new OptionError('y is missing', { hint: 'fit(x, y, options), or fit(table, options)' });
  }
  const x: Rows[] = [];
  for (const { data, name } of listOf(session, inputs))
    x.push(yield* floatsInPieces(yield* copyInPieces(data, name, room), room));
  const y = yield* copyInPieces(targets, 'y');
  return { x: asRows(session, x), y, fromTable: false, unknown: [] };
}

/** Numbers that are converted between two pauses. */
const PIECE = 1 << 18;

function* floatsInPieces(rows: Rows, room: Room = (length) => new Float32Array(length)): Pieces<Rows> {
  const { data, shape } = rows;
  if (data instanceof Float32Array) return rows;
  const floats = room(data.length);
  for (let at = 0; at < data.length; at += PIECE) {
    floats.set(data.subarray(at, at + PIECE), at);
    yield PIECE;
  }
  return { data: floats, shape };
}

function asFloats(data: Rows['data']): Float32Array {
  return data instanceof Float32Array ? data : new Float32Array(data);
}
