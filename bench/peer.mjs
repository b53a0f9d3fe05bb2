#!/usr/bin/env node
// glia as a peer in comparisons with other libraries, through its public API alone.
//
//   node bench/peer.mjs WORKLOAD --serve     WORKLOAD: W1 W2 W3 W3L W7 W7L W8
//
// Prints {"ready":1,"loss_check":x} after training the check steps from the given first weights; then, for each line
// `go SECONDS` on standard input, one line with steps or samples a second, or microseconds a call. GLIA_BACKEND and
// GLIA_THREADS are honoured; GLIA_STEP=sync drives training step by step from JavaScript. The data is that of
// GLIA_PEERS/data (default ~/.cache/glia-peers): raw little-endian arrays and a manifest.
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { argv, cpuUsage, env, exit, resourceUsage, stdin } from 'node:process';
import { createInterface } from 'node:readline';
import { integratedGradients } from '../dist/explain/index.js';
import { adam, dense, sequential, sgd, trainStep } from '../dist/index.js';

const folder = join(env.GLIA_PEERS || join(homedir(), '.cache/glia-peers'), 'data');
// Where the bytes lie, without a copy of them; Node aligns what it reads to 8 bytes.
const numbers = (type, name) => {
  const { buffer, byteOffset, byteLength } = readFileSync(join(folder, name));
  return new type(buffer, byteOffset, byteLength / 4);
};
const floats = (name) => numbers(Float32Array, name);
const integers = (name) => numbers(Int32Array, name);
const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));

const mlp = (...widths) =>
  widths.map((units, i) => dense(units, i < widths.length - 1 ? { activation: 'relu' } : {}));
const classes = { loss: 'categoricalCrossentropy', optimizer: () => adam({ learningRate: 1e-3 }) };
const xor = { loss: 'mse', optimizer: () => sgd({ learningRate: 0.1 }) };
const WORKLOADS = {
  W1: {
    base: 'W1',
    width: 2,
    layers: () => [dense(2, { activation: 'tanh' }), dense(1, { activation: 'tanh' })],
    ...xor,
  },
  W2: { base: 'W2', width: 30, layers: () => mlp(64, 64, 2), ...classes },
  W3: { base: 'W3', width: 784, layers: () => mlp(512, 512, 10), ...classes },
  W3L: { base: 'W3', width: 784, layers: () => mlp(512, 512, 10), ...classes },
  W7: { base: 'W3', width: 784, layers: () => mlp(512, 512, 10), infer: true },
  W7L: { base: 'W3', width: 784, layers: () => mlp(512, 512, 10), infer: true },
  W8: { base: 'W3', width: 784, layers: () => mlp(512, 512, 10), explain: true },
};

/** First weights: the manifest has them as [in, out], glia as [out, in]. */
function firstWeights(base) {
  const all = floats(`${base}.init.f32`);
  const weights = {};
  for (const { name, shape, offset, size } of manifest[base].params) {
    const data = all.slice(offset, offset + size);
    const layer = `dense${name.slice(1)}`;
    if (shape.length === 1) weights[`${layer}.bias`] = { shape, data };
    else weights[`${layer}.weight`] = { shape: [shape[1], shape[0]], data: transposed(data, ...shape) };
  }
  return weights;
}

function transposed(data, rows, columns) {
  return Float32Array.from(
    { length: data.length },
    (_, i) => data[(i % rows) * columns + Math.floor(i / rows)],
  );
}

function makeData(name, { base, width }) {
  const { batch, n = 4 } = manifest.spec[name];
  const x = { data: floats(`${base}.x.f32`), shape: [n, width] };
  const y = base === 'W1' ? { data: floats('W1.y.f32'), shape: [n, 1] } : integers(`${base}.y.i32`);
  return { batch, x, y, rows: n };
}

const batchOf = ({ x, y, batch, rows }, i) => {
  const from = (i * batch) % (rows - (rows % batch));
  const width = x.shape[1];
  const labels = y instanceof Int32Array;
  return [
    { data: x.data.subarray(from * width, (from + batch) * width), shape: [batch, width] },
    labels
      ? y.subarray(from, from + batch)
      : { data: y.data.subarray(from, from + batch), shape: [batch, 1] },
  ];
};

/** Time and processor time since it was made. */
class Clock {
  started = performance.now();
  cpu = cpuUsage();

  /** Both in seconds. */
  read() {
    const { user, system } = cpuUsage(this.cpu);
    return { elapsed: (performance.now() - this.started) / 1000, spent: (user + system) / 1e6 };
  }
}

/**
 * Trains for some seconds from the first weights; gives the steps taken, their time and the last loss. The clock starts
 * after the first call: before it the data is checked and copied once, as the other peers do while they set up.
 */
