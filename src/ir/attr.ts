import { checkList, readGiven } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { currentPath } from './scope.ts';

/** A value of an attribute. Lists are lists of integers: axes, shapes, permutations. */
export type Attr = number | boolean | readonly number[];

/**
 * A copy of what is sure to be a list of integers: axes, a shape, a permutation.
 *
 * @throws {OptionError} naming the op, the argument and what came.
 */
export function checkIntegers(op: string, name: string, list: unknown): number[] {
  const isList = readGiven(`${op}: ${name}`, () => Array.isArray(list));
  if (!isList) throw unfit(op, name, 'a list of integers', list);
  return checkList(op, name, list, 'a list of integers').map((one, i) => {
    if (Number.isSafeInteger(one)) return one as number;
    throw unfit(op, `${name}[${i}]`, 'an integer', one);
  });
}

/**
 * An attribute of the type of its default.
 *
 * @throws {OptionError} naming the op, the attribute and what came.
 */
export function checkAttr(op: string, name: string, value: unknown, usual: Attr): Attr {
  if (typeof usual === 'object') return checkIntegers(op, name, value);
  if (typeof usual === 'boolean') {
    if (typeof value === 'boolean') return value;
    throw unfit(op, name, 'true or false', value);
  }
  // Whether it may be NaN or infinite, the op's shape rule says.
  if (typeof value === 'number') return value;
  throw unfit(op, name, 'a number', value);
}

function unfit(op: string, name: string, wanted: string, got: unknown): OptionError {
  return new OptionError(`${op}: ${name} must be ${wanted}, got ${describe(got)}`, {
    at: currentPath() || undefined,
    hint: got === undefined ? `give it as an argument: ${name}` : undefined,
  });
}
