import { describe, expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { ProgramError } from '../../src/base/errors.ts';
import { compile, type Graph } from '../../src/compile/compile.ts';
import type { Program } from '../../src/ir/program.ts';
import { constant, fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import { add, matmul, mul, neg, reshape, sub, sum } from '../../src/ops/index.ts';
import { nameOf, stepNaively, type Values } from '../support/naive.ts';
import { numbersFor, runProgram } from '../support/run-graph.ts';

const [a, b, c] = ['a', 'b', 'c'].map((name) => stored(name, [2, 2])) as [Tensor, Tensor, Tensor];
const f = fed('f', [2, 2]);

/** Runs a graph for three steps, compares it with what it means, and gives its program. */
function checked(graph: Graph): Program {
  const program = compile(graph, { check: true });
  let values: Values = Object.fromEntries([a, b, c, f].map((leaf) => [nameOf(leaf), numbersFor(leaf, 1)]));
  const outcome = runProgram(createReference('float64'), program, [a, b, c], [f], values, 3);
  for (let step = 0; step < 3; step++) {
    const { fetched, next } = stepNaively(graph, values);
    for (const [name, want] of Object.entries(fetched)) {
      expect([...outcome.fetched[name]!.slice(4 * step, 4 * step + 4)], `${name}, step ${step}`).toEqual([
        ...Array.from(want),
      ]);
    }
    values = next;
  }
  for (const leaf of [a, b, c])
    expect([...outcome.stored[nameOf(leaf)]!]).toEqual([...Array.from(values[nameOf(leaf)]!)]);
  return program;
}

const copies = ({ steps }: Program): number => steps.filter(({ kind }) => kind === 'copy').length;

describe('carried values', () => {
  test.each<[string, Graph, number]>([
    ['an update, in place', { fetch: {}, carry: [[a, sub(a, f)]] }, 0],
    ['an update from itself through a product', { fetch: {}, carry: [[a, matmul(a, f)]] }, 1],
    ['a value computed without the old one', { fetch: {}, carry: [[a, matmul(b, f)]] }, 0],
    [
      'two that swap',
      {
        fetch: {},
        carry: [
          [a, b],
          [b, a],
        ],
      },
      4,
    ],
    [
      'three in a ring',
      {
        fetch: {},
        carry: [
          [a, b],
          [b, c],
          [c, a],
        ],
      },
      6,
    ],
    [
      'one handed on while it is updated',
      {
        fetch: {},
        carry: [
          [a, add(a, f)],
          [b, a],
        ],
      },
      3,
    ],
    [
      'one value for two',
      {
        fetch: {},
        carry: [
          [a, neg(f)],
          [b, neg(f)],
        ],
      },
      1,
    ],
    ['itself', { fetch: {}, carry: [[a, a]] }, 0],
    ['a view of itself', { fetch: {}, carry: [[a, reshape(reshape(a, [4]), [2, 2])]] }, 0],
    ['a view of another', { fetch: {}, carry: [[a, reshape(reshape(b, [4]), [2, 2])]] }, 1],
    ['what is fed', { fetch: {}, carry: [[a, f]] }, 1],
    [
      'two that read each other',
      {
        fetch: {},
        carry: [
          [a, add(a, b)],
          [b, sub(b, a)],
        ],
      },
      1,
    ],
    [
      'a momentum and what it moves',
      {
        fetch: {},
        carry: [
          [b, add(mul(b, 0.5), f)],
          [a, sub(a, add(mul(b, 0.5), f))],
        ],
      },
      0,
    ],
  ])('%s', (_, graph, wanted) => expect(copies(checked(graph))).toBe(wanted));

  test('the old value is fetched, not the new one', () =>
    checked({
      fetch: { a, b },
      carry: [
        [a, add(a, f)],
        [b, a],
      ],
    }));

  test('a view of the old value is fetched', () =>
    checked({ fetch: { flat: reshape(a, [4]) }, carry: [[a, neg(a)]] }));

  test('the new value is fetched and used on', () => {
    const next = sub(a, f);
    checked({ fetch: { next, later: matmul(next, a) }, carry: [[a, next]] });
  });

  test('a value that is read late is not overwritten early', () => {
    const next = neg(a);
    checked({ fetch: { y: matmul(a, matmul(next, b)) }, carry: [[a, next]] });
  });

  test('a constant, spread out', () => checked({ fetch: {}, carry: [[a, add(constant(2), mul(a, 0))]] }));
});

describe('compile refuses', () => {
  const refuse = (graph: Graph) => expect(() => compile(graph));

  test('a next value of another shape', () => {
    refuse({ fetch: {}, carry: [[a, sum(a)]] }).toThrow(ProgramError);
    refuse({ fetch: {}, carry: [[a, reshape(a, [4])]] }).toThrowErrorMatchingInlineSnapshot(`
      [ProgramError: the next value of a does not fit it
        wanted [2, 2] f32
        got    [4] f32]
    `);
  });

  test('a next value of another type', () => {
    refuse({ fetch: {}, carry: [[stored('n', [2, 2], 'i32'), f]] }).toThrow(ProgramError);
  });

  test('two next values for one leaf', () => {
    refuse({
      fetch: {},
      carry: [
        [a, neg(a)],
        [a, f],
      ],
    }).toThrow(/a/);
  });

  test('a next value for what is not stored', () => {
    refuse({ fetch: {}, carry: [[f, neg(f)]] }).toThrow(ProgramError);
    refuse({ fetch: {}, carry: [[neg(a), f]] }).toThrow(ProgramError);
  });

  test('two leaves of one name and two shapes', () => {
    refuse({ fetch: { x: add(stored('w', [2]), stored('w', [])) }, carry: [] }).toThrow(ProgramError);
  });
});
