import { spawnSync } from 'node:child_process';
import { Worker } from 'node:worker_threads';
import { describe, expect, test } from 'vitest';
import { compile } from '../../src/compile/compile.ts';
import { counter, long, noAddon, type Plain, PRELUDE, plain, training } from './programs.ts';

/** Runs a script in a process of its own, with `plain` in scope, and gives what it printed; it must end by itself. */
function script(program: Plain, body: string, env: NodeJS.ProcessEnv = {}): string {
  const { status, signal, stdout, stderr } = spawnSync(
    process.execPath,
    ['-e', `const plain = JSON.parse(process.env.PLAIN); ${body}`],
    {
      encoding: 'utf8',
      env: { ...process.env, ...env, PLAIN: JSON.stringify(program) },
      timeout: 30_000,
    },
  );
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr: '' });
  return stdout;
}

/** Prints a digest of what one step of the training program leaves behind. */
const DIGEST = `
  const x = Float32Array.from({ length: 256 * 256 }, (_, i) => Math.sin(12.9898 * (i + 1)));
  addon.runSync(program, 1, [x], [new Float32Array(1)]);
  const hash = require('node:crypto').createHash('sha256');
  plain.slots.forEach((size, s) => {
    const values = new Float32Array(size);
    addon.read(slots[s], values);
    hash.update(values);
  });
  console.log(hash.digest('hex'));
`;

describe.skipIf(noAddon)('the end of a process', () => {
  test('comes by itself when the addon is idle, and after a run that nobody waits for', () => {
    expect(script(plain(counter()), `${PRELUDE} console.log('idle');`)).toBe('idle\n');
    const body = "addon.run(program, 100, []).then(() => console.log('done'));";
    expect(script(plain(long()), PRELUDE + body)).toBe('done\n');
  });

  test.each(['process.exit(0)', 'setTimeout(() => process.exit(0), 20)'])('comes in mid-run: %s', (exit) => {
    const body = `addon.run(program, 1e6, []).then(() => console.log('done')); ${exit};`;
    for (let i = 0; i < 3; i++) expect(script(plain(long()), PRELUDE + body)).toBe('');
  });
});

describe.skipIf(noAddon)('worker threads', () => {
  const START = `
    const { Worker } = require('node:worker_threads');
    const start = (body) => new Worker(
      'const plain = require("node:worker_threads").workerData;' + ${JSON.stringify(PRELUDE)} + body,
      { eval: true, workerData: plain },
    );
  `;

  test('compute beside the main thread, and the addon outlives them', () => {
    const body = `
      let left = 4;
      for (let i = 0; i < 4; i++) {
        start('addon.run(program, 20, []).then(() => console.log("done"))').on('exit', (code) => {
          if (code === 0 && --left === 0) setTimeout(() => console.log('end'), 200);
        });
      }
    `;
    expect(script(plain(long()), START + body)).toBe(`${'done\n'.repeat(4)}end\n`);
  });

  test('can be terminated in mid-run', () => {
    const body = `
      const worker = start('addon.run(program, 1e6, []); require("node:worker_threads").parentPort.postMessage(0)');
      worker.on('message', () => setTimeout(async () => {
        await worker.terminate();
        ${PRELUDE}
        await addon.run(program, 10, []);
        console.log('still here');
      }, 30));
    `;
    expect(script(plain(long()), START + body)).toBe('still here\n');
  });

  test('load the addon beside this one', async () => {
    const body = `${PRELUDE} require('node:worker_threads').parentPort.postMessage(slots.length);`;
    const worker = new Worker(`const plain = require('node:worker_threads').workerData; ${body}`, {
      eval: true,
      workerData: plain(long()),
    });
    expect(await new Promise((resolve, reject) => worker.on('message', resolve).on('error', reject))).toBe(1);
    await worker.terminate();
  });
});

test.skipIf(noAddon)('every instruction set gives the same bits, but for products', () => {
  // Products are the BLAS's; small ones are ours.
  const program = plain(compile(training(4, 8)));
  const body = PRELUDE + DIGEST.replace('256 * 256', '4 * 8');
  const digests = ['base', 'avx2', 'avx512'].map((isa) => script(program, body, { GLIA_ISA: isa }));
  expect(new Set(digests).size).toBe(1);
  const products = plain(compile(training()));
  expect(script(products, PRELUDE + DIGEST)).toMatch(/^[0-9a-f]{64}\n$/);
});
