import type { Target } from '../data/target.ts';
import { Values } from '../train/values.ts';
import type { Explanation } from './explanation.ts';

/** An explanation of a regression in the units of its target column, as predictions are; any other as it is. */
export function inUnits(explanation: Explanation, target: Target | undefined): Explanation {
  if (target?.encode !== 'none') return explanation;
  const { values, baseValues, outputs, convergenceDelta, stdError } = explanation;
  const scaled = ({ data, shape }: Values, shift = 0): Values =>
    new Values(
      data.map((x) => x * target.scale + shift),
      shape,
    );
  // A method without a baseline is relative to nothing, and that stays 0.
  const based = convergenceDelta !== undefined || baseValues.data.some((x) => x !== 0);
  return explanation.with({
    values: scaled(values),
    baseValues: based ? scaled(baseValues, target.shift) : baseValues,
    outputs: scaled(outputs, target.shift),
    convergenceDelta: convergenceDelta && scaled(convergenceDelta),
    stdError: stdError && scaled(stdError),
    outputNames: [target.column],
    unit: target.column,
  });
}
