import { spawnSync } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { noAddon } from './programs.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const entry = pathToFileURL(`${root}dist/index.js`).href;

function run(
  args: readonly string[],
  backend: string,
): { status: number | null; signal: string | null; out: string } {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    env: { ...process.env, GLIA_BACKEND: backend },
    timeout: 60_000,
  });
  return { status, signal, out: stdout + stderr };
}

const backends = noAddon ? ['typescript'] : ['native', 'typescript'];

test.skipIf(noAddon)('workers that are terminated at any instant take nobody with them', () => {
  // `npm run test:workers` does this 200 times on each backend.
  const { status, signal, out } = run([`${root}scripts/terminate/main.mjs`, '8', '1'], 'native');
  expect({ status, signal, out }).toEqual({
    status: 0,
    signal: null,
    out: expect.stringMatching(/^8 workers were.*the same bits\n$/),
  });
});

describe.each(backends)('a process on the %s backend', (backend) => {
  /** Ends a process in the middle of a training that would take minutes. */
  const ended = (how: string) =>
    run(
      [
        '--input-type=module',
        '-e',
        `import { dense, sequential } from ${JSON.stringify(entry)};
        const model = sequential([dense(64, { activation: 'tanh' }), dense(1)], { inputShape: [32], seed: 1 });
        const x = Array.from({ length: 256 }, (_, i) => Array.from({ length: 32 }, (_, j) => Math.sin(i * j)));
        let steps = 0;
        const callback = { onStep() { if (++steps === 3) { ${how} } } };
        model.fit(x, x.map(([y]) => [y]), { loss: 'mse', optimizer: 'adam', epochs: 1e7, batchSize: 256, callbacks: [callback] });`,
      ],
      backend,
    );

  test.each([
    ['process.exit', 'setImmediate(() => process.exit(7));', 7, ''],
    ['an exception that nobody catches', "setImmediate(() => { throw new Error('away'); });", 1, 'away'],
    ['a rejection that nobody handles', "setImmediate(() => Promise.reject(new Error('away')));", 1, 'away'],
  ])('ends in mid-fit by %s', (_name, how, status, out) => {
    expect(ended(how)).toEqual({ status, signal: null, out: expect.stringContaining(out) });
  });
});
