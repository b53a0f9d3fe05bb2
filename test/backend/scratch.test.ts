import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { stored } from '../../src/ir/tensor.ts';
import { matmul } from '../../src/ops/index.ts';
import { bitsOf } from '../support/cases.ts';
import { native, noAddon, prepared } from './programs.ts';

describe.skipIf(noAddon)('threads that need scratch memory at the same time', () => {
  test('have each their own', () => {
    // A product that is cut into blocks of columns, each of which packs columns of its own into scratch memory and does
    // little else: few rows are multiplied by what is packed. Wherever the system lets one thread go on in the place of
    // another, both are in the middle of a block. In a product that is cut into rows they would pack the same numbers.
    const product = matmul(stored('a', [24, 512]), stored('b', [1536, 512]), { transB: true });
    const program = compile({ fetch: { product }, carry: [] });
    const [want, ...others] = [1, 2, 3].map((threads) => {
      const { runnable } = prepared(native(threads), program);
      const { product: all } = runnable.runSync(30, {});
      runnable.dispose();
      return bitsOf(all!);
    });
    for (const got of others) expect(Buffer.compare(got, want!)).toBe(0);
  });
});
