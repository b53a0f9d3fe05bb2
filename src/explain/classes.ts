import { describe } from '../base/describe.ts';
import { NumericError, OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { ascending, descending } from '../base/order.ts';
import type { Target } from './options.ts';
import type { Subject } from './subject.ts';

/**
 * The names of the classes; a model with one output says one of two.
 *
 * @throws {OptionError} for a model that gives values.
 */
export function classesOf(where: string, subject: Subject): readonly string[] {
  const { session, outputs, outputNames, hasProbabilities } = subject;
  const { loss, prepare } = session;
  // A loss of the program's own may be one of classes.
  const ofValues = loss?.task === 'values' && loss.config !== undefined && !hasProbabilities;
  if (ofValues || prepare?.target?.encode === 'none') {
    throw new OptionError(`${where}: the model gives values, not classes`, {
      hint: 'it is for classifiers; partialDependence shows how values change',
    });
  }
  if (outputs > 1) return outputNames;
  const classes = session.prepare?.classes ?? [];
  return classes.length === 2 ? classes : ['0', '1'];
}

/**
 * The classes by their scores, the most probable first.
 *
 * @throws {NumericError} for scores that say nothing: NaN and infinity; minus infinity is a class that cannot be.
 */
export function ranked(scores: Float32Array): number[] {
  const each = scores.length === 1 ? Float32Array.of(0, scores[0]!) : scores;
  const bad = each.find((score) => !(score < Number.POSITIVE_INFINITY));
  if (bad !== undefined) {
    throw new NumericError(`the model gives ${bad}, which is no class`, {
      hint: 'numbers of the row may lie far from those of training, or weights are NaN: look at model.weights()',
    });
  }
  return Array.from(each, (_, k) => k).sort((a, b) => descending(each[a]!, each[b]!) || ascending(a, b));
}

/**
 * A class by number or name.
 *
 * @throws {OptionError} when there is no such class.
 */
export function classNumber(where: string, target: Target, classes: readonly string[]): number {
  const number = typeof target === 'string' ? classes.indexOf(target) : target;
  if (Number.isInteger(number) && classes[number] !== undefined) return number;
  throw new OptionError(`${where}: there is no class ${describe(target)}`, {
    known: classes.join(', '),
    hint:
      typeof target === 'string' ? didYouMean(target, classes) : `a number from 0 to ${classes.length - 1}`,
  });
}
