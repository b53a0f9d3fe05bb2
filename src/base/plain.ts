import { types } from 'node:util';
import { readGiven } from './check.ts';
import { builtIn, describe } from './describe.ts';
import { OptionError } from './errors.ts';

/** Entries of all lists and objects of what is copied: what has more is no data to be looked at as a whole. */
const MOST = 2 ** 26;
/** Entries of one list. */
const MOST_OF_ONE = 2 ** 24;
/** How deep it is nested. */
const DEEPEST = 200;

/**
 * A copy of data that is of this program alone: lists are arrays without holes, objects have no prototype, and getters and
 * proxies were asked once, here. Typed arrays, dates and the like stay as they are, and so do functions, of
 * which proxies become functions that call them. Of an instance of a
 * class the copy has the methods and getters too, not enumerable; or the instance stays as it is, where `instances` are
 * `'kept'`. What stands at two places stands there in the copy.
 *
 * Cost: one visit of each entry.
 *
 * @throws {OptionError} for what cannot be read, is nested too deep, or is larger than memory should be filled with.
 */
export function plainOf<T>(where: string, value: T, instances: 'copied' | 'kept' = 'copied'): T {
  return readGiven(where, () => new Copy(instances === 'kept').of(value, where, 0)) as T;
}

class Copy {
  readonly #made = new Map<object, object>();
  readonly #keeps: boolean;
  #entries = 0;

  constructor(keeps: boolean) {
    this.#keeps = keeps;
  }

  of(one: unknown, at: string, depth: number): unknown {
    // Whatever looks at a proxy of a function runs it.
    if (typeof one === 'function' && types.isProxy(one))
      return (...given: readonly unknown[]): unknown => Reflect.apply(one, undefined, given);
    if (typeof one !== 'object' || one === null || builtIn(one) !== undefined) return one;
    if (this.#keeps && isInstance(one)) return one;
    const made = this.#made.get(one);
    if (made !== undefined) return made;
    if (depth > DEEPEST) throw new OptionError(`${at} is nested more than ${DEEPEST} deep`);
    const length = lengthOf(at, one);
    return length === undefined
      ? this.#fields(one, at, depth + 1)
      : this.#list(one as ArrayLike<unknown>, length, at, depth + 1);
  }

  #list(one: ArrayLike<unknown>, length: number, at: string, depth: number): unknown[] {
    this.#count(length, at);
    const list = new Array<unknown>(length);
    this.#made.set(one, list);
    for (let i = 0; i < length; i++) list[i] = this.of(one[i], at, depth);
    return list;
  }

  #fields(one: object, at: string, depth: number): object {
    const own = Object.create(null) as Record<string, unknown>;
    this.#made.set(one, own);
    const keys = Object.keys(one);
    this.#count(keys.length, at);
    for (const key of keys) own[key] = this.of(Reflect.get(one, key), `${at}.${key}`, depth);
    for (const key of keysOfClasses(one)) {
      if (key in own) continue;
      const found: unknown = Reflect.get(one, key);
      // What is private to a class is reached from the instance alone.
      const value = typeof found === 'function' ? found.bind(one) : this.of(found, `${at}.${key}`, depth);
      Object.defineProperty(own, key, { value });
    }
    return own;
  }

  #count(entries: number, at: string): void {
    this.#entries += entries;
    if (this.#entries > MOST) throw new OptionError(`${at} goes beyond ${MOST} entries`);
  }
}

/** Whether an object is of a class, and itself rather than a proxy of it. */
function isInstance(one: object): boolean {
  if (types.isProxy(one) || Array.isArray(one)) return false;
  const prototype: object | null = Object.getPrototypeOf(one);
  return prototype !== null && Object.getPrototypeOf(prototype) !== null;
}

/** Entries of a list, or of what has a length as one has; undefined of other objects. */
function lengthOf(at: string, one: object): number | undefined {
  const isList = Array.isArray(one);
  const length: unknown = isList || 'length' in one ? (one as ArrayLike<unknown>).length : undefined;
  const counts = typeof length === 'number' && Number.isSafeInteger(length) && length >= 0;
  if (!counts && !isList) return undefined;
  if (!counts) throw new OptionError(`${at} must be a list, got one of ${describe(length)} entries`);
  if (length <= MOST_OF_ONE) return length;
  throw new OptionError(`${at} has ${length} elements, at most ${MOST_OF_ONE} are read`);
}

/** What the classes of an object give it. */
function keysOfClasses(one: object): string[] {
  const keys: string[] = [];
  for (let from: object | null = Object.getPrototypeOf(one); from !== null; ) {
    const next: object | null = Object.getPrototypeOf(from);
    // The last is Object.prototype, of whichever realm.
    if (next !== null) keys.push(...Object.getOwnPropertyNames(from).filter((key) => key !== 'constructor'));
    from = next;
  }
  return keys;
}
