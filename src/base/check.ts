import { types } from 'node:util';
import { describe } from './describe.ts';
import { GliaError, OptionError } from './errors.ts';

/**
 * Runs `read`, which looks at what a caller gave and calls no function of the caller's. What getters, conversions and
 * traps of proxies throw meanwhile becomes an error of glia's, with that as its cause.
 *
 * @throws {OptionError} when the value cannot be read, or an error of the class that is given.
 */
export function readGiven<T>(where: string, read: () => T, Refused = OptionError): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof GliaError) throw error;
    throw new Refused(`${where} cannot be read`, { hint: 'what reading it throws is the cause' }, error);
  }
}

/** Entries of a list that is no data: nobody means more. */
const MOST_ENTRIES = 2 ** 24;

/**
 * A plain copy of a list, in which a hole is undefined. What its entries are is for the caller to check.
 *
 * @throws {OptionError} for what is not an array, and for one that cannot be read.
 * @example
 * const milestones = checkList('multiStep', 'milestones', options.milestones, 'a list of steps');
 */
export function checkList(where: string, name: string, value: unknown, wanted = 'a list'): unknown[] {
  return readGiven(`${where}: ${name}`, () => {
    if (!Array.isArray(value))
      throw new OptionError(`${where}: ${name} must be ${wanted}, got ${describe(value)}`);
    const { length } = value;
    if (Number.isSafeInteger(length) && length >= 0 && length <= MOST_ENTRIES)
      return Array.from({ length }, (_, i): unknown => value[i]);
    throw new OptionError(`${where}: ${name} must be ${wanted}, got one of ${describe(length)} entries`);
  });
}

/**
 * Whether a value is an instance of a class of glia's, without running anything of it. A proxy of one is none: private
 * fields are not reached through it.
 */
export function isA<T>(value: unknown, Class: { readonly prototype: T }): value is T {
  if (typeof value !== 'object' || value === null || types.isProxy(value)) return false;
  try {
    return Object.prototype.isPrototypeOf.call(Class.prototype as object, value);
  } catch {
    return false;
  }
}

/**
 * A list, or a single value as a list of one.
 *
 * @throws {OptionError} for a list that cannot be read.
 */
export function oneOrMore(where: string, name: string, value: unknown): unknown[] {
  const isList = readGiven(`${where}: ${name}`, () => Array.isArray(value));
  return isList ? checkList(where, name, value) : [value];
}

/**
 * @throws {OptionError} for anything but true and false: words and numbers would pass for true.
 * @example
 * checkFlag('dense', 'bias', bias);
 */
export function checkFlag(where: string, name: string, value: unknown): boolean {
  if (typeof value === 'boolean') return value;
  throw new OptionError(`${where}: ${name} must be true or false, got ${describe(value)}`);
}

/** @throws {OptionError} for what is not a string. */
export function checkText(where: string, name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  throw new OptionError(`${where}: ${name} must be a string, got ${describe(value)}`);
}

/** @throws {OptionError} for what is not a function; undefined is one that was left out. */
export function checkFunction(where: string, name: string, value: unknown): void {
  if (value === undefined || typeof value === 'function') return;
  throw new OptionError(`${where}: ${name} must be a function, got ${describe(value)}`);
}

/** @throws {OptionError} for what is not an AbortSignal, of whichever realm; undefined is one that was left out. */
export function checkSignal(where: string, signal: unknown): void {
  if (signal === undefined || readGiven(`${where}: signal`, () => isSignal(signal))) return;
  throw new OptionError(`${where}: signal must be an AbortSignal, got ${describe(signal)}`, {
    hint: 'give controller.signal of a new AbortController()',
  });
}

function isSignal(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { aborted, addEventListener, throwIfAborted } = value as Partial<AbortSignal>;
  return (
    typeof aborted === 'boolean' &&
    typeof addEventListener === 'function' &&
    typeof throwIfAborted === 'function'
  );
}

/** Whether a value is what files are named by: a string, or a URL. */
export function isPath(value: unknown): value is string | URL {
  return typeof value === 'string' || isA(value, URL);
}
