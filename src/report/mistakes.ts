import { ascending, descending } from '../base/order.ts';
import type { Table } from '../data/index.ts';
import type { Explanation } from '../explain/explanation.ts';
import { gradientShap } from '../explain/gradient-shap.ts';
import { alongPath } from '../explain/methods.ts';
import { shap } from '../explain/shap.ts';
import { numerals } from '../plot/numerals.ts';
import type { Model } from '../train/model.ts';
import type { RowPrediction } from '../train/predict.ts';

/** A row that the model was wrong about. */
export interface Mistake {
  /** Its number among the rows that are judged; where it stands in the file is another thing. */
  readonly row: number;
  readonly predicted: string;
  readonly actual: string;
  /** Probability of the class that was predicted, or the distance from the true value. */
  readonly size: number;
}

/** All mistakes: those that the model is surest of, or that are furthest off, first. */
export function mistakesIn(table: Table, target: string, predictions: readonly RowPrediction[]): Mistake[] {
  const { values } = table.column(target);
  const all = predictions.flatMap((prediction, row): Mistake[] => {
    if ('value' in prediction) {
      const actual = Number(values[row]);
      const size = Math.abs(prediction.value - actual);
      return size > 0 ? [{ row, ...compared(prediction.value, actual), size }] : [];
    }
    const actual = String(values[row]);
    const { class: predicted, probabilities } = prediction;
    return predicted === actual ? [] : [{ row, predicted, actual, size: probabilities[predicted]! }];
  });
  return all.sort((a, b) => descending(a.size, b.size) || ascending(a.row, b.row));
}

/** In numbers that can be compared: with the same decimals. */
function compared(value: number, truth: number): Pick<Mistake, 'predicted' | 'actual'> {
  const [predicted, actual] = numerals([value, truth]) as [string, string];
  return { predicted, actual };
}

/** How mistakes are explained. */
export interface MistakeOptions {
  readonly method: 'shap' | 'gradientShap' | 'integratedGradients';
  readonly background: Table;
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** An explanation of some rows for the class that is predicted, in the units of the target for a regression. */
export async function explainRows(
  model: Model,
  rows: Table,
  { method, background, seed, signal }: MistakeOptions,
): Promise<Explanation> {
  const shared = { background, ...(signal !== undefined && { signal }) };
  if (method === 'shap') return shap(model, rows, { ...shared, seed });
  if (method === 'gradientShap') return gradientShap(model, rows, { ...shared, seed });
  return alongPath(model, rows, { ...shared, baselines: 'mean' });
}
