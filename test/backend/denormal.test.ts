import { expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { stored } from '../../src/ir/tensor.ts';
import { add, mul } from '../../src/ops/index.ts';
import { native, noAddon, prepared } from './programs.ts';

const x86 = process.arch === 'x64';
/** The smallest normal float32. */
const NORMAL = 2 ** -126;

/** `m = 0.9 m`, as a mean of gradients decays that are all zero. */
function decay(threads: number) {
  const m = stored('m', [40]);
  return prepared(native(threads), compile({ fetch: {}, carry: [[m, mul(m, 0.9)]] }));
}

test.skipIf(noAddon || !x86)('a decaying mean comes to zero instead of a denormal number', async () => {
  for (const threads of [1, 2]) {
    const { storage, runnable } = decay(threads);
    storage.write('m', new Float32Array(40).fill(1));
    runnable.runSync(820, {});
    expect(storage.read('m')[39]).toBeGreaterThan(NORMAL);
    await runnable.run(20, {});
    expect(storage.read('m')).toEqual(new Float32Array(40));
  }
});

test.skipIf(noAddon || !x86)('a denormal number that is stored is read as it is', () => {
  const m = stored('m', [4]);
  const { storage, runnable } = prepared(native(), compile({ fetch: { y: mul(m, 2 ** 30) }, carry: [] }));
  storage.write('m', new Float32Array(4).fill(2 ** -140));
  expect(runnable.runSync(1, {})['y']).toEqual(new Float32Array(4).fill(2 ** -110));
});

test.skipIf(noAddon)('JavaScript keeps its denormal numbers after a call', () => {
  const m = stored('m', [40]);
  const { runnable } = prepared(native(), compile({ fetch: {}, carry: [[m, add(m, 1)]] }));
  runnable.runSync(1, {});
  const [tiny, half] = ['1e-310', '0.5'].map(Number);
  expect(tiny! * half!).toBeGreaterThan(0);
});
