#!/usr/bin/env node
// node scripts/terminate/main.mjs [COUNT] [SEED]
//
// Starts COUNT workers (200) and terminates each at another instant of its life: before it runs, in mid-import,
// mid-build, mid-fit, mid-predict. Then this process trains, and must come to the bits that it came to before. Whatever
// takes the process down shows in its exit code. GLIA_BACKEND is honoured.
import { createHash } from 'node:crypto';
import { argv, exit } from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { dense, sequential } from '../../dist/index.js';

const [count = 200, seed = 1] = argv.slice(2).map(Number);
/** Messages after which a worker is terminated, at most: a round of what it does. */
const MOST_MESSAGES = 6;
/** Workers at a time. */
const ALONGSIDE = 4;

/** Numbers in [0, 1), from the seed (mulberry32). */
function random(state) {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Starts a worker and terminates it `delay` ms after so many messages. Gives the last thing that it said. */
async function terminateOne(messages, delay) {
  const worker = new Worker(new URL('./worker.mjs', import.meta.url));
  let last = 'nothing';
  await new Promise((resolve, reject) => {
    let left = messages;
    if (left === 0) resolve();
    worker.on('message', (what) => {
      last = what;
      if (--left === 0) resolve();
    });
    worker.on('error', reject);
  });
  await sleep(delay);
  await worker.terminate();
  return last;
}

/** A digest of what some training comes to. */
async function digest() {
  const model = sequential([dense(16, { activation: 'tanh' }), dense(1)], { inputShape: [8], seed: 3 });
  const x = { data: Float32Array.from({ length: 64 * 8 }, (_, i) => Math.sin(i)), shape: [64, 8] };
  const y = { data: Float32Array.from({ length: 64 }, (_, i) => Math.cos(i)), shape: [64, 1] };
  await model.fit(x, y, { loss: 'mse', optimizer: 'adam', epochs: 20, batchSize: 16 });
  return createHash('sha256')
    .update((await model.predict(x)).data)
    .digest('hex');
}

const before = await digest();
const next = random(seed);
const seen = new Map();
let started = 0;
const turns = Array.from({ length: ALONGSIDE }, async () => {
  while (started < count) {
    const messages = started++ % (MOST_MESSAGES + 1);
    // A worker takes some 30 ms to begin.
    const last = await terminateOne(messages, next() * (messages === 0 ? 60 : 6));
    seen.set(last, (seen.get(last) ?? 0) + 1);
  }
});
await Promise.all(turns);
const told = [...seen].map(([what, times]) => `${what} ${times}`).sort();
const same = (await digest()) === before;
console.log(
  `${count} workers were terminated after: ${told.join(', ')}; ${same ? 'the same bits' : 'OTHER BITS'}`,
);
exit(same ? 0 : 1);
