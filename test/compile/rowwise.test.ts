import { describe, expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { Random } from '../../src/base/random.ts';
import { type Shape, sizeOf } from '../../src/base/shape.ts';
import { compile } from '../../src/compile/compile.ts';
import { isRowwise } from '../../src/compile/rowwise.ts';
import { type Attrs, allOps, apply, type OpEntry, type Sample } from '../../src/ir/op.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { runProgram } from '../support/run-graph.ts';

const row = (y: (x: Tensor) => Tensor) =>
  isRowwise((rows) => ({ fetch: { y: y(fed('x', [rows, 4])) }, carry: [] }));
const w = stored('w', [4, 4]);

describe('a graph whose rows stand for themselves', () => {
  const own: Record<string, (x: Tensor) => Tensor> = {
    'a layer': (x) => ops.relu(ops.add(ops.matmul(x, w, { transB: true }), stored('b', [4]))),
    'a softmax': (x) => ops.softmax(x),
    'a mean of each row': (x) => ops.sub(x, ops.mean(x, { axis: 1, keepDims: true })),
    'another shape': (x) => ops.reshape(x, [x.shape[0]!, 2, 2]),
    'a concatenation with itself': (x) => ops.concat([x, ops.tanh(x)], 1),
    'a part of each row': (x) => ops.slice(x, [0, 1], [x.shape[0]!, 3]),
  };
  test.each(Object.entries(own))('%s', (_name, y) => expect(row(y)).toBe(true));
});

describe('a graph whose rows depend on each other', () => {
  const mixed: Record<string, (x: Tensor) => Tensor> = {
    'a mean over rows': (x) => ops.sub(x, ops.mean(x, { axis: 0 })),
    'a mean over rows that keeps its axis': (x) => ops.sub(x, ops.mean(x, { axis: 0, keepDims: true })),
    'a softmax over rows': (x) => ops.transpose(ops.softmax(ops.transpose(x))),
    'attention between rows': (x) => ops.matmul(ops.softmax(ops.matmul(x, x, { transB: true })), x),
    'the sum of all': (x) => ops.sum(x),
    'rows that move down by one': (x) =>
      ops.concat([ops.slice(x, [1, 0], [x.shape[0]!, 4]), ops.slice(x, [0, 0], [1, 4])], 0),
    'a product with a square of ones': (x) =>
      ops.matmul(
        ops.expand(
          w,
          [x.shape[0]!, x.shape[0]!].map((n) => n),
        ),
        x,
      ),
    'a number that counts rows': (x) => ops.scale(x, 1 / x.shape[0]!),
    'a graph that differs': (x) => (x.shape[0] === 2 ? x : ops.tanh(x)),
    'rows that are refused': (x) => {
      if (x.shape[0]! < 4) throw new Error('too few');
      return x;
    },
    'rows that are added to rows': (x) => {
      const index = fed('index', [x.shape[0]!], 'i32');
      return ops.scatterAdd(x, index, x.shape[0]!);
    },
    'rows that are looked up by number': (x) => ops.gather(x, fed('index', [x.shape[0]!], 'i32')),
  };
  test.each(Object.entries(mixed))('%s', (_name, y) => expect(row(y)).toBe(false));
});

/** The inputs that get rows, and a sample in which they do: each subset of those that begin with the same number. */
function* cases(op: OpEntry): Generator<{ sample: Sample; own: readonly string[]; count: number }> {
  for (const sample of op.samples) {
    const names = op.inputs.filter((name) => sample.shapes[name]!.length > 0);
    for (let mask = 1; mask < 2 ** names.length; mask++) {
      const own = names.filter((_, i) => (mask >> i) & 1);
      const counts = new Set(own.map((name) => sample.shapes[name]![0]!));
      if (counts.size === 1) yield { sample, own, count: [...counts][0]! };
    }
  }
}

/** Numbers that ask for the sample's count of rows ask for `rows`. */
function attrsFor(attrs: Attrs, count: number, rows: number): Attrs {
  return Object.fromEntries(
    Object.entries(attrs).map(([name, value]) => [
      name,
      typeof value === 'object' && value[0] === count ? [rows, ...value.slice(1)] : value,
    ]),
  );
}

describe('an op that is said to keep rows apart does so', () => {
  const checked = allOps().filter((op) => op.inputs.length > 0);
  let kept = 0;

  test.each(checked.map((op) => [op.name, op] as const))('%s', (_name, op) => {
    for (const { sample, own, count } of cases(op)) {
      const shapeOf = (name: string, rows: number): Shape => {
        const shape = sample.shapes[name]!;
        return own.includes(name) ? [rows, ...shape.slice(1)] : shape;
      };
      const trace = (rows: number) => {
        const leaf = (name: string) =>
          own.includes(name)
            ? fed(name, shapeOf(name, rows), op.inputTypes[name])
            : stored(name, shapeOf(name, rows), op.inputTypes[name]);
        const y = apply(op, op.inputs.map(leaf), attrsFor(sample.attrs ?? {}, count, rows));
        return { fetch: { y }, carry: [] };
      };
      if (!isRowwise(trace)) continue;
      kept++;
      const random = Random.of(1, op.name);
      const [low, high] = sample.domain ?? [-2, 2];
      const draw = (name: string): number =>
        op.inputTypes[name] === 'i32'
          ? random.integer(sample.classes ?? 2)
          : low + (high - low) * random.uniform();
      const numbers = Object.fromEntries(
        op.inputs.map((name) => [name, Array.from({ length: sizeOf(shapeOf(name, 4)) }, () => draw(name))]),
      );
      const firstOf = (rows: number, others: boolean): number[] => {
        const feeds = Object.fromEntries(
          op.inputs.map((name) => {
            const width = sizeOf(shapeOf(name, 1));
            const given = numbers[name]!.slice(0, sizeOf(shapeOf(name, rows)));
            // Other rows hold other numbers.
            return [
              name,
              own.includes(name) && others
                ? given.map((value, i) => (i < width ? value : draw(name)))
                : given,
            ];
          }),
        );
        const graph = trace(rows);
        const { origin } = graph.fetch.y;
        const leaves = origin.kind === 'op' ? origin.inputs : [];
        const [fedOnes, storedOnes] = [true, false].map((is) =>
          leaves.filter((_, i) => own.includes(op.inputs[i]!) === is),
        );
        const program = compile(graph);
        const { fetched } = runProgram(createReference('float64'), program, storedOnes!, fedOnes!, feeds);
        const y = Array.from(fetched['y']!);
        return y.slice(0, y.length / rows);
      };
      const want = firstOf(4, false);
      expect(firstOf(4, true)).toEqual(want);
      expect(firstOf(2, true)).toEqual(want);
      expect(firstOf(1, true)).toEqual(want);
    }
  });

  test('and most are said to', () => expect(kept).toBeGreaterThan(30));
});
