import { runInNewContext } from 'node:vm';

/** What a value throws when a getter, a trap or a conversion of it runs: an error that is surely not glia's. */
export class Trap extends Error {}

/** What it throws when it is called, as a function that was given may be. */
class Called extends Trap {}

export interface Hostile {
  readonly name: string;
  readonly value: unknown;
}

const trap = (): never => {
  throw new Trap('somebody ran what a value holds');
};

const called = (): never => {
  throw new Called('somebody called it');
};

const TRAPS = [
  'get',
  'has',
  'ownKeys',
  'getOwnPropertyDescriptor',
  'getPrototypeOf',
  'isExtensible',
] as const;

const all: ProxyHandler<object> = {
  ...Object.fromEntries(TRAPS.map((name) => [name, trap])),
  apply: called,
  construct: called,
};

function revoked(target: object): unknown {
  const { proxy, revoke } = Proxy.revocable(target, {});
  revoke();
  return proxy;
}

/** Has everything and is everything: each property and each call gives the proxy itself. */
function yes(): unknown {
  const self: unknown = new Proxy(() => undefined, {
    // An object that can be awaited is for who made it to resolve.
    get: (target, key) => (key === 'then' ? undefined : key === 'prototype' ? target.prototype : self),
    has: () => true,
    apply: () => self,
    construct: () => self as object,
  });
  return self;
}

const lying = (target: object, properties: Readonly<Record<string, unknown>>): unknown =>
  new Proxy(target, {
    get: (own, key) =>
      typeof key === 'string' && key in properties ? properties[key] : Reflect.get(own, key),
    has: () => true,
  });

const throwing = (keys: readonly PropertyKey[], base: object = {}): object =>
  keys.reduce(
    (made, key) => Object.defineProperty(made, key, { get: trap, enumerable: true, configurable: true }),
    base,
  );

function cyclic(): unknown[] {
  const list: unknown[] = [];
  list.push(list);
  return list;
}

function detached(): Float32Array {
  const array = new Float32Array(2);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

/**
 * Values that strangers bring, each as an argument that nobody expects. They neither wait nor take memory, so that each
 * can be tried everywhere.
 */
export const HOSTILE: readonly Hostile[] = Object.entries<unknown>({
  undefined,
  null: null,
  true: true,
  false: false,
  zero: 0,
  'minus zero': -0,
  minus: -1,
  half: 0.5,
  NaN: Number.NaN,
  infinity: Infinity,
  large: 1e15,
  'beyond integers': 2 ** 53,
  'beyond float32': 1e39,
  bigint: 1n,
  'no text': '',
  word: 'nonsense',
  'number as text': '3',
  escape: '\u001b[2J\u202e',
  'half a pair': '\ud800',
  'long text': 'x'.repeat(1_000_000),
  __proto__: '__proto__',
  'name of Object.prototype': 'constructor',
  symbol: Symbol('hostile'),
  'function of nothing': () => undefined,
  'function of text': () => 'x',
  'throwing function': called,
  class: class Hostile {},
  object: {},
  'object without a prototype': Object.create(null),
  'object with keys': { nonsense: 1, toString: 1, valueOf: 1, length: 2 },
  'own __proto__': JSON.parse('{ "__proto__": { "a": 1 } }'),
  'no list': [],
  'list of undefined': [undefined],
  'list of null': [null, null],
  'list of symbols': [Symbol('a'), Symbol('b')],
  holes: new Array(2),
  'many holes': new Array(4_000_000_000),
  'list of numbers': [1, 2],
  'list of lists': [[1, 2], [3]],
  'list of no list': [[]],
  'list of objects': [{}, {}],
  'list with keys': Object.assign([1, 2], { nonsense: 1, shape: [2], data: [1, 2] }),
  'list in itself': cyclic(),
  'list like': { length: 2, 0: 1, 1: 2 },
  'list like of less than nothing': { length: -1 },
  'list with a throwing entry': throwing(['0', '1'], [1, 2]),
  date: new Date(Number.NaN),
  map: new Map([['units', 1]]),
  set: new Set([1]),
  pattern: /x/g,
  'boxed number': Object(3),
  'boxed text': Object('text'),
  'boxed symbol': Object(Symbol('boxed')),
  error: new Error('given as an argument'),
  buffer: new ArrayBuffer(8),
  view: new DataView(new ArrayBuffer(8)),
  bigints: new BigInt64Array(2),
  'detached array': detached(),
  'array of another realm': runInNewContext('new Float32Array(2)'),
  'list of another realm': runInNewContext('[[1, 2], [3, 4]]'),
  'empty typed array': new Float32Array(0),
  'data that does not fill': { data: [1, 2], shape: [3] },
  'data of no shape': { data: new Float32Array(2), shape: [-1, Symbol('dim')] },
  'data beyond memory': { data: [1], shape: [2 ** 40, 2 ** 40] },
  'throwing getters': throwing([
    'name',
    'data',
    'shape',
    'length',
    'x',
    'y',
    'rows',
    'session',
    'aborted',
    'layer',
  ]),
  // Not enumerable, as methods of classes are: a record of functions, each of a row, may have such names.
  'throwing conversions': ['toString', 'valueOf', 'toJSON', Symbol.toPrimitive, Symbol.iterator].reduce(
    (made, key) => Object.defineProperty(made, key, { value: trap }),
    {},
  ),
  'throwing tag': throwing([Symbol.toStringTag, Symbol.iterator, 'constructor']),
  'throwing proxy': new Proxy({}, all),
  'throwing proxy of a list': new Proxy([1, 2], all),
  'throwing proxy of a function': new Proxy(() => undefined, all),
  'revoked proxy': revoked({}),
  'revoked proxy of a list': revoked([1]),
  'revoked proxy of a function': revoked(() => undefined),
  'lying length': lying([1, 2], { length: -1 }),
  'length beyond integers': lying([1, 2], { length: 2 ** 53 }),
  'length that is none': lying([1, 2], { length: 'two' }),
  'length beyond memory': lying([1, 2], { length: 2 ** 40 }),
  'yes to everything': yes(),
  'proxy of nothing that has everything': lying({}, {}),
}).map(([name, value]) => ({ name, value }));

/** Whether an error is the word of a function that was given and called: its own, or the engine's for one that cannot be. */
export function isOfCalled(error: unknown): boolean {
  const word = /Cannot perform 'apply' on a proxy|Class constructor Hostile/;
  return error instanceof Called || (error instanceof TypeError && word.test(error.message));
}

/** Whether an error stems from what a hostile value holds: its own, or the engine's word for a proxy or a conversion. */
export function isTheirs(error: unknown): boolean {
  return (
    error instanceof Trap ||
    (error instanceof TypeError &&
      /proxy|primitive|Symbol value|Class constructor Hostile/i.test(error.message))
  );
}
