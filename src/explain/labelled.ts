import { isA, readGiven } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import type { Data } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import { type Loss, type LossFunction, type LossName, lossOf } from '../loss/index.ts';
import { type Dataset, type Inputs, readDataset } from '../train/dataset.ts';
import type { Session } from '../train/session.ts';
import type { Explained, Subject } from './subject.ts';

/** Rows with targets: a table that has the target, or inputs and targets. */
export type Examples = Table | readonly [Inputs, Data] | { readonly x: Inputs; readonly y: Data };

/** A loss, by name or as it is. */
export type LossChoice = LossName | Loss | LossFunction;

/** Rows with targets, checked, and the loss that compares them with what the model says. */
export interface Labelled {
  readonly loss: Loss;
  readonly data: Dataset;
}

/** Rows and targets as the loss takes them, which is that of the last training where none is given. */
export function readLabelled(
  where: string,
  session: Session,
  examples: Examples,
  choice: LossChoice | undefined,
): Labelled {
  const loss = choice === undefined ? session.loss : lossOf(choice);
  if (loss === undefined) {
    throw new OptionError(`${where}: the model was not trained yet, so the loss must be given`, {
      hint: `${where}(…, { loss: 'mse' })`,
    });
  }
  const [x, y] = pairOf(where, examples);
  return { loss, data: readDataset(session, loss, x, y) };
}

function pairOf(where: string, examples: Examples): readonly [Inputs | Table, Data | undefined] {
  if (isA(examples, Table)) return [examples, undefined];
  const pair = readGiven(where, (): readonly [Inputs, Data] | undefined => {
    if (Array.isArray(examples)) return examples.length === 2 ? [examples[0], examples[1]] : undefined;
    return isRecord(examples) && 'x' in examples && 'y' in examples ? [examples.x, examples.y] : undefined;
  });
  if (pair !== undefined) return pair;
  throw new OptionError(`${where}: wanted rows with targets: [x, y], { x, y } or a table`, {
    got: describe(examples),
  });
}

/** The rows of a subject with targets: those that are given, or those that their table has; undefined without any. */
export function targetsOf(
  where: string,
  subject: Subject,
  inputs: Explained,
  y: Data | undefined,
  choice: LossChoice | undefined,
): Labelled | undefined {
  const { session, x, rows, shape } = subject;
  if (y !== undefined) return readLabelled(where, session, [{ data: x, shape: [rows, ...shape] }, y], choice);
  const target = session.prepare?.target?.column;
  const has = isA(inputs, Table) && target !== undefined && inputs.columns.includes(target);
  return has ? readLabelled(where, session, inputs, choice) : undefined;
}

/** How many labels of a row are predicted rightly, and how many it has: one, where it is not left out. */
export function hitsOf(
  predictions: ArrayLike<number>,
  from: number,
  { data: { y, ignoreIndex, classes }, loss: { task } }: Labelled,
  row: number,
  outputs: number,
): { readonly right: number; readonly counted: number } {
  const k = task === 'classes' ? (classes ?? outputs) : 1;
  const own = sizeOf(y.shape.slice(1));
  const labels = outputs / k;
  let [right, counted] = [0, 0];
  for (let label = 0; label < labels; label++) {
    const at = row * own + label * (own / labels);
    const actual = own === labels ? y.data[at]! : largest(y.data, at, k);
    const truth = task === 'classes' ? actual : Number(actual > 0.5);
    if (actual === ignoreIndex || truth < 0) continue;
    const predicted =
      task === 'classes' ? largest(predictions, from + label * k, k) : above(predictions[from + label]!);
    counted++;
    if (predicted === truth) right++;
  }
  return { right, counted };
}

/** Position of the largest number; -1 where one is NaN, which is no class. */
function largest(numbers: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 0; i < count; i++) {
    if (Number.isNaN(numbers[from + i])) return -1;
    if (numbers[from + i]! > numbers[from + best]!) best = i;
  }
  return best;
}

function above(p: number): number {
  return Number.isNaN(p) ? -1 : Number(p > 0.5);
}
