import { beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { Random } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { compile, type Graph } from '../../src/compile/compile.ts';
import { printProgram } from '../../src/ir/print.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { nameOf, stepNaively, type Values } from '../support/naive.ts';
import { numbersFor, runProgram } from '../support/run-graph.ts';
import { native, noAddon } from './programs.ts';

/** Whole numbers up to this size, and their sums and differences, are exact in float32. */
const EXACT = 2 ** 23;
/** Leaves hold whole numbers from -2 to 2. */
const LEAF = 2;
const STEPS = 2;

interface RandomRectangles {
  readonly graph: Graph;
  readonly stored: readonly Tensor[];
  readonly fed: readonly Tensor[];
}

/** A value and how large its numbers can be. */
interface Bounded {
  readonly tensor: Tensor;
  readonly bound: number;
}

/** Products that are cut into blocks in every way, and sums: [batch, m, n, k] and transposed sides. */
const PRODUCTS: readonly (readonly [number, number, number, number])[] = [
  [1, 70, 330, 65], // columns, the last of them few
  [1, 1300, 11, 40], // rows of a narrow product
  [1, 600, 40, 20], // many rows
  [1, 150, 130, 70], // rows of a weight gradient, where a is transposed
  [1, 258, 40, 1030], // squares, one below the other
  [1, 40, 260, 1030], // and side by side
  [1, 90, 190, 190], // the size of the left side, whose memory the result must not take
  [1, 5, 6, 7], // few numbers: one block
  [1, 3, 4, 2], // a vector each
  [7, 20, 50, 30], // a block a matrix
  [3, 70, 330, 65],
  [40, 4, 5, 6], // small products, which a region follows as a whole
];

/** A product or a sum, cut into blocks, that elementwise ops with random inputs follow on; some is carried. */
function randomRectangles(seed: number): RandomRectangles {
  const random = Random.of(seed, 'rectangles');
  const pick = <T>(from: readonly T[]): T => from[random.integer(from.length)]!;
  const feeds: Tensor[] = [];
  const leaves: Tensor[] = [];
  const feed = (shape: Shape): Tensor => {
    feeds.push(fed(`f${feeds.length}`, shape));
    return feeds.at(-1)!;
  };
  const store = (shape: Shape): Tensor => {
    leaves.push(stored(`w${leaves.length}`, shape));
    return leaves.at(-1)!;
  };

  function product(): Bounded {
    const [batch, m, n, k] = PRODUCTS[seed % PRODUCTS.length]!;
    const [transA, transB] = [random.uniform() < 0.5, random.uniform() < 0.5];
    const matrix = (rows: number, columns: number, transposed: boolean) => {
      const shape = transposed ? [columns, rows] : [rows, columns];
      return pick([feed, store])(batch === 1 ? shape : [batch, ...shape]);
    };
    const y = ops.matmul(matrix(m, k, transA), matrix(k, n, transB), { transA, transB });
    return { tensor: y, bound: LEAF * LEAF * k };
  }

  function fold(): Bounded {
    const [shape, axis] = pick<[Shape, number]>([
      [[40, 700], 0], // columns
      [[3000, 9], 1], // rows
      [[21, 30, 41], 2],
      [[2, 9], 0],
    ]);
    const bound = LEAF * shape[axis]!;
    return { tensor: ops.sum(feed(shape), { axis, keepDims: random.uniform() < 0.5 }), bound };
  }

  /** A view in which the matrices of a batch, or the rows of one, lie along one axis more. */
  function seen({ tensor, bound }: Bounded): Bounded {
    const [first, ...rest] = tensor.shape;
    if (rest.length === 0 || random.uniform() < 0.7) return { tensor, bound };
    const shape = pick([
      [first!, 1, ...rest],
      [1, first!, ...rest],
      ...(first! % 2 === 0 ? [[2, first! / 2, ...rest]] : []),
    ]);
    return { tensor: ops.reshape(tensor, shape), bound };
  }

  /** An input for that shape: whole, or repeated along any of its axes, or with fewer of them. */
  function input(shape: Shape): Bounded {
    const way = random.uniform();
    let own = shape.map((dim) => (random.uniform() < 0.5 ? 1 : dim));
    if (way < 0.3) own = [...shape];
    else if (way < 0.45) own = shape.slice(-1);
    else if (way < 0.55) own = shape.map((dim, axis) => (axis === shape.length - 1 ? 1 : dim));
    else if (way < 0.65) own = [];
    return { tensor: pick([feed, store])(own), bound: LEAF };
  }

  function following(sofar: readonly Bounded[]): Bounded {
    const a = random.uniform() < 0.7 ? sofar.at(-1)! : pick(sofar);
    const b = random.uniform() < 0.75 ? input(a.tensor.shape) : pick(sofar);
    const [x, y] = random.uniform() < 0.5 ? [a, b] : [b, a];
    const larger = Math.max(x.bound, y.bound);
    const made: Bounded[] = [
      { tensor: ops.add(x.tensor, y.tensor), bound: x.bound + y.bound },
      { tensor: ops.sub(x.tensor, y.tensor), bound: x.bound + y.bound },
      { tensor: ops.mul(x.tensor, y.tensor), bound: x.bound * y.bound },
      { tensor: ops.maximum(x.tensor, y.tensor), bound: larger },
      { tensor: ops.where(ops.greater(x.tensor, 0), y.tensor, x.tensor), bound: larger },
      { tensor: ops.relu(a.tensor), bound: a.bound },
      { tensor: ops.sub(1, a.tensor), bound: a.bound + 1 },
    ];
    return pick(made.filter(({ bound }) => bound <= EXACT));
  }

  const values = [seen(seed % 13 === 12 ? fold() : product())];
  const { shape } = values[0]!.tensor;
  for (let left = 1 + random.integer(5); left > 0; left--) values.push(following(values));
  const last = values.at(-1)!;
  const fetched = values.filter((value) => value === last || random.uniform() < 0.2);
  // What is carried must stay as small as a leaf's numbers.
  const carry = leaves.flatMap((leaf): [Tensor, Tensor][] => {
    if (sizeOf(leaf.shape) !== sizeOf(shape) || random.uniform() < 0.3) return [];
    const next = ops.clip(random.uniform() < 0.8 ? last.tensor : pick(values).tensor, -LEAF, LEAF);
    return [[leaf, ops.reshape(next, leaf.shape)]];
  });
  return {
    graph: { fetch: Object.fromEntries(fetched.map(({ tensor }, i) => [`y${i}`, tensor])), carry },
    stored: leaves,
    fed: feeds,
  };
}

const GRAPHS = 180;
const GROUP = 20;

describe.skipIf(noAddon)(`${GRAPHS} random graphs of whole numbers that follow on products and sums`, () => {
  let backends: Backend[] = [];
  // Not before a test runs: without an addon this group is collected all the same.
  beforeAll(() => {
    backends = [1, 2].map((threads) => native(threads));
  });

  const compiled = new Map<number, Program>();
  function programOf(seed: number, { graph } = randomRectangles(seed)): Program {
    const fuses = (op: string) => backends[0]!.fuses(op);
    if (!compiled.has(seed)) compiled.set(seed, compile(graph, { fuses, check: true }));
    return compiled.get(seed)!;
  }

  function check(seed: number): void {
    const graph = randomRectangles(seed);
    const program = programOf(seed, graph);
    const values: Values = Object.fromEntries(
      [...graph.stored, ...graph.fed].map((leaf) => [nameOf(leaf), numbersFor(leaf, seed).map(Math.round)]),
    );
    const outcomes = backends.map((backend) =>
      runProgram(backend, program, graph.stored, graph.fed, values, STEPS),
    );
    const same = (got: ArrayLike<number>, want: ArrayLike<number>, what: string) => {
      expect(got.length).toBe(want.length);
      // Exactly, but 0 is -0 here, since x + 0 is x.
      for (let i = 0; i < want.length; i++)
        if (got[i] !== want[i]) {
          const where = `seed ${seed}: element ${i} of ${what}`;
          expect.fail(`${where} is ${got[i]}, should be ${want[i]}\n${printProgram(program)}`);
        }
    };
    const carries = graph.graph.carry.length > 0;
    let now: Values = values;
    let meant: ReturnType<typeof stepNaively> | undefined;
    for (let step = 0; step < STEPS; step++) {
      // Where nothing is carried every step means the same.
      if (meant === undefined || carries) meant = stepNaively(graph.graph, now);
      const { fetched, next } = meant;
      for (const [name, want] of Object.entries(fetched))
        outcomes.forEach(({ fetched: all }, t) => {
          const got = all[name]!.subarray(step * want.length, (step + 1) * want.length);
          same(got, want, `${name} of step ${step} on ${t + 1} threads`);
        });
      now = next;
    }
    for (const leaf of graph.stored)
      outcomes.forEach(({ stored: all }, t) => {
        same(all[nameOf(leaf)]!, now[nameOf(leaf)]!, `${nameOf(leaf)} in the end, on ${t + 1} threads`);
      });
  }

  // In groups, so that no test takes long.
  const groups = Array.from({ length: GRAPHS / GROUP }, (_, i) => i * GROUP);
  test.each(groups)('compute what they mean on 1 and 2 threads, exactly, from seed %i on', (first) => {
    for (let seed = first; seed < first + GROUP; seed++) check(seed);
  });

  test('follow on blocks of a kernel for the most part', () => {
    const programs = Array.from({ length: GRAPHS }, (_, seed) => programOf(seed));
    // The random graphs are of the kind that this is about: most of what follows runs on blocks of a kernel, with the
    // kernel's output in scratch memory or not.
    const kernels = programs.flatMap(({ steps }) => steps.flatMap((s) => (s.kind === 'kernel' ? [s] : [])));
    const followed = kernels.filter((step) => step.epilogue !== undefined);
    expect(followed.length).toBeGreaterThan(GRAPHS / 2);
    const inner = followed.filter((step) => step.inner === true);
    expect(inner.length).toBeGreaterThan(GRAPHS / 4);
    expect(followed.length - inner.length).toBeGreaterThan(GRAPHS / 10);
  });
});
