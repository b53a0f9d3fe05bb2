import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { counter, noAddon, PRELUDE, plain } from './programs.ts';

/** What the addon says when it refuses; a script that crashes has another signal or exit code. */
const CODES = ['ARGUMENT', 'BUSY', 'MEMORY', 'PROGRAM'];

/** Values of every kind, by name; `odd` makes them anew for each call. */
const ODD = `
  const odd = () => {
    const detached = new Float32Array(4);
    structuredClone(detached, { transfer: [detached.buffer] });
    const revoked = Proxy.revocable([], {});
    revoked.revoke();
    const released = addon.allocate(4);
    addon.release(released);
    const disposed = prepare();
    addon.dispose(disposed);
    const victim = new Float32Array(1 << 20);
    const traitor = [victim];
    Object.defineProperty(traitor, 1, { enumerable: true, get() { structuredClone(victim, { transfer: [victim.buffer] }); return victim; } });
    const throwing = [];
    Object.defineProperty(throwing, 0, { get() { throw new Error('of its own'); } });
    const copy = addon.allocate(4);
    return {
      undefined: undefined, null: null, true: true, zero: 0, minus: -1, half: 0.5, NaN: NaN, infinite: Infinity,
      huge: 1e300, most: 2 ** 53, text: 'x', symbol: Symbol('x'), bigint: 10n, object: {}, list: [], func: () => 0,
      floats: new Float32Array(3), ints: new Int32Array(1), doubles: new Float64Array(4), code: Float64Array.from(plain.code),
      nonsense: new Float64Array(64).fill(7), bytes: new Uint8Array(4), bigints: new BigInt64Array(2),
      view: new DataView(new ArrayBuffer(8)), buffer: new ArrayBuffer(8), shared: new Float32Array(new SharedArrayBuffer(16)),
      wasm: new WebAssembly.Memory({ initial: 1 }).buffer, resizable: new Float32Array(new ArrayBuffer(8, { maxByteLength: 64 })),
      detached, slot: addon.allocate(4), program: prepare(), released, disposed, result,
      lists: [new Float32Array(1)], holes: new Array(2), long: new Array(2 ** 32 - 1), throwing, traitor,
      proxy: new Proxy(copy, {}), heir: Object.create(copy), clone: structuredClone(copy), revoked: revoked.proxy,
      thrower: new Proxy({}, { get() { throw new Error('of its own'); }, getPrototypeOf() { throw new Error('of its own'); } }),
      date: new Date(0), promise: Promise.resolve(), weak: new WeakMap(), module: process.binding, stream: process.stdout._handle,
    };
  };
`;

/** Calls that are right, by export. */
const RIGHT = `
  const right = {
    describe: () => [], limits: () => [1, 0, true], allocate: () => [4], release: () => [addon.allocate(4)],
    write: () => [addon.allocate(4), new Float32Array(2), 1], read: () => [addon.allocate(4), new Float32Array(4)],
    view: () => [addon.allocate(4)], detach: () => [new ArrayBuffer(8)],
    prepare: () => [Float64Array.from(plain.code), slots, 1, false], dispose: () => [prepare()],
    run: () => [prepare(), 1, [new Float32Array(1)]], runSync: () => [prepare(), 1, [new Float32Array(1)], [new Float32Array(1)]],
    bind: () => [prepare(), [new Float32Array(1)], [new Float32Array(1)]], collect: () => [result, [new Float32Array(1)]],
  };
`;

/** Buffers that cannot be: Node.js refuses memory beyond its limit, and V8 a second buffer of the same. */
const VIEWS = `
  const { constants } = require('node:buffer');
  const beyond = constants.MAX_LENGTH / 4 + 16;
  if (beyond < 2 ** 31) {
    const slot = addon.allocate(beyond);
    for (let i = 0; i < 3; i++) {
      let refused = false;
      try { addon.view(slot); } catch { refused = true; }
      if (!refused) strange.push('a view beyond the limit');
      gc();
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
    addon.write(slot, new Float32Array([7]), beyond - 1);
    addon.release(slot);
  }
  const twice = addon.allocate(4);
  const view = new Float32Array(addon.view(twice));
  await attempt('view', [twice], 'a second time');
  addon.write(twice, new Float32Array([1, 2]), 0);
  addon.release(twice);
  if (view[1] !== 2) strange.push('a view outlives its slot');
`;

const BODY = `
  const prepare = () => addon.prepare(Float64Array.from(plain.code), slots, 1, false);
  let result;
  ${ODD} ${RIGHT}
  const codes = new Set(${JSON.stringify(CODES)});
  let calls = 0, refused = 0;
  const strange = [];
  const attempt = async (name, given, what) => {
    calls++;
    try {
      const value = addon[name](...given);
      if (name === 'bind') value();
      else if (name === 'run') await value;
    } catch (error) {
      refused++;
      if (!codes.has(error?.code) && error?.message !== 'of its own') strange.push(name + ' ' + what + ': ' + error);
    }
  };
  const unnamed = Object.keys(addon).filter((name) => !(name in right));
  const main = async () => {
    for (const name of Object.keys(right)) {
      const arity = right[name]().length;
      for (let at = -1; at < arity; at++) {
        for (const what of Object.keys({ nothing: 0, ...(at < 0 ? {} : firstOdd) })) {
          // The right call comes through, so that what is refused is refused for the odd value.
          result = await addon.run(prepare(), 1, [new Float32Array(1)]);
          const given = right[name]();
          if (at >= 0 && what === 'nothing') given.length = at;
          if (what !== 'nothing') given[at] = odd()[what];
          // Without arithmetic alone it would go through half a gigabyte.
          if (name === 'limits' && given[2] !== true) continue;
          const before = refused;
          await attempt(name, given, what + ' at ' + at);
          if (at < 0 && refused > before) strange.push(name + ' refuses the right call');
        }
      }
    }
    ${VIEWS}
    console.log(JSON.stringify({ calls, refused, strange, unnamed }));
  };
  let firstOdd;
  addon.run(prepare(), 1, [new Float32Array(1)]).then((first) => { result = first; firstOdd = odd(); return main(); });
`;

describe.skipIf(noAddon)('the exports of the addon', () => {
  test('take any argument at any place: a result or an error with a code, and the process lives', () => {
    const { status, signal, stdout, stderr } = spawnSync(
      process.execPath,
      [
        '--no-deprecation',
        '--expose-gc',
        '-e',
        `const plain = JSON.parse(process.env.PLAIN); ${PRELUDE} ${BODY}`,
      ],
      { encoding: 'utf8', env: { ...process.env, PLAIN: JSON.stringify(plain(counter())) }, timeout: 60_000 },
    );
    expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
    const { calls, refused, strange, unnamed } = JSON.parse(stdout);
    expect({ strange, unnamed }).toEqual({ strange: [], unnamed: [] });
    expect(calls).toBeGreaterThan(1000);
    expect(refused).toBeGreaterThan(700);
  });
});
