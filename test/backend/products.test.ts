import { spawnSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { encode } from '../../src/backend/encode.ts';
import { link } from '../../src/backend/link.ts';
import { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { compile } from '../../src/compile/compile.ts';
import { allOps } from '../../src/ir/op.ts';
import { fed, type Tensor } from '../../src/ir/tensor.ts';
import { add, greater, matmul, mul, relu, sub } from '../../src/ops/index.ts';
import { addon, addonPath, native, noAddon } from './programs.ts';

// Whole numbers from -3 to 3: every sum of up to 1300 products, whatever its order, is exact in float32, and so is what
// follows on it. So nothing here has a tolerance.
const random = Random.of(1, 'products');
const POOL = Array.from({ length: 600_011 }, () => random.integer(7) - 3);

// Around the edges of vectors (8, 16), tiles (6, 12 rows; 16, 32, 64 columns), dots (12 rows), panels (64), packing (48).
const SIDES = [1, 2, 3, 5, 6, 7, 11, 12, 13, 15, 16, 17, 24, 31, 33, 48, 63, 64, 65, 130];
// Around the pieces that sums are cut into (256), and the sums that are cut into square blocks (1024).
const DEPTHS = [255, 256, 257, 513, 1024, 1025, 1300];

/** What follows on the product; the product may finish its sums by some of it before it stores them. */
const FOLLOWING = [
  'nothing',
  'bias and relu',
  'column',
  'gradient of a relu',
  'bias',
  'number',
  'matrix',
  'a matrix the other way round',
] as const;

interface Shape {
  readonly batch: number;
  readonly m: number;
  readonly n: number;
  readonly k: number;
}

interface Case extends Shape {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly following: (typeof FOLLOWING)[number];
  /** The product itself is fetched beside what follows on it. */
  readonly fetched: boolean;
}

const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;

function shapes(): Shape[] {
  const short = Array.from({ length: 700 }, () => {
    return { batch: pick([1, 1, 1, 2, 5]), m: pick(SIDES), n: pick(SIDES), k: pick(SIDES) };
  });
  const long = DEPTHS.flatMap((k) =>
    Array.from({ length: 12 }, () => ({ batch: pick([1, 1, 3]), m: pick(SIDES), n: pick(SIDES), k })),
  );
  // Cut into blocks: of columns, of rows where n is narrow, where there are many and of a weight gradient; of squares.
  const blocks = [
    { m: 65, n: 330, k: 65 },
    { m: 1, n: 700, k: 800 },
    { m: 3000, n: 13, k: 31 },
    { m: 600, n: 65, k: 17 },
    { m: 150, n: 130, k: 63 },
    { m: 259, n: 270, k: 1025 },
  ].map((shape) => ({ batch: 1, ...shape }));
  return [...short, ...long, ...blocks, { batch: 3, m: 150, n: 130, k: 63 }];
}

function cases(): Case[] {
  const sides = [false, true];
  return shapes().flatMap((shape, i) =>
    sides.flatMap((transA) =>
      sides.map((transB, j) => {
        const following = FOLLOWING[(i + 2 * Number(transA) + j) % FOLLOWING.length]!;
        return { ...shape, transA, transB, following, fetched: random.uniform() < 0.3 };
      }),
    ),
  );
}

/** Leaves in the order of their numbers in the pool, and what is fetched. */
function graphOf({ batch, m, n, k, transA, transB, following, fetched }: Case) {
  const matrix = (name: string, rows: number, columns: number, transposed: boolean) => {
    const shape = transposed ? [columns, rows] : [rows, columns];
    return fed(name, batch === 1 ? shape : [batch, ...shape]);
  };
  const [a, b] = [matrix('a', m, k, transA), matrix('b', k, n, transB)];
  const [bias, column, number] = [fed('bias', [n]), fed('column', [m, 1]), fed('number', [1])];
  const other = matrix('other', m, n, false);
  const product = matmul(a, b, { transA, transB });
  const y = {
    nothing: product,
    bias: add(product, bias),
    'bias and relu': relu(add(product, bias)),
    column: mul(product, column),
    number: sub(product, number),
    matrix: add(product, other),
    'a matrix the other way round': add(other, product),
    'gradient of a relu': mul(product, greater(other, 0)),
  }[following];
  const fetch: Record<string, Tensor> = fetched && y !== product ? { y, product } : { y };
  return { leaves: [a, b, bias, column, number, other], fetch };
}

/** Where in the pool a leaf's numbers begin: other numbers for each, and seldom on a vector's edge. */
const startOf = (leaf: number, size: number) => (leaf * 40_037) % (POOL.length - size);

/** By definition: one sum after the other. */
function naively(one: Case): Readonly<Record<string, Float64Array>> {
  const { batch, m, n, k, transA, transB, following } = one;
  const starts = graphOf(one).leaves.map(({ shape }, i) => startOf(i, sizeOf(shape)));
  const [a, b, bias, column, number, other] = starts as [number, number, number, number, number, number];
  // Distances of two rows and of two columns of op(a) and op(b).
  const [ai, ap, bp, bj] = [transA ? 1 : k, transA ? m : 1, transB ? 1 : n, transB ? k : 1];
  const product = new Float64Array(batch * m * n).map((_, place) => {
    const [g, i, j] = [Math.floor(place / (m * n)), Math.floor(place / n) % m, place % n];
    const [left, right] = [a + g * m * k + i * ai, b + g * k * n + j * bj];
    let sum = 0;
    for (let p = 0; p < k; p++) sum += POOL[left + p * ap]! * POOL[right + p * bp]!;
    return sum;
  });
  const y = product.map((value, place) => {
    const [row, at] = [Math.floor(place / n) % m, place % n];
    return {
      nothing: () => value,
      bias: () => value + POOL[bias + at]!,
      'bias and relu': () => Math.max(0, value + POOL[bias + at]!),
      column: () => value * POOL[column + row]!,
      number: () => value - POOL[number]!,
      matrix: () => value + POOL[other + place]!,
      'a matrix the other way round': () => value + POOL[other + place]!,
      'gradient of a relu': () => (POOL[other + place]! > 0 ? value : 0),
    }[following]();
  });
  return { y, product };
}

/** What a process needs to run the cases: programs, and where in the pool each feed lies. */
function plainCases(all: readonly Case[]) {
  const facts = addon().describe();
  const opcodes = link(allOps(), facts);
  const { fuses } = native();
  return all.map((one) => {
    const { leaves, fetch } = graphOf(one);
    const program = compile({ fetch, carry: [] }, { fuses });
    const feeds = program.feeds.map(({ name, buffer }) => {
      const leaf = leaves.findIndex(({ origin }) => origin.kind === 'leaf' && origin.name === name);
      const size = sizeOf(program.buffers[buffer]!.shape);
      return [startOf(leaf, size), size];
    });
    const sizes = program.fetches.map(({ buffer }) => sizeOf(program.buffers[buffer]!.shape));
    const names = program.fetches.map(({ name }) => name);
    return { code: [...encode(program, opcodes).code], feeds, sizes, names, steps: program.steps };
  });
}

// The second run finds the memory as the first has left it. What it gives is written as float32, case after case.
const SCRIPT = `
  const { addon: path, pool, cases } = JSON.parse(require('node:fs').readFileSync(0, 'utf8'));
  const addon = require(path);
  const numbers = Float32Array.from(pool);
  const results = cases.flatMap(({ code, feeds, sizes }) => {
    const program = addon.prepare(Float64Array.from(code), [], 1, true);
    const fed = feeds.map(([start, size]) => numbers.subarray(start, start + size));
    const run = () => {
      const fetched = sizes.map((size) => new Float32Array(size).fill(NaN));
      addon.runSync(program, 1, fed, fetched);
      return fetched;
    };
    run();
    const fetched = run();
    addon.dispose(program);
    return fetched.map(({ buffer }) => Buffer.from(buffer));
  });
  const isa = Buffer.from(addon.describe().isa.padEnd(8));
  process.stdout.write(Buffer.concat([isa, ...results]));
`;

describe.skipIf(noAddon)('products of whole numbers are exact', () => {
  const all = noAddon ? [] : cases();
  const plain = noAddon ? [] : plainCases(all);
  const input = JSON.stringify({
    addon: addonPath,
    pool: POOL,
    cases: plain.map(({ code, feeds, sizes }) => ({ code, feeds, sizes })),
  });
  const wanted = new Map<Case, ReturnType<typeof naively>>();
  const wantedOf = (one: Case) => {
    if (!wanted.has(one)) wanted.set(one, naively(one));
    return wanted.get(one)!;
  };

  test('and what follows on them runs on their blocks, where nothing else reads them in scratch memory', () => {
    const steps = plain.flatMap((one) => one.steps);
    const kernels = steps.flatMap((step) => (step.kind === 'kernel' ? [step] : []));
    expect(kernels).toHaveLength(all.length);
    const inner = all.map(({ following, fetched }) => following !== 'nothing' && !fetched);
    expect(kernels.map((step) => step.inner === true)).toEqual(inner);
    expect(kernels.map((step) => step.epilogue !== undefined)).toEqual(
      all.map(({ following }) => following !== 'nothing'),
    );
  });

  test.each(['base', 'avx2', 'avx512'])('with %s', (isa) => {
    const { status, stderr, stdout } = spawnSync(process.execPath, ['-e', SCRIPT], {
      env: { ...process.env, GLIA_ISA: isa },
      input,
      maxBuffer: 1 << 30,
    });
    expect({ status, stderr: stderr.toString() }).toEqual({ status: 0, stderr: '' });
    // A processor that has less has been tested with what it has.
    if (stdout.toString('utf8', 0, 8).trim() !== isa) return;
    let at = 8;
    const wrong = all.flatMap((one, i) =>
      plain[i]!.names.flatMap((name, f) => {
        const size = plain[i]!.sizes[f]!;
        const got = new Float32Array(size);
        for (let j = 0; j < size; j++) got[j] = stdout.readFloatLE(at + 4 * j);
        at += 4 * size;
        const want = wantedOf(one)[name]!;
        // Not by bits: a product with -1 may be -0.
        const first = got.findIndex((value, j) => value !== want[j]);
        return first < 0 ? [] : [{ ...one, name, first, got: got[first], want: want[first] }];
      }),
    );
    expect(at).toBe(stdout.length);
    expect(wrong).toEqual([]);
  });
});
