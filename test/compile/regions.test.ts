import { describe, expect, test } from 'vitest';
import { findRegions } from '../../src/compile/regions.ts';
import { toposort } from '../../src/compile/toposort.ts';
import { rootOf, schedule, type Unit } from '../../src/compile/units.ts';
import { inputsOf, stored, type Tensor } from '../../src/ir/tensor.ts';
import { add, div, exp, matmul, mul, neg, reshape, sub, sum, tanh } from '../../src/ops/index.ts';
import { randomGraph } from '../support/random-graph.ts';

/** Regions of the graph of `outputs`, as lists of op names. */
function regionsOf(...outputs: Tensor[]): string[][] {
  return findRegions(toposort(outputs)).map(({ members }) =>
    members.map(({ origin }) => (origin.kind === 'op' ? origin.op.name : '')),
  );
}

const x = stored('x', [3, 3]);

describe('findRegions', () => {
  test('joins a chain', () => expect(regionsOf(neg(tanh(exp(x))))).toEqual([['exp', 'tanh', 'neg']]));

  test('joins branches that meet', () => {
    const e = exp(x);
    expect(regionsOf(add(neg(e), tanh(e)))).toEqual([['exp', 'neg', 'tanh', 'add']]);
  });

  test('keeps shapes apart, since a region has one', () => {
    expect(regionsOf(add(exp(x), neg(stored('b', [3]))))).toEqual([['exp', 'add'], ['neg']]);
  });

  test('does not join around a detour: the product between waits for one half and is waited for by the other', () => {
    const e = exp(x);
    expect(regionsOf(mul(e, matmul(e, x)))).toEqual([['exp'], ['matmul', 'mul']]);
  });

  test('sees a detour through another region', () => {
    // exp → sum → tanh (a region of its own shape) → mul with exp again.
    const e = exp(x);
    const s = tanh(sum(e, { axis: 0 }));
    expect(regionsOf(mul(e, s))).toEqual([['exp'], ['sum', 'tanh'], ['mul']]);
  });

  test('sees a detour that leaves a group by one member and enters it by another', () => {
    // a and b are joined through c; d = b · product(a) must not join them: its product needs the joined group.
    const a = exp(x);
    const b = neg(x);
    const c = add(a, b);
    const d = mul(b, matmul(a, x));
    const regions = regionsOf(c, d);
    expect(regions).toEqual([
      ['exp', 'neg', 'add'],
      ['matmul', 'mul'],
    ]);
  });

  test('sees a detour through a view', () => {
    const e = exp(x);
    const back = reshape(matmul(reshape(e, [1, 9]), stored('w', [9, 9])), [3, 3]);
    expect(regionsOf(add(e, back))).toEqual([['exp'], ['matmul', 'add']]);
  });

  test('joins neighbours first: what only a backward pass needs is computed there', () => {
    const y = tanh(matmul(x, x));
    const dy = matmul(y, x);
    expect(regionsOf(mul(dy, sub(1, mul(y, y))))).toEqual([
      ['matmul', 'tanh'],
      ['matmul', 'mul', 'sub', 'mul'],
    ]);
  });
});

describe('a region follows a kernel', () => {
  const row = stored('row', [3]);

  test('of its shape, through views, and takes other inputs along', () => {
    const product = reshape(matmul(x, x), [9]);
    expect(regionsOf(neg(add(product, stored('v', [9]))))).toEqual([['matmul', 'add', 'neg']]);
  });

  test('but not of another shape, which it repeats', () => {
    expect(regionsOf(add(x, matmul(reshape(row, [1, 3]), x)))).toEqual([['add']]);
  });

  test('one of two that it reads', () => {
    expect(regionsOf(add(matmul(x, x), matmul(x, exp(x))))).toEqual([['exp'], ['matmul', 'add']]);
  });

  test('one of two regions', () => {
    const product = matmul(x, x);
    const regions = regionsOf(neg(product), matmul(tanh(product), x));
    expect(regions.filter((names) => names.includes('matmul'))).toHaveLength(1);
    expect(regions.flat().sort()).toEqual(['matmul', 'neg', 'tanh']);
  });

  test('only if it waits for nothing else that waits for the kernel', () => {
    // exp(product) is summed over, so that the division must wait for all blocks.
    const e = exp(matmul(x, x));
    const regions = regionsOf(div(e, sum(e)));
    expect(regions).toEqual([['matmul', 'exp'], ['div']]);
  });
});

describe('schedule', () => {
  const computed = (tensor: Tensor) => tensor.origin.kind === 'op' && !tensor.origin.op.view;

  test('puts every unit after what it needs and loses none, in 300 random graphs', () => {
    for (let seed = 0; seed < 300; seed++) {
      const { graph } = randomGraph(seed, 3 + seed / 6);
      const order = toposort([...Object.values(graph.fetch), ...graph.carry.flat()]);
      const units = schedule(order, new Set(graph.carry.map(([, next]) => rootOf(next))));
      const at = new Map(units.flatMap((unit, u) => unit.members.map((member) => [member, u] as const)));
      expect(at.size, `seed ${seed}`).toBe(order.filter(computed).length);
      expect(
        units.every((unit, u) => inOrder(unit, u, at)),
        `seed ${seed}`,
      ).toBe(true);
    }
  });
});

/** Whether what a unit reads is made by earlier units, or earlier in itself. */
function inOrder({ members }: Unit, u: number, at: ReadonlyMap<Tensor, number>): boolean {
  return members.every((member, i) =>
    inputsOf(member).every((input) => {
      const made = at.get(rootOf(input)) ?? -1;
      return made < u || (made === u && members.indexOf(rootOf(input)) < i);
    }),
  );
}
