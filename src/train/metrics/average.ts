import { describe } from '../../base/describe.ts';
import { OptionError } from '../../base/errors.ts';
import { choose } from '../../base/options.ts';
import type { ClassOptions } from './labels.ts';
import { sum, type Tally } from './tally.ts';

/** How the numbers of the classes become one. */
export type Average = 'binary' | 'macro' | 'micro' | 'weighted' | 'none';

/** Options of precision, recall and F. */
export interface AverageOptions extends ClassOptions {
  /**
   * 'binary': that of the class `positive`. 'macro': mean over the classes that occur in predictions or targets.
   * 'micro': of the counts of all classes together. 'weighted': mean weighted by the rows of each class. 'none': one
   * for each class. Default: 'binary' for two classes, 'macro' for more.
   */
  readonly average?: Average;
  /** The class that 'binary' asks for. Default 1. */
  readonly positive?: 0 | 1;
  /** What 0 / 0 is, 0 or 1. Default 0. */
  readonly zeroDivision?: 0 | 1;
}

/** A number from the counts of one class. */
export type ClassScore = (hits: number, predicted: number, actual: number, zeroDivision: number) => number;

type Counts = [hits: number, predicted: number, actual: number];

/** What an average is made from: the counts, the score of each class, and the rule that makes a score of counts. */
interface Scores {
  readonly what: string;
  readonly tally: Tally;
  readonly each: readonly number[];
  readonly of: (...counts: Counts) => number;
  readonly positive: number;
}

const AVERAGES: Readonly<Record<Average, (scores: Scores) => number | number[]>> = {
  binary: ({ what, each, positive }) => {
    if (each.length === 2) return each[positive]!;
    throw new OptionError(`${what}: average "binary" wants two classes, came ${each.length}`, {
      hint: 'choose "macro", "micro", "weighted" or "none"',
    });
  },
  macro: ({ each, tally: { predicted, actual } }) => {
    const present = each.filter((_, label) => predicted[label]! + actual[label]! !== 0);
    return present.reduce((total, score) => total + score, 0) / present.length;
  },
  micro: ({ of, tally: { hits, predicted, actual } }) => of(sum(hits), sum(predicted), sum(actual)),
  weighted: ({ each, tally: { actual, total } }) => {
    return each.reduce((mean, score, label) => mean + (score * actual[label]!) / total, 0);
  },
  none: ({ each }) => [...each],
};

/**
 * The scores of the classes as one number, or as they are for 'none'. NaN when there are no rows.
 *
 * @throws {OptionError} for an unknown average, and for 'binary' with more than two classes.
 */
export function average(
  what: string,
  tally: Tally,
  options: AverageOptions,
  score: ClassScore,
): number | number[] {
  const { positive = 1, zeroDivision = 0 } = options;
  checkBit(what, 'positive', positive);
  checkBit(what, 'zeroDivision', zeroDivision);
  const { hits, predicted, actual } = tally;
  // Null, which scikit-learn has for 'none', is refused: it must not mean the default.
  const kind = options.average === undefined ? (actual.length === 2 ? 'binary' : 'macro') : options.average;
  const of = (...counts: Counts) => (tally.total === 0 ? NaN : score(...counts, zeroDivision));
  const each = Array.from(hits, (hit, label) => of(hit, predicted[label]!, actual[label]!));
  return choose(`${what}: average`, kind, AVERAGES)({ what, tally, each, of, positive });
}

function checkBit(what: string, name: string, value: number): void {
  if (value !== 0 && value !== 1)
    throw new OptionError(`${what}: ${name} is 0 or 1, came ${describe(value)}`);
}
