import { indexOfLargest, largest } from '../../base/order.ts';
import { sizeOf } from '../../base/shape.ts';
import type { DecisionBoundaryData } from '../decision-boundary.ts';
import { filled, type Shaped } from './result.ts';

/** What `predict` gives for a row of a table. */
export interface PredictedClass {
  readonly class: string;
  readonly probabilities: Readonly<Record<string, number>>;
}

/** What `predict` gives: `[n, classes]`, or one of two classes, `[n, 1]`; or a prediction for each row by names. */
export type PredictionsResult = Shaped | readonly PredictedClass[];

/** Classes and how sure they are, of predictions; other data as they are. */
export function boundaryOf(data: DecisionBoundaryData): DecisionBoundaryData {
  const predicted = (data as DecisionBoundaryData | null | undefined)?.predicted;
  if (typeof predicted !== 'object' || predicted === null) return data;
  if ('shape' in predicted && 'data' in predicted)
    return { ...data, ...ofNumbers(filled('decisionBoundary: predicted', predicted)) };
  const first: unknown = predicted[0];
  if (typeof first !== 'object' || first === null || !('probabilities' in first)) return data;
  return { ...data, ...ofRows(predicted as readonly PredictedClass[], data.classNames) };
}

/** Numbers of rows that add up to 1 are probabilities; what does not says no more than which is the largest. */
function ofNumbers({ shape, data }: Shaped): Pick<DecisionBoundaryData, 'predicted' | 'confidence'> {
  const width = sizeOf(shape.slice(1));
  const rows = Array.from({ length: shape[0]! }, (_, i) =>
    Array.from({ length: width }, (_, k) => Number(data[i * width + k])),
  );
  if (width === 1) {
    const confidence = rows.map(([p]) => Math.max(p!, 1 - p!));
    return { predicted: rows.map(([p]) => (p! > 0.5 ? 1 : 0)), ...(within(confidence) && { confidence }) };
  }
  const confidence = rows.map((row) => largest(row));
  const sums = rows.every((row) => Math.abs(row.reduce((sum, p) => sum + p, 0) - 1) < 1e-3);
  return {
    predicted: rows.map((row) => indexOfLargest(row)),
    ...(sums && within(confidence) && { confidence }),
  };
}

const within = (shares: readonly number[]): boolean => shares.every((share) => share >= 0 && share <= 1);

function ofRows(
  rows: readonly PredictedClass[],
  classNames: ArrayLike<string> | undefined,
): Pick<DecisionBoundaryData, 'predicted' | 'confidence' | 'classNames'> {
  const names = classNames === undefined ? Object.keys(rows[0]!.probabilities) : Array.from(classNames);
  return {
    predicted: rows.map((row) => names.indexOf(row.class)),
    confidence: rows.map((row) => row.probabilities[row.class]!),
    classNames: names,
  };
}
