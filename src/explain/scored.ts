import { isA } from '../base/check.ts';
import { DataError, OptionError } from '../base/errors.ts';
import { type Data, toMatrix } from '../data/index.ts';
import { Table } from '../data/table.ts';
import { readScores } from '../train/metrics/scores.ts';
import { type Input, type Numeric, read } from '../train/metrics/values.ts';
import { Model } from '../train/model.ts';
import { classesOf } from './classes.ts';
import type { Cost } from './explanation.ts';
import { scoresOf } from './forward.ts';
import type { ExplainOptions } from './options.ts';
import { type Explained, Subject } from './subject.ts';

/** What a model says of some rows, one number a class, and what they are. */
export interface Scored {
  /** `[rows, columns]`; one column is the score of class 1 of two. */
  readonly scores: Numeric;
  readonly columns: number;
  /** Classes from 0, `[rows]`. */
  readonly actual: Int32Array;
  readonly cost: Cost;
}

/** Scores and labels as they are given, or those of a model: `(scores, labels)`, `(model, table)`, `(model, x, y)`. */
export type ScoredArguments = readonly [
  Input | Model,
  (Input | Explained)?,
  (Data | ExplainOptions)?,
  ExplainOptions?,
];

/** The options among the arguments. */
export function optionsOf<T>([first, second, third, fourth]: readonly unknown[]): T {
  const last = isA(first, Model) && !isA(second, Table) ? fourth : third;
  return (last === undefined ? {} : last) as T;
}

/**
 * Reads the arguments and, where they begin with a model, asks it.
 *
 * @throws {ShapeError | DataError} for scores and labels that do not belong together, and rows that the model cannot take.
 */
export async function score(where: string, given: ScoredArguments, options: ExplainOptions): Promise<Scored> {
  const [first, second, y] = given;
  const scored = isA(first, Model)
    ? await scoreModel(where, first, second as Explained, y as Data, options)
    : {
        ...readScores(where, first, second as Input, undefined),
        cost: { forward: 0, backward: 0, ms: 0 },
      };
  checkScores(where, scored);
  return scored;
}

function checkScores(where: string, { scores, columns, actual }: Scored): void {
  if (actual.length === 0) throw new DataError(`${where}: there are no rows`);
  const at = scores.findIndex((score: number) => !Number.isFinite(score));
  if (at < 0) return;
  throw new DataError(`${where}: row ${Math.floor(at / columns)} has a score of ${scores[at]}`, {
    wanted: 'finite numbers',
  });
}

async function scoreModel(
  where: string,
  model: Model,
  inputs: Explained,
  y: Data,
  options: ExplainOptions,
): Promise<Scored> {
  const subject = new Subject(where, model, inputs, options);
  classesOf(where, subject);
  if (options.output === 'logit' && subject.output === 'probability') {
    throw new OptionError(
      `${where}: the model gives probabilities that no softmax or sigmoid made, so there are no logits`,
    );
  }
  const { rows, outputs, passes } = subject;
  const truth = isA(inputs, Table) ? targetsOf(where, subject, inputs) : toMatrix(y, 'y');
  // One output for two classes goes with labels as well as with a column of them.
  const column = outputs === 1 && truth.shape.length === 1;
  const labels = column ? { data: truth.data, shape: [truth.shape[0]!, 1] } : truth;
  const scores = { data: await scoresOf(subject), shape: [rows, outputs] };
  return { ...readScores(where, scores, read(where, labels), undefined), cost: passes.cost };
}

function targetsOf(where: string, { session }: Subject, table: Table) {
  const { y } = session.prepare!.transform(table);
  if (y === undefined) throw new DataError(`${where}: the table does not have the target column`);
  return y;
}
