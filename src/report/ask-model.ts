import { descending } from '../base/order.ts';
import type { Table, Task } from '../data/index.ts';
import type { Explanation } from '../explain/explanation.ts';
import { type PermutationImportance, permutationImportance } from '../explain/permutation-importance.ts';
import type { Model } from '../train/model.ts';
import { type Budget, budgetFor } from './budget.ts';
import { type Dependence, dependenceOn } from './dependence.ts';
import { explainRows } from './mistakes.ts';
import { sample } from './sample.ts';

/** Columns whose curves are asked for. */
const MOST_CURVES = 4;

/** A model, some rows, and rows to compare with. */
export interface AskedModel {
  readonly model: Model;
  readonly task: Task;
  readonly table: Table;
  /** Whether the rows have their target. */
  readonly labelled: boolean;
  readonly background: Table;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** What there is to say of a whole model, as numbers. */
export interface ModelAnswers {
  readonly budget: Budget;
  /** The original columns, in the order of the preprocessing. */
  readonly columns: readonly string[];
  /** How much worse the loss gets without a column, of a regression the mean absolute error; where the targets are known. */
  readonly shuffled: PermutationImportance | undefined;
  /** A sample of the rows, and what was compared with. */
  readonly sampled: Explanation;
  readonly background: Table;
  /** Mean size of the attributions of each of `columns`. */
  readonly sizes: readonly number[];
  /** Of the columns that matter most, those first: how the mean prediction goes with them. */
  readonly dependence: readonly Dependence[];
}

/** What a model relies on, and how. The same seed gives the same answers. */
export async function askModel(asked: AskedModel): Promise<ModelAnswers> {
  const { model, table, labelled, seed, signal } = asked;
  const stop = signal === undefined ? {} : { signal };
  const columns = model.session.prepare!.groups.map(({ column }) => column);
  const budget = budgetFor(model, columns.length);
  const background = sample(asked.background, budget.background, seed, 'background');
  const sampled = await explainRows(model, sample(table, budget.explained, seed, 'explained'), {
    ...{ background, seed, signal },
    method: budget.method,
  });
  const sizes = meanSizes(sampled, columns);
  const { rows, repeats } = budget.shuffled;
  const shuffled = labelled
    ? await permutationImportance(model, sample(table, rows, seed, 'shuffled'), {
        ...{ ...stop, seed },
        nRepeats: repeats,
        // The loss of a scaled target is in no unit that anybody knows.
        ...(asked.task === 'regression' && { metric: 'mae' }),
      })
    : undefined;
  const most = ranked(columns, shuffled?.mean ?? sizes).slice(0, MOST_CURVES);
  const dependence: Dependence[] = [];
  for (const column of most) {
    const found = await dependenceOn(asked, column, sample(table, budget.background, seed, 'curves'));
    if (found !== undefined) dependence.push(found);
  }
  return { ...{ budget, columns, shuffled, sampled, background, sizes, dependence } };
}

/** Names by their values, the largest first. */
export function ranked(names: readonly string[], values: ArrayLike<number>): string[] {
  return names
    .map((name, i) => ({ name, value: values[i]! }))
    .sort((a, b) => descending(a.value, b.value))
    .map(({ name }) => name);
}

/** Mean size of what falls to each original column. */
function meanSizes(explanation: Explanation, columns: readonly string[]): number[] {
  const sums = new Map(columns.map((column) => [column, 0]));
  for (let row = 0; row < explanation.rows; row++) {
    for (const { feature, attribution } of explanation.top(undefined, row)) {
      sums.set(feature, sums.get(feature)! + Math.abs(attribution));
    }
  }
  return columns.map((column) => sums.get(column)! / explanation.rows);
}
