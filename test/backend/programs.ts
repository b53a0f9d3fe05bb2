import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Backend, Runnable, Storage } from '../../src/backend/backend.ts';
import { encode } from '../../src/backend/encode.ts';
import { link } from '../../src/backend/link.ts';
import { type Addon, createNative } from '../../src/backend/native.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { compile } from '../../src/compile/compile.ts';
import type { Graph } from '../../src/compile/graph.ts';
import { allOps } from '../../src/ir/op.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, stored } from '../../src/ir/tensor.ts';
import { add, greater, matmul, mean, mul, relu, softmax, sub, sum, tanh } from '../../src/ops/index.ts';

export const addonPath: string = fileURLToPath(new URL('../../build/Release/glia.node', import.meta.url));

/** Without an addon these tests have nothing to test, unless it was asked for. */
export const noAddon: boolean = !existsSync(addonPath) && process.env['GLIA_BACKEND'] !== 'native';

/** The addon that was built from these sources. */
export function addon(): Addon {
  return createRequire(import.meta.url)(addonPath) as Addon;
}

/** The native backend with so many threads, which all take part in however small a program. */
export function native(threads = 1): Backend {
  return createNative(addon(), threads, true);
}

/** Numbers between -1 and 1, the same at each call. */
export function numbers(size: number): Float32Array {
  return Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1)));
}

/** Makes the stored tensors of a program and fills them with `numbers`. */
export function storageFor(backend: Backend, program: Program): Storage {
  const storage = backend.createStorage();
  for (const { place, shape, dtype } of program.buffers) {
    if (!('stored' in place) || storage.has(place.stored)) continue;
    storage.allocate({ name: place.stored, shape, dtype });
    storage.write(place.stored, numbers(sizeOf(shape)));
  }
  return storage;
}

/** A program with a storage of its own. */
export function prepared(backend: Backend, program: Program): { storage: Storage; runnable: Runnable } {
  const storage = storageFor(backend, program);
  return { storage, runnable: backend.prepare(program, storage) };
}

/** `total += x`, and the total is fetched: the smallest program with a feed, a fetch and a memory. */
export function counter(size = 1): Program {
  const x = fed('x', [size]);
  const total = stored('total', [size]);
  const next = add(total, x);
  return compile({ fetch: { next }, carry: [[total, next]] });
}

/** A training step of two layers by hand, with products, regions, rows and reductions; cut into many blocks. */
export function training(batch = 256, width = 256): Graph {
  const x = fed('x', [batch, width]);
  const w = stored('w', [width, width]);
  const b = stored('b', [width]);
  const v = stored('v', [width, width]);
  const h = relu(add(matmul(x, w, { transB: true }), b));
  const y = softmax(matmul(tanh(h), v));
  const dy = sub(y, 1 / width);
  const dv = matmul(tanh(h), dy, { transA: true });
  const dh = mul(matmul(dy, v, { transB: true }), greater(h, 0));
  const move = (p: typeof w, g: typeof w) => [p, sub(p, mul(0.1, g))] as const;
  return {
    fetch: { loss: mean(mul(y, y)) },
    carry: [move(v, dv), move(w, matmul(dh, x, { transA: true })), move(b, sum(dh, { axis: 0 }))],
  };
}

/** Work for about a second per `rounds` of 400, however fast the machine is within reason. */
export function long(): Program {
  const w = stored('w', [256, 256]);
  return compile({ fetch: { peak: mean(w) }, carry: [[w, tanh(matmul(w, w))]] });
}

/** A program as plain data for a script in JavaScript, which drives the addon without the TypeScript around it. */
export interface Plain {
  readonly addon: string;
  readonly code: readonly number[];
  readonly slots: readonly number[];
}

/** `program` for a script. */
export function plain(program: Program): Plain {
  const { code, slots } = encode(program, link(allOps(), addon().describe()));
  const sizeFor = (name: string) =>
    sizeOf(program.buffers.find(({ place }) => 'stored' in place && place.stored === name)!.shape);
  return { addon: addonPath, code: [...code], slots: slots.map(sizeFor) };
}

/** Start of a script: `plain` must be in scope; it makes `addon`, `slots` and `program`. */
export const PRELUDE = `
  const addon = require(plain.addon);
  const slots = plain.slots.map((size) => addon.allocate(size));
  plain.slots.forEach((size, s) => {
    addon.write(slots[s], Float32Array.from({ length: size }, (_, i) => Math.sin(12.9898 * (i + 1))), 0);
  });
  const program = addon.prepare(Float64Array.from(plain.code), slots, 2, true);
`;
