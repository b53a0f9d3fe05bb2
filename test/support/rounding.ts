import type { NumberArray } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { OpEntry } from '../../src/ir/op.ts';
import type { Program } from '../../src/ir/program.ts';
import { type Case, type Numbers, OUTPUT, programOf } from './cases.ts';

/** Largest relative error of rounding to float32. */
const UNIT = 2 ** -24;

/** How exact an op promises to be that makes one number of many. */
interface Promised {
  /** Largest error in units of 2^-24. */
  readonly units: (one: Case) => number;
  /** Of the same sum over the sizes of its terms, of the result itself, or of the result where it is beyond 1. */
  readonly of: 'terms' | 'result' | 'result or 1';
}

// Softmax of numbers that are at most 4 apart. To take the peak away costs 4 units of an exponential, which is good to
// 3 ulp, 6 units. So are the terms of the total, which is summed in float64 and rounded once; so is the quotient.
const QUOTIENT = 4 + 6 + (4 + 6 + 1) + 1;
// The logarithm of that total: 11 units whatever its size, 3 ulp of its own; and two differences.
const LOGARITHM = 4 + (4 + 6 + 1) + 6 + 2;

/**
 * The ops whose error could grow with the length of an axis, and how far it may: a sum in float64 is rounded once, however
 * long it is; one in float32 loses up to a unit with each term.
 */
const promises: Readonly<Record<string, Promised>> = {
  // One rounding. Of what float64 loses by itself, n · 2^-53, there is less than a unit up to n = 2^29.
  sum: { units: () => 2, of: 'terms' },
  meanOver: { units: () => 2, of: 'terms' },
  rootMeanSquare: { units: () => 2, of: 'result' },
  max: { units: () => 0, of: 'result' },
  softmax: { units: () => QUOTIENT, of: 'result' },
  logSoftmax: { units: () => LOGARITHM, of: 'result or 1' },
  labelCrossEntropy: { units: () => LOGARITHM, of: 'result or 1' },
  // The quotient, less 1 at the label, times the gradient of the loss.
  labelCrossEntropyGrad: { units: () => QUOTIENT + 3, of: 'result' },
  // Sums of products in float32, in whatever order registers ask for: the bound of every BLAS.
  matmul: {
    units: ({ inputs, sample }) => inputs[0]!.shape.at(sample.attrs?.['transA'] ? -2 : -1)!,
    of: 'terms',
  },
  // Rows of float32, added to in the order of the index.
  scatterAdd: { units: ({ inputs }) => sizeOf(inputs[1]!.shape), of: 'terms' },
};

/** Whether it is said how the op's error may grow with what it folds. */
export function isPromised({ name }: OpEntry): boolean {
  return name in promises;
}

/**
 * How many times the allowed error the worst element of `got` is off from what `judge` computes: at most 1 where the op
 * keeps its promise; infinite where only one of the two is finite.
 */
export function excess(
  got: ArrayLike<number>,
  one: Case,
  judge: (program: Program, numbers: Numbers) => Readonly<Record<string, NumberArray>>,
): number {
  const { op, numbers } = one;
  const program = programOf(one);
  const want = judge(program, numbers)[OUTPUT]!;
  if (got.length !== want.length) return Number.POSITIVE_INFINITY;
  const promised = promises[op.name];
  const scales = promised?.of === 'terms' ? judge(program, sizesOf(numbers))[OUTPUT]! : want;
  const least = promised === undefined || promised.of === 'result or 1' ? 1 : 0;
  // What does not fold is as exact along a long axis as along a short one.
  const relative = promised === undefined ? op.tolerance : promised.units(one) * UNIT;
  let worst = 0;
  for (let i = 0; i < want.length; i++) {
    const [a, b] = [got[i]!, want[i]!];
    if (a === b || (Number.isNaN(a) && Number.isNaN(b))) continue;
    const off = Math.abs(a - b) / (relative * Math.max(least, Math.abs(scales[i]!)));
    worst = Math.max(worst, Number.isNaN(off) ? Number.POSITIVE_INFINITY : off);
  }
  return worst;
}

/** Sizes of all numbers; indices are none below 0. */
function sizesOf(numbers: Numbers): Numbers {
  return Object.fromEntries(Object.entries(numbers).map(([name, values]) => [name, values.map(Math.abs)]));
}
