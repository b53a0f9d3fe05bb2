import { isA, readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { atOnce } from '../base/pieces.ts';
import type { Data } from '../data/matrix.ts';
import { Table } from '../data/table.ts';
import type { TrainEvent } from './callback.ts';
import type { Inputs } from './dataset.ts';
import { type FitOptions, planRun } from './fit.ts';
import type { Model } from './model.ts';
import { Training } from './run.ts';
import { sessionOf } from './session.ts';

/**
 * Training as a stream of events, for a loop that decides for itself: `fit` is this with callbacks. Leaving the loop
 * ends the run.
 *
 * @throws {ShapeError | DataError | OptionError} before the first step.
 * @example
 * for await (const event of train(net, { x, y }, { loss: 'mse', epochs: 100 })) {
 *   if (event.type === 'epoch' && event.logs.loss < 0.01) break;
 * }
 */
export function train(
  model: Model,
  data: Table | { readonly x: Inputs; readonly y: Data },
  options: Omit<FitOptions, 'callbacks'>,
): AsyncIterable<TrainEvent> {
  const session = sessionOf('train', model);
  if (
    readGiven(
      'train: options',
      () => typeof options === 'object' && options !== null && Object.hasOwn(options, 'callbacks'),
    )
  ) {
    throw new OptionError('train: there are no callbacks', { hint: 'act on the events, or use fit' });
  }
  session.checkFree();
  const { x, y } = isA(data, Table)
    ? { x: data, y: undefined }
    : checkOptions('train: data', data, ['x', 'y']);
  return new Training(atOnce(planRun(session, x, y, options))).events();
}
