import { describe, expect, test } from 'vitest';
import type { NumberArray } from '../../src/base/dtype.ts';
import { sizeOf } from '../../src/base/shape.ts';
import type { Buffer, KernelStep, Program, RegionStep } from '../../src/ir/program.ts';
import { native, noAddon, prepared } from './programs.ts';

// Threads that do not wait for each other are found by what they leave behind. Programs are written by hand so that in
// each of them two steps must be kept apart for one reason alone, and so that one thread is done with the first step
// while another still has a block of it to do. Right code gives the same numbers however threads are delayed.

const STEPS = 40;

const at = (arena: number, shape: readonly number[]): Buffer => ({ place: { arena }, shape, dtype: 'f32' });

/** x with its sign changed so many times, one op each; `strides` say how x is read. */
function negate(
  times: number,
  { input, output, dims, strides }: { input: number; output: number; dims: number[]; strides: number[] },
): RegionStep {
  return {
    kind: 'region',
    dims,
    inputs: [{ buffer: input, strides }],
    body: Array.from({ length: times }, (_, i) => ({ op: 'neg', args: [i] })),
    outputs: [{ buffer: output, value: times }],
    path: '',
  };
}

function sumOfColumns(input: number, output: number): KernelStep {
  return { kind: 'kernel', op: 'sum', inputs: [input], output, attrs: { axis: 0, count: 1 }, path: '' };
}

/** The step's number, from 1 on, for each element of a feed. */
const numbered = (size: number) =>
  Float32Array.from({ length: STEPS * size }, (_, i) => 1 + Math.floor(i / size));

/** The fetch must be a number that follows from the step. */
function check(program: Program, wanted: (step: number) => number): void {
  const feeds = Object.fromEntries(
    program.feeds.map(({ name, buffer }) => [name, numbered(sizeOf(program.buffers[buffer]!.shape))]),
  );
  for (const threads of [2, 3]) {
    const { runnable } = prepared(native(threads), program);
    for (let run = 0; run < 4; run++) {
      const y: NumberArray = runnable.runSync(STEPS, feeds)['y']!;
      const wrong = y.findIndex((value, i) => value !== wanted(1 + Math.floor(i / (y.length / STEPS))));
      expect(wrong, `on ${threads} threads`).toBe(-1);
    }
  }
}

describe.skipIf(noAddon)('a thread waits', () => {
  test('to read what another has to write', () => {
    // 3 blocks of a region, 4 of a sum, each of which reads something of all 3.
    const [rows, columns] = [96, 256];
    const size = rows * columns;
    const shape = [rows, columns];
    check(
      {
        buffers: [at(0, shape), at(size, shape), at(2 * size, [columns])],
        arena: 3 * size,
        constants: [],
        feeds: [{ name: 'x', buffer: 0 }],
        steps: [negate(41, { input: 0, output: 1, dims: [size], strides: [1] }), sumOfColumns(1, 2)],
        fetches: [{ name: 'y', buffer: 2 }],
      },
      (step) => -step * rows,
    );
  });

  test('to write what another has to read', () => {
    // The sums of 5 strips of columns read what the region writes, over all rows.
    const [rows, columns] = [384, 320];
    const size = rows * columns;
    const shape = [rows, columns];
    check(
      {
        buffers: [at(0, shape), at(size, shape), at(2 * size, [columns]), at(0, shape)],
        arena: 2 * size + columns,
        constants: [],
        feeds: [
          { name: 'x', buffer: 0 },
          { name: 'v', buffer: 1 },
        ],
        steps: [sumOfColumns(0, 2), negate(1, { input: 1, output: 3, dims: [size], strides: [1] })],
        fetches: [{ name: 'y', buffer: 2 }],
      },
      (step) => step * rows,
    );
  });

  test('to write what another has to write', () => {
    // The first region is slow and cut into 3 blocks of 8192, the second into 4 of 6144: it has the last word.
    const [rows, columns] = [8, 3072];
    const size = rows * columns;
    check(
      {
        buffers: [at(0, [size]), at(size, [size]), at(2 * size, [rows]), at(size, [rows, columns])],
        arena: 2 * size + 16,
        constants: [],
        feeds: [
          { name: 'x', buffer: 0 },
          { name: 'column', buffer: 2 },
        ],
        steps: [
          negate(40, { input: 0, output: 1, dims: [size], strides: [1] }),
          negate(1, { input: 2, output: 3, dims: [rows, columns], strides: [1, 0] }),
        ],
        fetches: [{ name: 'y', buffer: 3 }],
      },
      (step) => -step,
    );
  });
});
