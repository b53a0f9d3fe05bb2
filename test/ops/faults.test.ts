import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import { compile } from '../../src/compile/compile.ts';
import { fed } from '../../src/ir/tensor.ts';
import { faults } from '../../src/ops/faults.ts';
import { native, noAddon } from '../backend/programs.ts';

const backends: (readonly [string, () => Backend])[] = [
  ['in TypeScript', () => createReference('float32')],
  ...(noAddon ? [] : [1, 2].map((n) => [`natively, threads: ${n}`, () => native(n)] as const)),
];

/** Of one number, of a vector and a rest, and of more than a block; more tensors than one look takes. */
const SIZES = [1, 17, 8193, 3, 1, 20_000];

test.each(backends)('one number that is not finite is found wherever it is, %s', (_, make) => {
  const backend = make();
  const leaves = SIZES.map((size, i) => fed(`x${i}`, [size]));
  const program = compile({ fetch: { found: faults(leaves) }, carry: [] });
  const { feeds, fetches, step } = backend.prepare(program, backend.createStorage()).mailbox();
  const found = () => {
    step();
    return fetches['found']![0];
  };
  // The largest numbers of either sign, whose sum and squares are beyond float32, the smallest, and -0.
  const largest = 3.4028234663852886e38;
  for (const array of Object.values(feeds))
    array.forEach((_one, i) => {
      array[i] = [largest, -largest, 1e-45, -0][i % 4]!;
    });
  expect(found()).toBe(0);
  for (const array of Object.values(feeds)) {
    for (const at of [0, array.length >> 1, array.length - 1]) {
      for (const value of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
        const before = array[at]!;
        array[at] = value;
        expect(found()).toBeNaN();
        array[at] = before;
      }
    }
  }
  expect(found()).toBe(0);
});