async function train(net, workload, data, seconds) {
  if (env.GLIA_STEP === 'sync') return trainBySteps(net, workload, data, seconds);
  const stop = new AbortController();
  let [clock, time] = [];
  let [before, done, loss] = [0, 0, 0];
  await net.fit(data.x, data.y, {
    loss: workload.loss,
    optimizer: workload.optimizer(),
    batchSize: data.batch,
    shuffle: false,
    epochs: 1e9,
    signal: stop.signal,
    callbacks: [
      {
        name: 'clock',
        onStep(event) {
          loss = event.loss;
          done = (event.epoch - 1) * event.steps + event.step;
          if (clock === undefined) {
            clock = new Clock();
            before = done;
          }
          time = clock.read();
          if (time.elapsed > seconds) stop.abort();
        },
      },
    ],
  });
  return { steps: done - before, loss, ...time };
}

function trainBySteps(net, workload, data, seconds) {
  const step = trainStep(net, { loss: workload.loss, optimizer: workload.optimizer() });
  const pairs = Array.from({ length: Math.min(64, Math.floor(data.rows / data.batch)) }, (_, i) =>
    batchOf(data, i),
  );
  const clock = new Clock();
  let steps = 0;
  let loss = 0;
  while (steps % 64 !== 0 || clock.read().elapsed < seconds) {
    ({ loss } = step.sync(...pairs[steps % pairs.length]));
    steps++;
  }
  return { steps, loss, ...clock.read() };
}

function infer(net, data, seconds) {
  const inputs = Array.from({ length: Math.floor(data.rows / data.batch) }, (_, i) => batchOf(data, i)[0]);
  const clock = new Clock();
  const times = [];
  let sum = 0;
  for (let i = 0; clock.read().elapsed < seconds; i++) {
    const before = performance.now();
    const { data: y } = net.predictSync(inputs[i % inputs.length]);
    times.push((performance.now() - before) * 1000);
    sum = y.reduce((a, b) => a + b, 0);
  }
  times.sort((a, b) => a - b);
  return { steps: times.length, loss: sum, median: times[times.length >> 1], ...clock.read() };
}

/** Integrated gradients of the same rows over and over; the loss is what they miss of the difference to add up to. */
async function explain(net, data, seconds) {
  const [x] = batchOf(data, 0);
  const clock = new Clock();
  let steps = 0;
  let loss = 0;
  do {
    loss = await gapOf(net, x);
    steps++;
  } while (clock.read().elapsed < seconds);
  return { steps, loss, ...clock.read() };
}

/** Fifty middle points from a baseline of zeros to each row, for the predicted class. */
async function gapOf(net, x) {
  const { convergenceDelta } = await integratedGradients(net, x, { nSteps: 50, method: 'riemann_middle' });
  return convergenceDelta.data.reduce((sum, gap) => sum + Math.abs(gap), 0) / x.shape[0];
}

async function check(net, name, workload, data) {
  if (workload.infer) return (await net.predict(batchOf(data, 0)[0])).data.reduce((a, b) => a + b, 0);
  if (workload.explain) return gapOf(net, batchOf(data, 0)[0]);
  const step = trainStep(net, { loss: workload.loss, optimizer: workload.optimizer() });
  let loss = 0;
  for (let i = 0; i < manifest.spec[name].check; i++) ({ loss } = await step(...batchOf(data, i)));
  return loss;
}

function work(net, workload, data, seconds) {
  if (workload.infer) return infer(net, data, seconds);
  return workload.explain ? explain(net, data, seconds) : train(net, workload, data, seconds);
}

async function slice(net, name, workload, data, first, seconds) {
  await net.setWeights(first);
  const { steps, loss, median, elapsed, spent } = await work(net, workload, data, seconds);
  const { unit } = manifest.spec[name];
  const units = unit.endsWith('samples/s') ? data.batch : 1;
  return {
    peer: 'glia',
    workload: name,
    value: median ?? (steps * units) / elapsed,
    unit,
    seconds_measured: elapsed,
    steps,
    final_loss: loss,
    peak_rss_mb: resourceUsage().maxRSS / 1024,
    cpu_s: spent,
    per_cpu: median === undefined ? (steps * units) / spent : (spent / steps) * 1e6,
  };
}

const [name] = argv.slice(2);
const workload = WORKLOADS[name];
if (workload === undefined) {
  console.log(JSON.stringify({ unsupported: name, known: Object.keys(WORKLOADS) }));
  exit(2);
}
const data = makeData(name, workload);
const net = sequential(workload.layers(), { inputShape: [workload.width], seed: 1 });
const first = firstWeights(workload.base);
await net.setWeights(first);
const lossCheck = await check(net, name, workload, data);
console.log(JSON.stringify({ ready: 1, peer: 'glia', workload: name, loss_check: lossCheck }));
const run = async (seconds) =>
  console.log(
    JSON.stringify({ ...(await slice(net, name, workload, data, first, seconds)), loss_check: lossCheck }),
  );
if (!argv.includes('--serve')) await run(3);
else {
  for await (const line of createInterface({ input: stdin })) {
    const [word, seconds] = line.split(' ');
    if (word === 'quit') break;
    if (word === 'go') await run(Number(seconds));
  }
}
