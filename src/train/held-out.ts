import { isA, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import type { Pieces } from '../base/pieces.ts';
import { splitIndices } from '../data/index.ts';
import type { Data, Room } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import type { Dataset, Inputs } from './dataset.ts';
import { selectInPieces, selectRows } from './rows.ts';

/** Validation data: a share of the rows, inputs and targets, or a table. */
export type Validation = number | readonly [Inputs, Data] | { readonly x: Inputs; readonly y: Data } | Table;

/** Validation data of their own: inputs and targets. */
export type OwnValidation = readonly [Inputs | Table, Data | undefined];

/**
 * What is asked for: a share of the rows, 0 for nothing, or data.
 *
 * @throws {OptionError} when it is neither.
 */
export function readValidation(validation: Validation | undefined): number | OwnValidation {
  return readGiven('fit: validation', () => readAny(validation));
}

function readAny(validation: Validation | undefined): number | OwnValidation {
  if (validation === undefined) return 0;
  if (typeof validation === 'number') return validation;
  if (Array.isArray(validation)) return [validation[0], validation[1]];
  if (isA(validation, Table)) return [validation, undefined];
  if (typeof validation === 'object' && validation !== null && 'x' in validation && 'y' in validation)
    return [validation.x, validation.y];
  throw new OptionError('fit: validation must be a share of the rows, [x, y], { x, y } or a table', {
    got: describe(validation),
  });
}

/** Rows of a data set in an order: its inputs are still those of the whole. */
export interface Part {
  readonly order: Int32Array;
  readonly data: Dataset;
}

/**
 * Holds a share of the rows out, after shuffling by the seed.
 *
 * @throws {OptionError} for a share out of range, and when targets are to be stratified that are not one number a row.
 */
export function divide(
  all: Dataset,
  validation: number,
  stratify: boolean,
  seed: number,
): { train: Part; validation: Part } {
  const strata = stratify ? Array.from(all.y.data) : undefined;
  if (strata !== undefined && strata.length !== all.rows)
    throw new OptionError('fit: stratify needs targets with one number a row');
  const orders = splitIndices(all.rows, { validation, seed }, strata);
  // Weights are for training; the validation loss is the plain mean.
  return {
    train: part(all, orders.train),
    // What is unknown of a table is said once, of all that was given.
    validation: part({ ...all, weight: undefined, unknown: [] }, orders.validation),
  };
}

function part(all: Dataset, order: Int32Array): Part {
  const { y, weight } = all;
  const data = {
    ...all,
    rows: order.length,
    y: selectRows(y, order),
    weight: weight && selectRows(weight, order),
  };
  return { order, data };
}

/** The part with inputs of its own, gathered piece by piece. */
export function* gather({ order, data }: Part, room?: Room): Pieces<Dataset> {
  const x = [];
  for (const rows of data.x) x.push(yield* selectInPieces(rows, order, room));
  return { ...data, x };
}
