import { readGiven } from '../base/check.ts';
import { isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, didYouMean } from '../base/options.ts';
import { describe } from './cells.ts';

/**
 * The own options, without a prototype, so that what somebody put on `Object.prototype` is no option.
 *
 * @throws {OptionError} for what is not an object, and for keys that are not known.
 */
export function ownOptions<T extends object>(where: string, options: T, known: readonly string[]): T {
  if (!isRecord(options)) {
    throw new OptionError(`${where}: wanted an object, got ${describe(options)}`, {
      known: known.join(', '),
    });
  }
  return checkOptions<T>(where, options, known);
}

/**
 * Refuses a word that is not one of the choices; undefined is the default.
 *
 * @throws {OptionError} with "did you mean".
 */
export function checkWord(where: string, value: unknown, known: readonly string[]): void {
  if (value === undefined || known.includes(value as string)) return;
  throw new OptionError(`${where} is ${describe(value)}`, {
    known: known.join(', '),
    hint: typeof value === 'string' ? didYouMean(value, known) : undefined,
  });
}

/**
 * Refuses what is not a list of names.
 *
 * @throws {OptionError}
 */
export function checkNames(where: string, names: unknown): void {
  if (isNames(names)) return;
  throw new OptionError(`${where} is ${describe(names)}`, { wanted: 'a list of names' });
}

/** Whether a value is a list of strings. */
export function isNames(value: unknown): value is readonly string[] {
  return readGiven('the names', () => {
    if (!Array.isArray(value)) return false;
    // By number: a hole is no name, and what looks at entries alone goes past it.
    for (let i = 0; i < value.length; i++) if (typeof value[i] !== 'string') return false;
    return true;
  });
}

/**
 * Refuses what is not a whole number of at least `least`.
 *
 * @throws {OptionError}
 */
export function checkCount(where: string, value: unknown, least: 0 | 1): void {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new OptionError(`${where} is ${describe(value)}`, { wanted: `a whole number >= ${least}` });
}

/**
 * A list of different names, given as one or several.
 *
 * @throws {OptionError}
 */
export function keysOf(where: string, names: unknown): readonly string[] {
  const list: unknown = typeof names === 'string' ? [names] : names;
  if (isNames(list) && list.length > 0 && new Set(list).size === list.length) return [...list];
  throw new OptionError(`${where} is ${describe(names)}`, { wanted: 'a name, or a list of different names' });
}

/**
 * The entries of an object of values of one type by name.
 *
 * @throws {OptionError}
 */
export function entriesOf<T>(
  where: string,
  object: Readonly<Record<string, T>>,
  type: 'string' | 'function',
): [string, T][] {
  if (!isRecord(object)) throw new OptionError(`${where}: wanted an object, got ${describe(object)}`);
  const entries = readGiven(where, () => Object.entries<unknown>(object)) as [string, T][];
  for (const [name, value] of entries) {
    if (typeof value === type) continue;
    throw new OptionError(`${where}: "${name}" is ${describe(value)}`, { wanted: `a ${type}` });
  }
  return entries;
}

/**
 * Refuses what is not a function.
 *
 * @throws {OptionError}
 */
export function checkFunction(where: string, value: unknown): void {
  if (typeof value === 'function') return;
  throw new OptionError(`${where}: ${describe(value)} is not a function of the row`);
}
