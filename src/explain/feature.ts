import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import type { Subject } from './subject.ts';

/**
 * Positions of an input in a row: of a number by position or name, or of all numbers that an original column became.
 *
 * @throws {OptionError} when there is no such input.
 */
export function featureAt(where: string, subject: Subject, feature: number | string): readonly number[] {
  const { featureNames, width, session } = subject;
  if (typeof feature === 'number' && Number.isInteger(feature) && feature >= 0 && feature < width)
    return [feature];
  const group = session.prepare?.groups.find(({ column }) => column === feature);
  if (group !== undefined) return group.outputs;
  const at = featureNames.indexOf(feature as string);
  if (at >= 0) return [at];
  throw new OptionError(`${where}: there is no input ${describe(feature)}`, {
    known: featureNames.slice(0, 20).join(', '),
    hint: typeof feature === 'string' ? didYouMean(feature, featureNames) : `a number from 0 to ${width - 1}`,
  });
}
