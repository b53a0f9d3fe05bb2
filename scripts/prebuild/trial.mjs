// What smoke.mjs runs beside a prebuilt addon, in a package laid out as an install leaves it: trains XOR natively and in
// TypeScript, and compares each op and some products. Prints what it found; exit code 1 if the backends disagree.
import assert from 'node:assert/strict';
import { dense, ops, sequential } from 'glia';
import { allOps, apply, compile, createReference, fed, loadBackend } from 'glia/unstable';

assert.match(import.meta.resolve('glia'), /trial\/node_modules\/glia\/dist\//);
const native = loadBackend('native');
const judge = createReference('float64');
const isServed = (op) => op.compose === undefined || native.fuses(op.name);

/** Numbers between low and high, the same at each call, exact in float32. */
const numbers = (size, [low, high] = [-2, 2]) =>
  Float32Array.from(
    { length: size },
    (_, i) => low + (high - low) * (0.5 + 0.5 * Math.sin(12.9898 * (i + 1))),
  );

/** Largest difference between the backends in one output, of so many native runs, relative to max(1, |value|). */
function difference(y, feeds, times = 1) {
  const program = compile({ fetch: { y }, carry: [] });
  const [here, there] = [native, judge].map((backend) => backend.prepare(program, backend.createStorage()));
  const want = there.runSync(1, feeds).y;
  let worst = 0;
  for (let time = 0; time < times; time++) {
    const got = here.runSync(1, feeds).y;
    assert.equal(got.length, want.length);
    for (let i = 0; i < got.length; i++) worst = Math.max(worst, errorOf(got[i], want[i]));
  }
  return worst;
}

function errorOf(got, want) {
  const error = Object.is(got, Math.fround(want)) ? 0 : Math.abs(got - want) / Math.max(1, Math.abs(want));
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : error;
}

function checkOps() {
  const cases = allOps()
    .filter(isServed)
    .flatMap((op) => op.samples.map((sample) => ({ op, sample })));
  for (const { op, sample } of cases) {
    const inputs = op.inputs.map((name) => fed(name, sample.shapes[name], op.inputTypes[name]));
    const feeds = inputs.map(({ shape, dtype }, i) => {
      const size = shape.reduce((product, n) => product * n, 1);
      if (dtype === 'i32')
        return [op.inputs[i], Int32Array.from({ length: size }, (_, k) => k % (sample.classes ?? 1))];
      return [op.inputs[i], numbers(size, sample.domain)];
    });
    const error = difference(apply(op, inputs, sample.attrs), Object.fromEntries(feeds));
    assert(error <= op.tolerance, `${op.name} ${JSON.stringify(sample)} is off by ${error}`);
  }
  return cases.length;
}

/**
 * Products large enough for the kernels of the BLAS and for two threads, with edges in every dimension; many times,
 * since threads that spoil each other's buffers do so now and then.
 */
function checkProducts() {
  let worst = 0;
  for (const [m, n, k] of [
    [1, 7, 300],
    [33, 70, 129],
    [128, 65, 257],
    [200, 130, 64],
  ]) {
    for (const [transA, transB] of [
      [false, false],
      [true, false],
      [false, true],
      [true, true],
    ]) {
      const [a, b] = [fed('a', transA ? [k, m] : [m, k]), fed('b', transB ? [n, k] : [k, n])];
      const feeds = { a: numbers(m * k, [-1, 1]), b: numbers(k * n, [-1 / k, 1 / k]) };
      const error = difference(ops.matmul(a, b, { transA, transB }), feeds, 100);
      // Higham, Accuracy and Stability of Numerical Algorithms (2002), 3.5: k roundings of terms that sum to 1 at most.
      assert(error <= k * 2 ** -24, `a product ${[m, n, k]} ${[transA, transB]} is off by ${error}`);
      worst = Math.max(worst, error);
    }
  }
  return worst;
}

async function trainXor(backend) {
  const [x, y] = [
    [
      [0, 0],
      [0, 1],
      [1, 0],
      [1, 1],
    ],
    [[0], [1], [1], [0]],
  ];
  const layers = [dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })];
  const model = sequential(layers, { seed: 42, backend });
  const how = { loss: 'binaryCrossentropy', optimizer: 'adam', learningRate: 0.05, epochs: 500 };
  const { epochs } = await model.fit(x, y, how);
  const predicted = (await model.predict(x)).toArray().flat();
  assert.deepEqual(predicted.map(Math.round), y.flat(), 'XOR was not learned');
  return { first: epochs[0].loss, at200: epochs[199].loss, last: epochs.at(-1).loss };
}

const [here, there] = [await trainXor('native'), await trainXor('typescript')];
assert(Math.abs(here.first - there.first) <= 1e-6 * there.first, 'the first losses differ');
assert(Math.abs(here.at200 - there.at200) <= 1e-3 * there.at200, 'the losses after 200 steps differ');
const wrong = checkProducts();
console.log(
  `Node.js ${process.version} ${process.platform}-${process.arch}, ${native.describe()}, ` +
    `GLIA_ISA=${process.env.GLIA_ISA ?? ''}: ` +
    `XOR learned, loss ${here.last.toExponential(3)} (TypeScript ${there.last.toExponential(3)}); ` +
    `${checkOps()} cases of ops agree; products are off by ${wrong.toExponential(1)} at most`,
);
