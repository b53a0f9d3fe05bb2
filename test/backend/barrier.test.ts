import { describe, expect, test } from 'vitest';
import type { Program } from '../../src/ir/program.ts';
import { native, noAddon, prepared } from './programs.ts';

/** Size of a fetch that is copied in several blocks, and of a feed that is copied in one. */
const MUCH = 20 * 32_768;
const LITTLE = 64;

/** `y` is `x` over and over. The feed lies where the last words of `y` are: while `y` lives, `x` is dead. */
function repeated(): Program {
  const dtype = 'f32' as const;
  const at = (arena: number, shape: readonly number[]) => ({ place: { arena }, shape, dtype });
  return {
    buffers: [at(MUCH - LITTLE, [LITTLE]), at(MUCH, [LITTLE]), at(0, [MUCH / LITTLE, LITTLE])],
    arena: MUCH + LITTLE,
    constants: [],
    feeds: [{ name: 'x', buffer: 0 }],
    steps: [
      { kind: 'copy', from: 0, to: 1, path: '' },
      {
        kind: 'region',
        dims: [MUCH / LITTLE, LITTLE],
        inputs: [{ buffer: 1, strides: [0, 1] }],
        body: [{ op: 'neg', args: [0] }],
        outputs: [{ buffer: 2, value: 1 }],
        path: '',
      },
    ],
    fetches: [{ name: 'y', buffer: 2 }],
  };
}

describe.skipIf(noAddon)('between the steps of a run', () => {
  test('no thread feeds the next step while another still fetches', () => {
    const steps = 10;
    const { runnable } = prepared(native(4), repeated());
    const x = Float32Array.from({ length: steps * LITTLE }, (_, i) => 1 + Math.floor(i / LITTLE));
    for (let run = 0; run < 4; run++) {
      const { y } = runnable.runSync(steps, { x });
      const wrong = y!.findIndex((value, i) => value !== -1 - Math.floor(i / MUCH));
      expect(wrong).toBe(-1);
    }
  });
});
