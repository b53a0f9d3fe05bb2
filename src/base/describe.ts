import { types } from 'node:util';

/** Characters of a text that are quoted. */
const LONGEST = 80;

/**
 * A value in a few words, for messages. Never throws and runs nothing of the value's own: no getter, no `toString`, no
 * trap of a proxy.
 *
 * | value                          | words                        |
 * | ------------------------------ | ---------------------------- |
 * | `3`, `NaN`, `true`, `null`     | `3`, `NaN`, `true`, `null`   |
 * | `'age'`                        | `"age"`, at most 80 characters of it |
 * | `3n`                           | `the bigint 3n`              |
 * | `[1, 2]`                       | `an array`                   |
 * | `{ a: 1 }`                     | `an object`                  |
 * | `new Date()`                   | `a value of type Date`       |
 * | functions, symbols, proxies    | `a function`, `a symbol`, `a proxy` |
 */
export function describe(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'bigint':
      return value > -LARGE && value < LARGE ? `the bigint ${value}n` : 'a bigint';
    case 'symbol':
      return 'a symbol';
    case 'function':
      return types.isProxy(value) ? 'a proxy' : 'a function';
    case 'object':
      return value === null ? 'null' : describeObject(value);
    default:
      return Object.is(value, -0) ? '-0' : String(value);
  }
}

/** Larger ones take a while to write. */
const LARGE = 10n ** 40n;

function quoted(text: string): string {
  return JSON.stringify(text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text);
}

function describeObject(value: object): string {
  if (types.isProxy(value)) return 'a proxy';
  if (Array.isArray(value)) return 'an array';
  const type = builtIn(value) ?? nameOfClass(value);
  return type === undefined ? 'an object' : `a value of type ${type}`;
}

// What an object is inside, whatever it says of itself and from whichever realm it comes.
const BUILT_IN: readonly (readonly [string, (value: unknown) => boolean])[] = [
  ['Date', types.isDate],
  ['Map', types.isMap],
  ['Set', types.isSet],
  ['RegExp', types.isRegExp],
  ['Promise', types.isPromise],
  ['Error', types.isNativeError],
  ['Number', types.isNumberObject],
  ['String', types.isStringObject],
  ['Boolean', types.isBooleanObject],
  ['ArrayBuffer', types.isAnyArrayBuffer],
  ['DataView', types.isDataView],
];

/** As {@link describe}, with the first entries of a list: `[2, "x"]`. */
export function describeList(value: unknown): string {
  if (typeof value !== 'object' || types.isProxy(value) || !Array.isArray(value)) return describe(value);
  const entries = Array.from({ length: Math.min(value.length, 8) }, (_, i) => {
    const entry = Object.getOwnPropertyDescriptor(value, i);
    return entry !== undefined && 'value' in entry ? describe(entry.value) : 'nothing';
  });
  return `[${entries.join(', ')}${value.length > 8 ? ', ...' : ''}]`;
}

/** The type of an object that is more than its properties, such as `Date` or `Float32Array`; else undefined. */
export function builtIn(value: object): string | undefined {
  return BUILT_IN.find(([, is]) => is(value))?.[0] ?? kindOfTypedArray(value);
}

const TYPED_ARRAY: object = Object.getPrototypeOf(Uint8Array.prototype);
const kindOf = Object.getOwnPropertyDescriptor(TYPED_ARRAY, Symbol.toStringTag)!.get!;

/** `Float32Array` and so on, for typed arrays of every realm, whatever their classes say; else undefined. */
export function kindOfTypedArray(value: unknown): string | undefined {
  return kindOf.call(value) as string | undefined;
}

/** The class of an object, found without running what it could hold: by plain properties of plain objects alone. */
function nameOfClass(value: object): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (typeof prototype !== 'object' || prototype === null || types.isProxy(prototype)) return undefined;
  const made: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  if (typeof made !== 'function' || types.isProxy(made)) return undefined;
  const name: unknown = Object.getOwnPropertyDescriptor(made, 'name')?.value;
  return typeof name === 'string' && name !== '' && name !== 'Object' ? name.slice(0, LONGEST) : undefined;
}

/** Whether a value is an object of properties: no array, and nothing such as a Map or a Date, which would pass as empty. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null || builtIn(value) !== undefined) return false;
  try {
    return !Array.isArray(value);
  } catch {
    return false;
  }
}
